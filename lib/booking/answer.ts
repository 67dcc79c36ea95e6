/**
 * Answering an invitation, whoever asks (a page, the list, a mail), and what its owner hears of answers: some at once, some in one mail
 * an hour at most (JMB_MAIL_ANSWERS).
 */
import type { Context } from '../context.ts';
import { answersMail, type MeetingNews } from '../mail/answers.ts';
import type { Hearer } from '../mail/owner_mail.ts';
import { mayAnswer } from '../meetings/access.ts';
import { type Answered, type Given, howHeard, NO_WORDS, type Words } from '../meetings/answers.ts';
import type { Attendee, Invitation, Meeting, MeetingId } from '../meetings/meeting.ts';
import type { Scope } from '../meetings/series.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { houseZone } from '../settings.ts';
import { answersWait, owe, saidOf, settle, untold, type Way } from '../store/answers.ts';
import { otherSeats, recordAnswer, sameAnswers } from '../store/invitations.ts';
import { causedBy, noteCaused } from '../store/limits.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { enqueue } from '../store/outbox.ts';
import { namesOf, writtenTo } from '../store/people.ts';
import { placesOf } from '../store/series.ts';

/** Why an invitation cannot be answered any more, or at all; null where it can. */
export function answerRefused({ clock }: Context, { meeting, attendee }: Invitation): Refusal | null {
  if (mayAnswer(meeting, attendee.role, clock.now())) return null;
  if (attendee.role === 'owner') return refuse(403, 'refused.owner_answers', `owner of ${meeting.id} answers`);
  return refuse(403, 'refused.answer_late', `meeting ${meeting.id} is over for ${attendee.email}`);
}

/** How an answer came, and how much of a series it is for; that one meeting where nothing is said. */
export interface HowAnswered {
  readonly way: Way;
  readonly scope?: Scope;
}

/**
 * Writes an answer down, and what was said with it, and the mail by which the owner hears of it: of one for several meetings of a series
 * once, as of the first.
 */
export function answer(
  context: Context,
  invitation: Invitation,
  given: Given,
  words: Words = NO_WORDS,
  { way, scope = 'one' }: HowAnswered = { way: 'page' },
): Refusal | null {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  const { meeting, attendee } = invitation;
  context.store.transaction(() => {
    const before = answeredBy(context, invitation);
    recordAnswer(context.store, attendee.hash, given, context.clock.now(), { ...words, way });
    for (const hash of othersMeant(context, invitation, scope)) {
      recordAnswer(context.store, hash, given, context.clock.now(), { ...words, proposal: null, way });
    }
    tellOwner(context, invitation, before, { answer: given, ...words });
  });
  context.log.event('answered', { id: meeting.id, email: attendee.email, answer: given, by: way });
  return null;
}

function othersMeant({ store, clock }: Context, invitation: Invitation, scope: Scope): readonly string[] {
  const place = scope === 'one' ? undefined : placesOf(store, [invitation.meeting.id]).get(invitation.meeting.id);
  if (place === undefined) return [];
  return otherSeats(store, invitation, scope === 'following' ? place.number : 0, clock.now());
}

/** What telling needs of a context. */
export type TellingContext = Pick<Context, 'settings' | 'store' | 'clock' | 'log'>;

/** What is new of a meeting, and whose that is. */
type News = MeetingNews & { readonly owner: Attendee };

/** How many mails one person's answers to a meeting cause within an hour; what comes after that is gathered. */
const MOST_AT_ONCE = 5;

/** What somebody answered so far, to be compared with what they answer now. */
export function answeredBy({ store }: TellingContext, { meeting, attendee }: Invitation): Answered {
  const { comment, proposal } = saidOf(store, meeting.id).get(attendee.hash) ?? NO_WORDS;
  return { answer: attendee.answer, comment, proposal };
}

/** Has the owner hear of an answer, where that is wanted: within the transaction that wrote it. */
export function tellOwner(
  context: TellingContext,
  { meeting, attendee: { hash } }: Invitation,
  before: Answered,
  after: Answered,
): void {
  const { store, settings, clock } = context;
  const how = howHeard(settings.JMB_MAIL_ANSWERS, before, after);
  if (how === 'never') return;
  const now = clock.now();
  const name = `answers of ${hash}`;
  const news = how === 'at once' && causedBy(store, name, now).count < MOST_AT_ONCE && newsOf(context, meeting, [hash]);
  if (!news) {
    owe(store, hash, now);
    return;
  }
  noteCaused(store, name, 1, now);
  settle(store, [hash]);
  enqueueMail(context, news.owner, [news]);
}

/** Sends at once what an owner is to hear at once; what can't be sent now waits in the outbox. */
export async function sendToOwner(context: Context, id: MeetingId): Promise<void> {
  if (!answersWait(context.store, id)) return;
  const { send } = await import('./messages.ts');
  await send(context, id);
}

/** Writes the mails of gathered answers, one to each owner who got none within the hour. @returns how many */
export function tellGathered(context: TellingContext): number {
  const { store, settings, clock } = context;
  const now = clock.now();
  if (untold(store, now, 1).length === 0) return 0;
  return store.transaction(() => {
    const meetings = groupedByMeeting(untold(store, now, MOST_GATHERED));
    const owners = new Map<string, News[]>();
    for (const [id, hashes] of meetings) {
      const meeting = meetingById(store, id);
      const isHeard = meeting !== undefined && meeting.end > now && settings.JMB_MAIL_ANSWERS !== 'none';
      const news = isHeard && newsOf(context, meeting, hashes);
      if (!news) settle(store, hashes);
      else owners.set(news.owner.email, [...(owners.get(news.owner.email) ?? []), news]);
    }
    let mails = 0;
    for (const [owner, [first, ...others]] of owners) {
      const name = `answers to ${owner}`;
      if (first === undefined || causedBy(store, name, now).count > 0) continue;
      noteCaused(store, name, 1, now);
      for (const { meeting } of [first, ...others]) settle(store, meetings.get(meeting.id) ?? []);
      enqueueMail(context, first.owner, [first, ...others]);
      mails += 1;
    }
    return mails;
  });
}

/** Puts it in the outbox. */
function enqueueMail(context: TellingContext, owner: Attendee, news: readonly [MeetingNews, ...MeetingNews[]]): void {
  const { store, clock, log } = context;
  const now = clock.now();
  enqueue(store, [answersMail(hearerOf(context, news[0].meeting, owner), news, now)], now, log.request);
}

/** The owner as one who hears of a meeting: in their language as the directory has it, else as the meeting, else by JMB_LANG. */
export function hearerOf(
  { store, settings }: Pick<Context, 'settings' | 'store'>,
  meeting: Meeting,
  owner: Attendee,
): Hearer {
  const { languages, zones } = writtenTo(store, [owner.email]);
  const language = languages.get(owner.email) ?? meeting.language ?? settings.JMB_LANG;
  const zone = zones.get(owner.email) ?? houseZone(settings);
  return { meeting, owner, language, zone, settings };
}

/** How many answers one run looks at. */
const MOST_GATHERED = 5_000;

function groupedByMeeting(rows: readonly { readonly hash: string; readonly meetingId: MeetingId }[]) {
  const meetings = new Map<MeetingId, string[]>();
  for (const { hash, meetingId } of rows) meetings.set(meetingId, [...(meetings.get(meetingId) ?? []), hash]);
  return meetings;
}

/** What these people answered, or null where nobody can be told, or nothing stands. */
function newsOf({ store, clock }: TellingContext, meeting: Meeting, hashes: readonly string[]): News | null {
  const attendees = attendeesOf(store, meeting.id);
  const owner = attendees.find(({ role }) => role === 'owner');
  const people = attendees.filter(({ hash, answer }) => hashes.includes(hash) && answer !== 'none');
  if (owner === undefined || owner.email === '' || people.length === 0) return null;
  const names = namesOf(
    store,
    people.map(({ email }) => email),
  );
  const said = saidOf(store, meeting.id);
  const heard = (attendee: Attendee) => ({
    attendee,
    name: attendee.name ?? names.get(attendee.email) ?? '',
    words: said.get(attendee.hash) ?? NO_WORDS,
    others: sameAnswers(store, { meeting, attendee }, clock.now()),
  });
  return { meeting, attendees, owner, answers: people.map(heard) };
}
