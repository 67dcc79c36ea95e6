/** `--quiet`, as cron runs a command: cron mails what is printed, so that is what somebody must mend, and the same once a day. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf, whyOf } from '../lib/failure.ts';
import { type Log, logFor, newRequestId, openLog } from '../lib/log.ts';
import { Unavailable } from '../lib/refusal.ts';
import { type CommandContext, openEnvironment } from './environment.ts';

/** Says what went wrong; with the error, where one was thrown. */
export type Complain = (text: string, error?: unknown) => void;

/** A complaint, and when it was told. */
export interface Complaint {
  readonly text: string;
  /** Unix seconds. */
  readonly at: number;
}

/** How long the same complaint is not told again, in seconds. */
const AGAIN = 86_400;

/** What passes by itself: another's write, a directory that comes back. */
const PASSING = /^SQLITE_(BUSY|LOCKED|PROTOCOL)/;

/** Whether an error is there until somebody does something about it. */
export function mustBeMended(error: unknown): boolean {
  if (!(error instanceof Unavailable)) return true;
  return error.what === 'database' ? !PASSING.test(error.detail) : error.what === 'addon';
}

/**
 * Whether a complaint is news. Numbers in it do not make it another one.
 * @param now Unix seconds
 * @param last what was told last; null: nothing since all was well; undefined: nothing can be remembered, and then it is told in
 *   the first minute of each hour
 */
export function isNews(text: string, now: number, last: Complaint | null | undefined): boolean {
  if (last === undefined) return Math.floor(now / 60) % 60 === 0;
  const bare = (one: string): string => one.replace(/\d+/g, '');
  return last === null || bare(last.text) !== bare(text) || now - last.at >= AGAIN || now < last.at;
}

/** Runs a piece of work for cron; the exit status, 2 where it could not begin. */
export async function quietly(
  work: (context: CommandContext, complain: Complain) => Promise<number>,
  now?: string,
): Promise<number> {
  // What libraries remark (nodemailer, of a host without a network) and Node itself (of what it will drop) is nothing to mend.
  console.warn = () => undefined;
  process.removeAllListeners('warning');
  const complaints: string[] = [];
  let context: CommandContext | undefined;
  let status: number;
  try {
    context = unheard(openEnvironment(now));
    complaints.push(...context.settings.faults.map(({ message }) => message), ...logFault(context));
    status = await work(context, (text, error) => {
      if (error === undefined || mustBeMended(error)) complaints.push(text);
    });
  } catch (error) {
    status = 2;
    const reason = messageOf(error);
    if (mustBeMended(error)) complaints.push(reason);
    else context?.log.event('failed', { step: 'begin', reason });
  }
  tell(complaints, context);
  return status;
}

/** Why the log's file cannot be written; nothing where it can, or is none. */
function logFault({ settings: { JMB_LOG: target } }: CommandContext): string[] {
  if (!target.startsWith('/')) return [];
  try {
    accessSync(existsSync(target) ? target : dirname(target), constants.W_OK);
    return [];
  } catch (error) {
    return [`JMB_LOG: ${whyOf(error)}`];
  }
}

/** With a log that nobody is sent: what goes to stderr otherwise goes to syslog. */
export function unheard(context: CommandContext): CommandContext {
  let log: Log | undefined;
  const logOf = (): Log => {
    try {
      const { JMB_LOG: target, JMB_DB: database } = context.settings;
      return openLog(target === 'stderr' ? 'syslog' : target, 'jmb', dirname(database), 'syslog');
    } catch {
      // Without settings; what is wrong with them is complained of.
      return openLog('syslog', 'jmb');
    }
  };
  return Object.create(context, {
    log: {
      get: () => {
        log ??= logFor(logOf(), context.log.request ?? newRequestId());
        return log;
      },
    },
  }) as CommandContext;
}

function tell(complaints: readonly string[], context: CommandContext | undefined): void {
  const files = [...beside(context), join(tmpdir(), `jmb-told-${process.getuid?.()}`)];
  if (complaints.length === 0) {
    for (const file of files) forget(file);
    return;
  }
  const text = [...new Set(complaints)].map((one) => `jmb: ${one}\n`).join('');
  const now = Math.floor(Date.now() / 1000);
  const last = files.map(lastComplaint).find((complaint) => complaint !== null) ?? null;
  if (!isNews(text, now, last)) return;
  const isKept = files.some((file) => keep(file, { text, at: now }));
  if (isKept || isNews(text, now, undefined)) process.stderr.write(text);
}

/** The file that says what was told last; none where the settings cannot say where the data is. */
function beside(context: CommandContext | undefined): string[] {
  try {
    return context === undefined ? [] : [`${context.settings.JMB_DB}-told`];
  } catch {
    return [];
  }
}

/** Opens a file of this user's own alone: in the folder for temporary files everybody may put one. */
function openOwn(file: string, flags: number): number {
  const open = openSync(file, flags | constants.O_NOFOLLOW, 0o640);
  const { uid } = fstatSync(open);
  if (uid === process.getuid?.()) return open;
  closeSync(open);
  throw new Error(`${file} is somebody else's`);
}

function lastComplaint(file: string): Complaint | null {
  try {
    const open = openOwn(file, constants.O_RDONLY);
    try {
      return JSON.parse(readFileSync(open, 'utf8')) as Complaint;
    } finally {
      closeSync(open);
    }
  } catch {
    return null;
  }
}

function keep(file: string, complaint: Complaint): boolean {
  try {
    const open = openOwn(file, constants.O_WRONLY | constants.O_CREAT);
    try {
      ftruncateSync(open);
      writeSync(open, JSON.stringify(complaint));
    } finally {
      closeSync(open);
    }
    return true;
  } catch {
    return false;
  }
}

function forget(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The next complaint is compared with it, no more.
  }
}
