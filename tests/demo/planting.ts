/** Puts the sample meetings into the database, and at later starts moves those whose time has gone by and that nobody has touched. */
import { composeMails } from '../../lib/mail/compose.ts';
import { messagesToAll } from '../../lib/mail/messages.ts';
import type { Settings } from '../../lib/settings.ts';
import { insertMeeting, type Saved, updateMeeting } from '../../lib/store/bookings.ts';
import { countConnection, recordAnswer } from '../../lib/store/invitations.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { enqueue } from '../../lib/store/outbox.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import type { Store } from '../../lib/store/store.ts';
import type { Account } from '../support/accounts.ts';
import type { Memory, Planted } from './folder.ts';
import { SAMPLES, type Sample } from './samples.ts';

/** Where and when to plant. */
export interface Ground {
  readonly store: Store;
  readonly settings: Settings;
  readonly accounts: readonly Account[];
  /** Unix seconds. */
  readonly now: number;
}

/** Makes the samples fit the present. What somebody has changed or deleted stays as it is. */
export function plantSamples(ground: Ground, before: Memory['samples']): Memory['samples'] {
  return ground.store.transaction(() =>
    Object.fromEntries(SAMPLES.map((sample) => [sample.name, planted(ground, sample, before[sample.name])])),
  );
}

function planted(ground: Ground, sample: Sample, before: Planted | undefined): Planted {
  if (before === undefined) return plant(ground, sample);
  const { store, now } = ground;
  const meeting = meetingById(store, before.id);
  if (meeting === undefined || meeting.version !== before.version || sample.fits(meeting.begin, now)) return before;
  const update = updateMeeting(store, before.id, before.version, factsOf(sample, now), now);
  if (update.outcome !== 'saved') return before;
  remind(ground, update);
  return { id: before.id, version: update.meeting.version };
}

function plant(ground: Ground, sample: Sample): Planted {
  const { store, now } = ground;
  const begin = sample.begin(now);
  // Booked some days before it began or before now, whichever came first.
  const booked = Math.min(begin, now) - 5 * 24 * 3600;
  const clock = { now: () => booked, nanoseconds: () => BigInt(booked) * 1_000_000_000n + BigInt(begin % 1000) };
  const saved = insertMeeting(store, clock, sample.owner, factsOf(sample, now));
  remind(ground, saved);
  invite(ground, saved);
  for (const { email, hash, role } of saved.attendees) {
    const answer = sample.guests.find((guest) => guest.email === email)?.answer ?? 'none';
    if (answer !== 'none') recordAnswer(store, hash, answer, now);
    if (begin <= now && (role === 'owner' || answer === 'accepted')) countConnection(store, hash);
  }
  return { id: saved.meeting.id, version: saved.meeting.version };
}

function factsOf(sample: Sample, now: number) {
  const addresses = (role: string) => sample.guests.filter((guest) => guest.role === role).map(({ email }) => email);
  return {
    subject: sample.subject,
    begin: sample.begin(now),
    duration: sample.duration,
    moderators: addresses('moderator'),
    guests: addresses('guest'),
    ...(sample.agenda && { agenda: sample.agenda }),
  };
}

/** Plans the reminders that are still to come. */
function remind({ store, settings, now }: Ground, { meeting }: Saved): void {
  const dates = settings.JMB_MAIL_REMINDER.map((minutes) => meeting.begin - minutes * 60);
  planReminderRows(
    store,
    'mail',
    meeting.id,
    dates.filter((date) => date > now),
  );
}

/** Puts the invitations to a meeting that has not begun into the outbox: the first round of `jmb remind` sends them. */
function invite({ store, settings, accounts, now }: Ground, { meeting, attendees }: Saved): void {
  if (meeting.begin <= now) return;
  const owner = attendees.find(({ role }) => role === 'owner')?.email ?? '';
  const event = {
    meeting,
    owner: { email: owner, name: accounts.find(({ email }) => email === owner)?.name ?? owner },
    attendees,
    messages: messagesToAll('new', attendees),
    accounts: new Map(accounts.map(({ email }) => [email, null])),
    languages: new Map(),
    zones: new Map(),
    threads: new Map(),
    at: meeting.created,
  };
  enqueue(store, composeMails(event, settings), now);
}
