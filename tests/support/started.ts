/** Programs that run beside a test, with all that they say. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** A started program in a session of its own, and all that it has said. */
export interface Started {
  readonly process: ChildProcess;
  said(): string;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
}

/** Starts a program. */
export function start(command: string, ...words: string[]): Started {
  const child = spawn(command, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      said += part;
    });
  }
  return { process: child, said: () => said, ended: once(child, 'close').then(([status]) => status as number | null) };
}

/** Waits for a text among what a program says, a minute at most. */
export async function says(started: Started, text: string): Promise<void> {
  for (const until = Date.now() + 60_000; !started.said().includes(text); ) {
    if (Date.now() > until) throw new Error(`"${text}" was not said: ${started.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The processes of a session that are still there, once they have had two seconds to go. */
export async function left(session: number | undefined): Promise<string[]> {
  for (const until = Date.now() + 2000; ; ) {
    const there = inSession(session ?? 0);
    if (there.length === 0 || Date.now() > until) return there;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function inSession(session: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return fields[0] !== 'Z' && Number(fields[3]) === session ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
      } catch {
        return [];
      }
    });
}
