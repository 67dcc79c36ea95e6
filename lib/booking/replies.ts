/**
 * Answers that mail programs send, and what people write by hand, applied to what they are about: a meeting, a whole series, or one
 * date of a series.
 */
import { fingerprint } from '../calendar/feed_facts.ts';
import { readReplies } from '../calendar/reply.ts';
import { readTnef } from '../calendar/tnef.ts';
import type { Context } from '../context.ts';
import { logFor } from '../log.ts';
import type { Incoming } from '../mail/incoming.ts';
import { wordMail } from '../mail/owner_mail.ts';
import { commentOf } from '../meetings/answers.ts';
import type { Attendee, Invitation, Meeting } from '../meetings/meeting.ts';
import { type CalendarReply, isLater, isOlder, judge, type Mark, markOf } from '../meetings/reply.ts';
import type { Scope } from '../meetings/series.ts';
import { keepUnconfirmed, lastTaken, noteReply, saidOf, wasTaken } from '../store/answers.ts';
import { invitationBySeries } from '../store/invitations.ts';
import { causedBy, noteCaused } from '../store/limits.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { enqueue } from '../store/outbox.ts';
import { requestBehind } from '../store/returned.ts';
import { type StaffedMeeting, staffedById } from '../store/series.ts';
import { answer, hearerOf } from './answer.ts';

/** What became of one answer, for the log. */
type Became = 'answered' | 'unconfirmed' | 'stale' | 'owner' | 'again' | 'older' | 'nothing' | 'over' | 'unknown';

/** The answers in a message: they hold the time that they take to be read, so before any transaction. */
export async function repliesIn({ calendars, tnefs, writer }: Incoming): Promise<readonly CalendarReply[]> {
  const read = (await Promise.all(calendars.map(readReplies))).flat();
  const all = read.length > 0 ? read : tnefs.flatMap((one) => readTnef(one, writer?.address ?? ''));
  // The same one twice is Thunderbird's way.
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/**
 * Applies the answers of one message, all or none.
 * @param known whose address it came to, where that tells people apart
 * @returns false where none of them is about a meeting of ours
 */
export async function applyReplies(
  context: Context,
  mail: Incoming,
  known: Invitation | undefined,
  replies: readonly CalendarReply[],
): Promise<boolean> {
  const { store } = context;
  // Whose address it came to is sure: nobody need be asked, nor be there to be asked.
  const writers = known === undefined ? await withAliases(context, mail.writers) : mail.writers;
  return store.transaction(() => {
    const became = replies.map((reply): Became => {
      const thing = answeredThing(context, reply);
      const about = thing === undefined ? context : tracedTo(context, thing.meeting, known?.attendee.email, mail);
      const what = thing === undefined ? 'unknown' : applyOne(about, thing, mail, reply, { known, writers });
      about.log.event('reply', { id: thing?.meeting.id, from: mail.writer?.address, what });
      return what;
    });
    return became.some((what) => what !== 'unknown');
  });
}

/**
 * The context of what comes of a message, whose lines in the log, and the mails that it causes, have the id of the request by which its
 * writer was written to: so one id leads from there to here.
 * @param recipient to whom we had written; where that is not known, the writer's own address is taken
 */
export function tracedTo(
  context: Context,
  { id }: Pick<Meeting, 'id'>,
  recipient: string | undefined,
  mail: Incoming,
): Context {
  const to = recipient ?? mail.writer?.address ?? '';
  const request = requestBehind(context.store, id, to, mail.header('in-reply-to')?.trim());
  return request === undefined ? context : contextFor(request, context);
}

/** The context of what goes back to an earlier request: its lines in the log, and the mails that it causes, have that request's id. */
function contextFor(request: string, context: Context): Context {
  const { settings, clock, store, language, texts, zone } = context;
  return {
    ...{ settings, clock, store, language, texts, zone, log: logFor(context.log, request) },
    get directory() {
      return context.directory;
    },
  };
}

/** The addresses that a message says it is from, and the others of the same people, where a directory knows them. */
async function withAliases({ directory }: Context, writers: readonly string[]): Promise<readonly string[]> {
  if (directory === null) return writers;
  const people = await directory.peopleOf(writers.slice(0, 10));
  const more = [...people.values()].flatMap(({ email, aliases }) => (email === null ? aliases : [email, ...aliases]));
  return [...new Set([...writers, ...more])];
}

function applyOne(
  context: Context,
  { meeting, attendees, scope, mark: place, seatOf }: AnsweredThing,
  mail: Incoming,
  reply: CalendarReply,
  { known, writers }: { readonly known: Invitation | undefined; readonly writers: readonly string[] },
): Became {
  const { store, clock } = context;
  const isElsewhere = known !== undefined && known.meeting.id !== meeting.id;
  const judged = isElsewhere
    ? { nothing: 'unconfirmed' as const }
    : judge(meeting, attendees, reply, { known: known?.attendee, writers });
  if ('nothing' in judged) {
    if (judged.nothing === 'unconfirmed') keep(context, meeting, mail, reply);
    return judged.nothing;
  }
  const seat = seatOf(judged.attendee);
  if (seat === undefined) return 'stale';
  // An answer to one date comes before or after another to that date alone.
  const attendee = { ...judged.attendee, hash: judged.attendee.hash + place };
  const given = judged.answer ?? (reply.method === 'COUNTER' ? 'tentative' : null);
  if (given === null) return 'nothing';
  const mark = markOf(meeting, reply, fingerprint(JSON.stringify(reply)), clock.now());
  if (wasTaken(store, attendee, mark)) return 'again';
  if (isOvertaken(context, attendee, seat, mark)) return 'older';
  const proposal = scope === 'one' ? proposalOf(meeting, reply, clock.now()) : null;
  const words = { comment: commentOf(reply.comment), proposal };
  if (answer(context, seat, given, words, { way: 'mail', scope }) !== null) return 'over';
  noteReply(store, attendee, mark, clock.now());
  return 'answered';
}

/** Whether a later answer was taken before this one came. */
function isOvertaken({ store }: Context, marked: Attendee, { meeting, attendee }: Invitation, mark: Mark): boolean {
  const last = lastTaken(store, marked);
  if (last !== undefined && !isLater(mark, last)) return true;
  const said = saidOf(store, meeting.id).get(attendee.hash);
  return said !== undefined && said.way !== 'mail' && isOlder(mark, said.at);
}

/** The longest meeting that can be proposed, in seconds: a slip of somebody's calendar is no proposal. */
const LONGEST = 86_400;

function proposalOf(meeting: Meeting, { method, begin, end }: CalendarReply, now: number) {
  if (method !== 'COUNTER' || begin === null || begin <= now) return null;
  const duration = end !== null && end > begin && end - begin <= LONGEST ? end - begin : meeting.duration;
  return begin === meeting.begin && duration === meeting.duration ? null : { begin, duration };
}

function keep({ store, clock }: Context, meeting: Meeting, mail: Incoming, { named, comment }: CalendarReply): void {
  const [only, more] = named;
  const one = more === undefined ? only : undefined;
  keepUnconfirmed(store, meeting.id, {
    at: clock.now(),
    from: mail.writer?.address ?? '',
    named: one?.email ?? '',
    answer: one?.answer ?? '',
    comment: commentOf(comment),
  });
}

/** How many letters of one person go on to the owner in an hour: two programs that write to each other have an end. */
const WORDS_AN_HOUR = 10;

/**
 * Has what somebody wrote by hand sent on to the owner of the meeting.
 * @returns why not, or null
 */
export function passOn(context: Context, mail: Incoming, { meeting, attendee }: Invitation): string | null {
  const { store, settings, clock } = context;
  const { attendees = [] } = staffedById(store, meeting.id, clock.now()) ?? {};
  const owner = attendees.find(({ role }) => role === 'owner');
  const { writer } = mail;
  if (writer === null) return 'of nobody';
  if (owner === undefined || isOwners(attendee, owner, writer.address)) return 'the owner’s own';
  if ([settings.JMB_MAIL_FROM_NOTIFICATION.toLowerCase(), ...mail.recipients].includes(writer.address))
    return 'our own';
  const attached = mail.parts.map(({ filename }) => filename ?? '').filter((name) => name !== '');
  if (mail.text.trim() === '' && attached.length === 0) return 'empty';
  return store.transaction(() => {
    const now = clock.now();
    // No account's name holds a blank.
    const by = `word ${meeting.id} ${attendee.email}`;
    if (causedBy(store, by, now).count >= WORDS_AN_HOUR) return 'too many within an hour';
    noteCaused(store, by, 1, now);
    const word = wordMail(hearerOf(context, meeting, owner), { writer, text: mail.text, attached });
    enqueue(store, [word], now, context.log.request);
    return null;
  });
}

function isOwners(attendee: Attendee, owner: Attendee, writer: string): boolean {
  return attendee.email === owner.email || writer === owner.email;
}

/** The thing that is answered. */
export interface AnsweredThing extends StaffedMeeting {
  /** As it was told of; of one date of a series, with the time of that. */
  readonly meeting: Meeting;
  readonly scope: Scope;
  /** What sets its answers apart from those of other dates, beside the secret of whoever answers. */
  readonly mark: string;
  /** Whose answer is to be written down, of one of its people; undefined: there is no such date any more. */
  readonly seatOf: (attendee: Attendee) => Invitation | undefined;
}

/** The thing that a UID and a RECURRENCE-ID name, which may be anybody's text; undefined where it is none of ours. */
export function answeredThing({ store, settings, clock }: Context, reply: CalendarReply): AnsweredThing | undefined {
  const [id = '', server] = reply.uid.split('@');
  const isOurs = server?.toLowerCase() === settings.JMB_SERVER_NAME.toLowerCase();
  const found = isOurs ? staffedById(store, id, clock.now()) : undefined;
  if (found === undefined) return undefined;
  const { meeting, attendees } = found;
  const { series, duration } = meeting;
  if (series === undefined) return { ...found, scope: 'one', mark: '', seatOf: (attendee) => ({ meeting, attendee }) };
  const turn =
    reply.occurrence === undefined ? series.turns[0] : series.turns.find(({ begin }) => begin === reply.occurrence);
  const begin = turn?.begin ?? meeting.begin;
  const told = { meeting: { ...meeting, begin, end: begin + duration }, attendees };
  if (reply.occurrence === undefined) {
    return { ...told, scope: 'all', mark: '', seatOf: ({ hash }) => invitationBySeries(store, hash, clock.now()) };
  }
  const own =
    turn === undefined || turn.apart || turn.meetingId === null ? undefined : meetingById(store, turn.meetingId);
  const seatOf = ({ email }: Attendee): Invitation | undefined => {
    const attendee = own && attendeesOf(store, own.id).find((one) => one.email === email);
    return own && attendee && { meeting: own, attendee };
  };
  return { ...told, scope: 'one', mark: ` ${begin}`, seatOf };
}
