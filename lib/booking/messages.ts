/** Telling people of what was done to a meeting: the mails are written with it, in one transaction, and sent after. */

import type { Owner } from '../calendar/event.ts';
import type { Context } from '../context.ts';
import { NOT_TRIED } from '../mail/claims.ts';
import { type ComposeSettings, composeMails, prepareComposing, templatesOf } from '../mail/compose.ts';
import { type Earlier, fold, type MailEvent, type Message, threadsOf } from '../mail/messages.ts';
import type { Identity, Meeting, MeetingId } from '../meetings/meeting.ts';
import { accountsOf, type KnownPeople } from '../people/kept_directory.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { feedOf } from '../store/feeds.ts';
import { CAUSED_WITHIN, causedBy, noteCaused } from '../store/limits.ts';
import { enqueue, isNews, type OutboxRow, outboxOf } from '../store/outbox.ts';
import { dropWaiting } from '../store/outbox_changes.ts';
import { writtenTo } from '../store/people.ts';

/**
 * How long a page waits for the mail server, in milliseconds; what is left then, the sender of the outbox sends. Together
 * with the rest of a booking, two seconds.
 */
const PATIENCE = 1_500;

/**
 * Which of these people have an account, and what the directory calls them, by address. Asked before the transaction, since the directory may take seconds
 * and others want to book meanwhile; what the messages need is loaded then too.
 */
export async function accounts(
  context: Context,
  identity: Identity,
  addresses: readonly string[],
): Promise<KnownPeople> {
  prepareComposing(context.settings);
  // The owner's language comes with the others' accounts; for that alone nobody asks.
  const asked = addresses.length === 0 ? [] : [...new Set([...addresses, identity.email])];
  const { feeds, names } = await accountsOf(context, asked);
  const feed = feedOf(context.store, identity.uid);
  const own = identity.addresses.map((address): [string, string] => [address, feed]);
  return { feeds: new Map([...feeds, ...own]), names };
}

/** Thrown out of a transaction, so that nothing of it stays. */
class TooManyMails extends Error {
  /** @param wait seconds until some of those that count are forgotten */
  constructor(readonly wait: number) {
    super('too many mails');
  }
}

/** Does it in one transaction; refuses where its mails would be more than its organiser may cause, and then nothing is done. */
export function withinLimit<Result>(
  { store, settings }: Context,
  { uid }: Identity,
  work: () => Result,
): Result | Refusal {
  try {
    return store.transaction(work);
  } catch (error) {
    if (!(error instanceof TooManyMails)) throw error;
    const max = settings.JMB_MAX_MAILS_PER_HOUR;
    const values = { max, minutes: Math.ceil(error.wait / 60) };
    return refuse(429, 'refused.mails_limit', `${uid} would cause more than ${max} mails an hour`, values, error.wait);
  }
}

/** Counts mails that are about to be written. */
function count({ store, settings, clock }: Context, identity: Identity, mails: number): void {
  const { uid } = identity.by ?? identity;
  const limit = settings.JMB_MAX_MAILS_PER_HOUR;
  if (limit === 0 || mails === 0) return;
  const now = clock.now();
  const { count, since } = causedBy(store, uid, now);
  if (count + mails > limit) throw new TooManyMails((since ?? now) + CAUSED_WITHIN - now);
  noteCaused(store, uid, mails, now);
}

/** What the messages are about. */
export type Occasion = Pick<MailEvent, 'meeting' | 'attendees' | 'accounts'> & {
  /** Whose meeting it is, where that is not who acts. */
  readonly owner?: Owner;
};

/**
 * Writes the messages to the outbox, in the place of those that nobody has got yet: call it within the transaction that does
 * what they tell, in `withinLimit`.
 */
export function write(context: Context, owner: Identity, occasion: Occasion, messages: readonly Message[]): void {
  const { store, settings, clock } = context;
  const now = clock.now();
  const earlier = outboxOf(store, occasion.meeting.id);
  const folded = messages.map((message) => ({
    message,
    ...fold(message.kind, earlierTo(message.attendee.email, earlier)),
  }));
  const overtaken = new Set(folded.flatMap(({ dropped }) => dropped));
  dropWaiting(store, [...overtaken], now);
  const left = folded.flatMap(({ message, kind }) => (kind === null ? [] : [{ ...message, kind }]));
  count(context, owner, left.length);
  const event = {
    ...occasion,
    owner: occasion.owner ?? { email: ownerAddress(occasion, owner), name: owner.name, by: owner.by },
    messages: left,
    ...writtenTo(
      store,
      left.map(({ attendee }) => attendee.email),
    ),
    threads: threadsOf(earlier.filter(({ id }) => !overtaken.has(id))),
    at: now,
  };
  enqueue(
    store,
    composeMails(event, settings satisfies ComposeSettings, templatesOf(context)),
    now,
    context.log.request,
  );
}

/** Messages about one thing: a meeting, or a series. */
export interface Letters extends Omit<Occasion, 'accounts'> {
  readonly messages: readonly Message[];
}

/** Writes the messages about several; the ids of those that there are any about. */
export function writeAll(
  context: Context,
  owner: Identity,
  accounts: MailEvent['accounts'],
  letters: readonly Letters[],
): MeetingId[] {
  const some = letters.filter(({ messages }) => messages.length > 0);
  for (const { messages, ...occasion } of some) write(context, owner, { ...occasion, accounts }, messages);
  return some.map(({ meeting }) => meeting.id);
}

/**
 * What was written to somebody before. A mail that was tried may have arrived, whatever became of it since: a try can end
 * without an answer. Only one that was never tried, or was refused at its first try, has not.
 */
function earlierTo(recipient: string, mails: readonly OutboxRow[]): Earlier[] {
  return mails.flatMap(({ id, kind, recipient: to, state, held, tries, reason }) => {
    if (!isNews(kind) || to !== recipient) return [];
    const mayHaveArrived =
      held === 1 || tries > (state === 'refused' ? 1 : 0) || reason?.startsWith('given up') === true;
    const isOpen = state === 'waiting' || state === 'refused';
    return [{ id, kind, state: isOpen && mayHaveArrived ? ('doubtful' as const) : state }];
  });
}

/** The address that the meeting was booked under, which may be another of the owner's. */
function ownerAddress({ attendees }: Occasion, owner: Identity): string {
  return attendees.find(({ role }) => role === 'owner')?.email ?? owner.email;
}

/**
 * How the sending went, as the ending of a notice's name: everyone is told, some mails are still on their way to a server
 * that answers, they wait for one that does not, or some address was refused.
 */
export type Ending = '' | '_going' | '_waiting' | '_refused';

/** Sends what was written about a meeting, for as long as a page may take; the notice says what the outbox says then. */
export async function send(context: Context, id: MeetingId): Promise<Ending> {
  const { sendWaiting } = await import('../mail/sender.ts');
  const { sent, waiting, refused } = await sendWaiting(context, {
    meetingId: id,
    deadlineMs: PATIENCE,
    now: context.clock.now(),
  });
  context.log.event('told', { id, sent, waiting, refused });
  if (refused > 0) return '_refused';
  const left = outboxOf(context.store, id).filter(
    ({ state, kind }) => state === 'waiting' && (isNews(kind) || kind === 'ask'),
  );
  if (left.length === 0) return '';
  // Not even tried, and by nobody else: it is the settings.
  if (sent + waiting === 0 && left.every(({ held }) => held === 0)) return '_waiting';
  return left.some(({ reason }) => reason !== null && reason !== NOT_TRIED) ? '_waiting' : '_going';
}

/** The same of several, and of all the worst ending. */
export async function sendAll(context: Context, ids: readonly MeetingId[]): Promise<Ending> {
  let worst: Ending = '';
  for (const id of ids) {
    const ending = await send(context, id);
    if (ENDINGS.indexOf(ending) > ENDINGS.indexOf(worst)) worst = ending;
  }
  return worst;
}

/** From the best to the worst. */
const ENDINGS: readonly Ending[] = ['', '_going', '_waiting', '_refused'];

/** A meeting's facts for a line of the log. */
export function logged({ id, room, begin }: Meeting, { uid, by }: Identity): Record<string, string | number> {
  return { id, room, begin, uid, ...(by && { by: by.uid }) };
}
