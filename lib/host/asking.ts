/** Questions to whoever sits in front of the screen. */
import { createInterface, type Interface } from 'node:readline';
import type { Steps } from './steps.ts';

/** Asks on the terminal. */
export interface Asking {
  /** Whether anybody is there. */
  readonly possible: boolean;
  /** The answer, a line without its end; empty where the input ends. */
  ask(question: string): Promise<string>;
  /** Lets go of the terminal. */
  close(): void;
}

/** A person at the terminal that this program was started from. */
export function openAsking({ unlessEnded }: Steps): Asking {
  let reader: Interface | undefined;
  const lines: string[] = [];
  let over = false;
  let wake = (): void => undefined;
  const open = (): Interface => {
    // The terminal edits its lines itself, so that Ctrl-C stays a signal.
    const made = createInterface({ input: process.stdin, terminal: false });
    made.on('line', (line) => {
      lines.push(line);
      wake();
    });
    made.on('close', () => {
      over = true;
      wake();
    });
    return made;
  };
  const next = async (): Promise<string> => {
    while (lines.length === 0 && !over)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return lines.shift() ?? '';
  };
  return {
    possible: process.stdin.isTTY === true,
    ask: async (question) => {
      process.stdout.write(`${question} `);
      reader ??= open();
      return unlessEnded(next());
    },
    close: () => reader?.close(),
  };
}
