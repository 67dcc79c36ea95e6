/** What an owner hears of answers: some at once, some in one mail an hour at most (JMB_MAIL_ANSWERS). */
import type { Context } from '../context.ts';
import { answersMail, type MeetingNews } from '../mail/answers.ts';
import { type Answered, howHeard, NO_WORDS } from '../meetings/answers.ts';
import type { Attendee, Invitation, Meeting, MeetingId } from '../meetings/meeting.ts';
import { answersWait, owe, saidOf, settle, untold } from '../store/answers.ts';
import { causedBy, noteCaused } from '../store/limits.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { enqueue } from '../store/outbox.ts';
import { languagesOf, namesOf } from '../store/people.ts';

/** What telling needs of a context. */
export type TellingContext = Pick<Context, 'settings' | 'store' | 'clock'>;

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
    const owners = new Map<string, (MeetingNews & { owner: string })[]>();
    for (const [id, hashes] of meetings) {
      const meeting = meetingById(store, id);
      const isHeard = meeting !== undefined && meeting.end > now && settings.JMB_MAIL_ANSWERS !== 'none';
      const news = isHeard && newsOf(context, meeting, hashes);
      if (!news) settle(store, hashes);
      else owners.set(news.owner, [...(owners.get(news.owner) ?? []), news]);
    }
    let mails = 0;
    for (const [owner, [first, ...others]] of owners) {
      const name = `answers to ${owner}`;
      if (first === undefined || causedBy(store, name, now).count > 0) continue;
      noteCaused(store, name, 1, now);
      for (const { meeting } of [first, ...others]) settle(store, meetings.get(meeting.id) ?? []);
      enqueueMail(context, owner, [first, ...others]);
      mails += 1;
    }
    return mails;
  });
}

/** Puts it in the outbox, in the owner's language: as the directory has it, else as the meeting, else by JMB_LANG. */
function enqueueMail(
  { store, settings, clock }: TellingContext,
  owner: string,
  news: readonly [MeetingNews, ...MeetingNews[]],
): void {
  const now = clock.now();
  const language = languagesOf(store, [owner]).get(owner) ?? news[0].meeting.language ?? settings.JMB_LANG;
  enqueue(store, [answersMail(owner, news, { settings, language, now })], now);
}

/** How many answers one run looks at. */
const MOST_GATHERED = 5_000;

function groupedByMeeting(rows: readonly { readonly hash: string; readonly meetingId: MeetingId }[]) {
  const meetings = new Map<MeetingId, string[]>();
  for (const { hash, meetingId } of rows) meetings.set(meetingId, [...(meetings.get(meetingId) ?? []), hash]);
  return meetings;
}

/** What these people answered, or null where nobody can be told, or nothing stands. */
function newsOf(
  { store }: TellingContext,
  meeting: Meeting,
  hashes: readonly string[],
): (MeetingNews & { readonly owner: string }) | null {
  const attendees = attendeesOf(store, meeting.id);
  const owner = attendees.find(({ role }) => role === 'owner')?.email ?? '';
  const people = attendees.filter(({ hash, answer }) => hashes.includes(hash) && answer !== 'none');
  if (owner === '' || people.length === 0) return null;
  const names = namesOf(
    store,
    people.map(({ email }) => email),
  );
  const said = saidOf(store, meeting.id);
  const heard = (attendee: Attendee) => ({
    attendee,
    name: names.get(attendee.email) ?? '',
    words: said.get(attendee.hash) ?? NO_WORDS,
  });
  return { meeting, attendees, owner, answers: people.map(heard) };
}
