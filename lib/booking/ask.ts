/** Writing again to people of a meeting: to all who have not answered, or to one. The owner does it, each no more often than is polite. */
import type { Context } from '../context.ts';
import type { Message } from '../mail/messages.ts';
import type { Attendee, Identity, MeetingId } from '../meetings/meeting.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { type OutboxRow, outboxOf } from '../store/outbox.ts';
import { aboutId } from '../store/series.ts';
import { timeOf } from '../text/dates.ts';
import { type Owned, ownedMeeting } from './access.ts';
import { accounts, type Ending, logged, sendAll, withinLimit, writeAll } from './messages.ts';
import { asKnown } from './series_people.ts';

/** How often those who have not answered are asked at most, in seconds. */
const ASKED_EVERY = 3600;

/** How often one person is written to again at most, in seconds. */
const WRITTEN_EVERY = 600;

/** Who has not answered, and has an address to be asked at. */
export function silentOf(attendees: readonly Attendee[]): readonly Attendee[] {
  return attendees.filter(({ role, email, answer }) => role !== 'owner' && email !== '' && answer === 'none');
}

/** What was written to people about a meeting, in any order. */
type Written = readonly Pick<OutboxRow, 'kind' | 'recipient' | 'state' | 'created'>[];

/** When something was last written, and from when on it may be again: Unix seconds. Never written: -Infinity, and now. */
export interface Pause {
  readonly last: number;
  readonly from: number;
}

/** When those who have not answered were asked. */
export function asked(mails: Written): Pause {
  return pause(
    mails.filter(({ kind }) => kind === 'ask'),
    ASKED_EVERY,
  );
}

/** When somebody was written to; what did not reach them does not count. */
export function written(mails: Written, email: string): Pause {
  const theirs = mails.filter(({ kind, recipient }) => recipient === email && ['new', 'edit', 'ask'].includes(kind));
  return pause(theirs, WRITTEN_EVERY);
}

function pause(mails: Written, every: number): Pause {
  const counted = mails.filter(({ state }) => state === 'waiting' || state === 'sent');
  const last = counted.reduce((latest, { created }) => Math.max(latest, created), Number.NEGATIVE_INFINITY);
  return { last, from: last + every };
}

/** Asks everybody who has not answered whether they come, once an hour at most and before it begins. @returns how the sending went */
export async function askSilent(context: Context, identity: Identity, owned: Owned): Promise<Ending | Refusal> {
  return tell(context, identity, owned, silentOf(owned.attendees), ({ meeting, attendees }, mails, now) => {
    if (now >= meeting.begin) return refuse(403, 'refused.ask_late', `meeting ${meeting.id} has begun`);
    const { from } = asked(mails);
    if (from > now) return tooSoon(context, 'refused.asked_lately', meeting.id, from);
    const silent = silentOf(attendees);
    if (silent.length === 0) return refuse(409, 'refused.nobody_silent', `meeting ${meeting.id}: all have answered`);
    return silent.map((attendee) => ({ kind: 'ask', attendee }));
  });
}

/** Sends somebody the invitation again, as the meeting is now. @returns how the sending went */
export async function inviteAgain(
  context: Context,
  identity: Identity,
  owned: Owned,
  email: string,
): Promise<Ending | Refusal> {
  const known = owned.attendees.filter((one) => one.email === email);
  return tell(context, identity, owned, known, ({ meeting, attendees }, mails, now) => {
    if (now >= meeting.end) return refuse(403, 'refused.over_mail', `meeting ${meeting.id} is over`);
    const attendee = attendees.find((one) => one.email === email && email !== '' && one.role !== 'owner');
    if (attendee === undefined)
      return refuse(409, 'refused.person_gone', `meeting ${meeting.id}: nobody of that address`);
    const { from } = written(mails, email);
    if (from > now) return tooSoon(context, 'refused.written_lately', meeting.id, from);
    return [{ kind: 'new', attendee }];
  });
}

function tooSoon(
  context: Context,
  text: 'refused.asked_lately' | 'refused.written_lately',
  id: MeetingId,
  from: number,
): Refusal {
  const wait = from - context.clock.now();
  return refuse(429, text, `meeting ${id}: again in ${wait} s`, { time: timeOf(context, from) }, wait);
}

/** Writes what `choose` says of the meeting as it is within the transaction, and sends it. */
async function tell(
  context: Context,
  identity: Identity,
  { meeting: { id } }: Owned,
  people: readonly Attendee[],
  choose: (owned: Owned, mails: Written, now: number) => readonly Message[] | Refusal,
): Promise<Ending | Refusal> {
  const { store, clock, log } = context;
  const { feeds } = await accounts(
    context,
    identity,
    people.map(({ email }) => email),
  );
  const done = withinLimit(context, identity, () => {
    const owned = ownedMeeting(context, identity, id);
    if (isRefusal(owned)) return owned;
    const mails = [...new Set([id, aboutId(store, id)])].flatMap((about) => outboxOf(store, about));
    const messages = choose(owned, mails, clock.now());
    if (isRefusal(messages)) return messages;
    const about = writeAll(context, identity, feeds, asKnown(context, owned, messages));
    return { meeting: owned.meeting, about, mails: messages.length };
  });
  if (isRefusal(done)) return done;
  log.event('written-again', { ...logged(done.meeting, identity), mails: done.mails });
  return sendAll(context, done.about);
}
