/** `jmb remind`: what cron runs each minute. One run at a time, by a clock that is to be believed; each step goes on when another fails. */
import { existsSync, readFileSync } from 'node:fs';
import { tellGathered } from '../lib/booking/answer.ts';
import { tellReturned } from '../lib/booking/incoming.ts';
import { messageOf } from '../lib/failure.ts';
import { foldAnswers } from '../lib/http/tally.ts';
import { NOT_TRIED } from '../lib/mail/claims.ts';
import { sendWaiting } from '../lib/mail/sender.ts';
import { STANDS_IN } from '../lib/people/kept_directory.ts';
import { forgetLinks } from '../lib/store/changes.ts';
import { takeLock } from '../lib/store/database.ts';
import { type LastRun, lastRun, type Moment, noteRun } from '../lib/store/maintenance.ts';
import { mailsIn, type OutboxRow } from '../lib/store/outbox.ts';
import { dropExpired } from '../lib/store/outbox_changes.ts';
import { forgetAnswers } from '../lib/store/people.ts';
import { dueReminders } from '../lib/store/reminders.ts';
import { openOrders } from '../lib/store/rooms.ts';
import { inWords } from './check_mail.ts';
import { dueEndings, endRooms, hearRooms } from './endings.ts';
import type { CommandContext } from './environment.ts';
import { forget } from './forget.ts';
import { fetchInbox } from './inbox.ts';
import type { Complain } from './quiet.ts';
import { byMeeting, enqueueReminders, tellRooms } from './reminders.ts';
import { roleNow } from './replica.ts';

/** How long one run sends, in milliseconds: the next run of cron takes over what is left. */
const SENDING = 50_000;

/** Options of the command. */
export interface RemindOptions {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  /** The time as it was given by hand: it is believed. */
  readonly now?: string;
}

/** Does what is due now. The exit status is 1 when a step failed; mails that wait for a better hour are no failure. */
export function remind(options: RemindOptions): (context: CommandContext, complain?: Complain) => Promise<number> {
  return async (context, complain = (text) => process.stderr.write(`jmb: ${text}\n`)) => {
    const say = (text: string): void => {
      if (!options.quiet) process.stdout.write(`${text}\n`);
    };
    if (options.dryRun) return foretell(context, say);
    const role = roleNow(context, complain);
    if (role !== 'active') {
      // Who watches asks this host, too, and is counted.
      foldAnswers(context.settings.JMB_DB);
      say(`this host is ${role}`);
      return 0;
    }
    if (!(await isActive(context, complain))) {
      say('this node is not the active one');
      return 0;
    }
    const release = takeLock(`${context.settings.JMB_DB}-remind`);
    if (release === null) {
      say('another run is at work');
      return 0;
    }
    try {
      if (options.now === undefined && jumped(context)) {
        say('the clock has jumped since the last run: nothing is done before the next one agrees');
        return 0;
      }
      return await work(context, say, complain, options.now === undefined);
    } finally {
      release();
    }
  };
}

/** The machine's own time: which start it counts from (random_boot_id of Linux), and the seconds since. */
function momentOf(context: CommandContext): Moment {
  // A bare chroot has no /proc: then every long gap is doubted once.
  const read = (file: string): string => (existsSync(`/proc/${file}`) ? readFileSync(`/proc/${file}`, 'utf8') : '');
  return {
    at: context.clock.now(),
    boot: read('sys/kernel/random/boot_id').trim(),
    uptime: Number(read('uptime').split(' ')[0]),
  };
}

/** Whether this run's clock is doubtful; notes the run. */
function jumped(context: CommandContext): boolean {
  const now = momentOf(context);
  const last = lastRun(context.store, 'remind');
  if (last !== undefined && isDoubtful(last, now)) {
    noteRun(context.store, 'remind', { ...last, doubted: now.at });
    context.log.event('clock-jumped', { from: last.at, to: now.at });
    return true;
  }
  noteRun(context.store, 'remind', { ...now, doubted: null });
  return false;
}

/** @param forgets whether the clock is the system's: nothing is forgotten by a time that was only given */
async function work(
  context: CommandContext,
  say: (text: string) => void,
  complain: Complain,
  forgets: boolean,
): Promise<number> {
  let status = 0;
  const step = async (name: string, does: () => Promise<string>): Promise<void> => {
    try {
      const said = await does();
      if (said !== '') say(said);
    } catch (error) {
      status = 1;
      const reason = messageOf(error);
      context.log.event('failed', { step: name, reason });
      complain(`${name}: ${reason}`, error);
    }
  };
  await step('reminders', async () => `reminders: ${enqueueReminders(context)} mails written`);
  // The message at the end is worth nothing later, mails are: a slow mail server must not hold it up.
  await step('rooms', async () => `rooms: ${await tellRooms(context)} told`);
  await step('endings', async () => `endings: ${await endRooms(context)} taken by Prosody`);
  await step('directory', async () => {
    forgetAnswers(context.store, context.clock.now() - STANDS_IN);
    return '';
  });
  await step('answers', async () => {
    const mails = tellGathered(context);
    return mails === 0 ? '' : `answers: ${mails} mails written`;
  });
  await step('returned', async () => {
    const mails = tellReturned(context);
    return mails === 0 ? '' : `returned: ${mails} mails written`;
  });
  await step('requests', async () => {
    foldAnswers(context.settings.JMB_DB);
    return '';
  });
  await step('links', async () => {
    forgetLinks(context.store, context.clock.now());
    return '';
  });
  await step('mails', async () => {
    dropExpired(context.store, context.clock.now());
    const { sent, waiting, refused } = await sendWaiting(context, { deadlineMs: SENDING, now: context.clock.now() });
    const why = whyMailsWait(mailsIn(context.store, 'waiting', 20), context.clock.now());
    if (why !== null) complain(why);
    return `mails: ${sent} sent, ${waiting} put off, ${refused} refused`;
  });
  await step('room module', () => hearRooms(context, momentOf(context)));
  // After the mails: neither a mailbox that is away nor what has come there holds them up.
  await step('inbox', () => fetchInbox(context, momentOf(context), complain));
  if (forgets) await step('forgetting', () => forget(context, momentOf(context)));
  return status;
}

function foretell(context: CommandContext, say: (text: string) => void): number {
  const now = context.clock.now();
  for (const { latest, reminders } of byMeeting(dueReminders(context.store, 'mail', now), now)) {
    const meeting = reminders[0]?.meeting;
    say(latest ? `reminder: ${latest.meeting.id} ${latest.meeting.subject}` : `too late to remind: ${meeting?.id}`);
  }
  for (const reminder of dueReminders(context.store, 'xmpp', now)) say(`room: ${reminder.meeting.room}`);
  for (const { meeting, ending } of dueEndings(context)) say(`ending: ${meeting.room} ${ending.step}`);
  for (const { does, room } of openOrders(context.store, now)) say(`order: ${room} ${does}`);
  for (const mail of mailsIn(context.store, 'waiting', 1000)) {
    if (mail.next <= now) say(`mail: ${mail.id} ${mail.kind} to ${mail.recipient}`);
  }
  return 0;
}

/** On a two-node host both run cron and share the database; only one may send. */
async function isActive(context: CommandContext, complain: Complain): Promise<boolean> {
  const command = context.settings.JMB_ACTIVE_COMMAND;
  if (command === '') return true;
  const { spawnSync } = await import('node:child_process');
  const asked = spawnSync('/bin/sh', ['-c', command], { stdio: 'ignore', timeout: 30_000 });
  // What sh(1) says of a command that it cannot run.
  if (asked.status === null || asked.status === 126 || asked.status === 127) {
    complain(`JMB_ACTIVE_COMMAND cannot be run, so nothing is sent: ${command}`);
  }
  if (asked.status !== 0 && asked.status !== 1) {
    context.log.event('active-command', { status: asked.status ?? 'none', command, reason: asked.error?.message });
  }
  return asked.status === 0;
}

/** How far the clock may be from where it should be, in seconds; the hour of a machine that was off is no more than that. */
const TOLERANCE = 3600;

/**
 * Looks at a run's clock. Between two runs of one start of the machine, as much time must have gone by the clock as since the
 * start; over a start, nobody knows, and a long gap is doubted for one run. What two runs agree on is believed.
 * @param last the last run, undefined before the first
 */
export function isDoubtful(last: LastRun | undefined, now: Moment): boolean {
  if (last === undefined) return false;
  if (last.doubted !== null && now.at >= last.doubted && now.at - last.doubted <= TOLERANCE) return false;
  const gone = now.at - last.at;
  const should = last.boot === now.boot ? now.uptime - last.uptime : 0;
  // Back in time nothing falls due that should not.
  return gone - should > TOLERANCE;
}

/** How long a mail server may be away before somebody must look, in seconds: a restart, an update, a night's work on a network are shorter. */
const PATIENCE = 4 * 3600;

/** How long a run may have taken meanwhile, in seconds; a mail that was put off waits longer. */
const RUN = 50;

/** What a server says for good (RFC 5321 section 4.2.1), to our sender or to the session; and what TLS fails by until somebody mends it. */
const FOR_GOOD = /^(MAIL FROM: |5\d\d\b|JMB_SMTP_CA: |TLS: (?!4\d\d\b))/;

/**
 * Looks at mails that wait after a run has tried: one that is due again at once waits for the server, one that is due later was put
 * off for itself alone, which is nobody's to mend.
 * @param now Unix seconds
 * @returns what to look at; null: nothing
 */
export function whyMailsWait(waiting: readonly OutboxRow[], now: number): string | null {
  const held = waiting.filter(({ next, reason }) => next <= now + RUN && reason !== null && reason !== NOT_TRIED);
  const refused = held.find(({ reason }) => FOR_GOOD.test(reason ?? ''));
  const [oldest] = [...held].sort((one, other) => one.created - other.created);
  const late = oldest !== undefined && now - oldest.created >= PATIENCE ? oldest : undefined;
  const told = refused ?? late;
  return told === undefined
    ? null
    : `mails wait, and none gets through: ${inWords(told.reason ?? '')}; ask jmb check mail`;
}
