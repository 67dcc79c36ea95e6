/** The demo's folder (`--dir`): the installed tree with its data, the mails, and what one start has to tell the next. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeetingId } from '../../lib/meetings/meeting.ts';

/** Something that the person at the keyboard has to hear, without a stack trace. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** A sample meeting as the demo left it: when its version has gone up since, somebody has changed it. */
export interface Planted {
  readonly id: MeetingId;
  readonly version: number;
}

/** What is kept from one start to the next. */
export interface Memory {
  /** Signs the tokens of this folder's demo. */
  readonly secret: string;
  /** The sample meetings by their names (samples.ts). */
  readonly samples: Readonly<Record<string, Planted>>;
}

const MEMORY = 'demo.json';
const PID = 'demo.pid';

/** Makes the folder ready, or refuses it when it holds what is not the demo's. */
export function openFolder(folder: string, fresh: boolean): Memory {
  mkdirSync(folder, { recursive: true });
  const ours = existsSync(join(folder, MEMORY));
  if (!ours && readdirSync(folder).length > 0) {
    throw new DemoError(`${folder} is not empty and not a demo's: give another --dir`);
  }
  const pid = runningIn(folder);
  if (pid !== null)
    throw new DemoError(`a demo already runs in ${folder} (process ${pid}): end it, or give another --dir`);
  if (fresh) for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  // Apache's user, who is not root, comes through here.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'mail'), { recursive: true });
  const memory: Memory =
    ours && !fresh
      ? (JSON.parse(readFileSync(join(folder, MEMORY), 'utf8')) as Memory)
      : { secret: randomBytes(24).toString('base64url'), samples: {} };
  remember(folder, memory);
  writeFileSync(join(folder, PID), `${process.pid}\n`);
  return memory;
}

/** Writes down what the next start needs to know. */
export function remember(folder: string, memory: Memory): void {
  writeFileSync(join(folder, MEMORY), `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
}

/** Says that no demo runs in the folder any more. */
export function closeFolder(folder: string): void {
  rmSync(join(folder, PID), { force: true });
}

/** The process of a demo that runs in the folder, or null. Process numbers come again: it has to be a demo's. */
function runningIn(folder: string): number | null {
  try {
    const pid = Number(readFileSync(join(folder, PID), 'utf8'));
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return pid !== process.pid && command.includes('demo.mjs') ? pid : null;
  } catch {
    return null;
  }
}
