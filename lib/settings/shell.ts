/** Reads files of shell assignments without a shell: `KEY="value"`, quotes, comments and two expansions; nothing is ever executed. */
import { SettingsError } from './files.ts';
import { type Lookup, Reader } from './shell_reader.ts';

export type { Lookup } from './shell_reader.ts';

/** What a file gave a name, and where. */
export interface Assignment {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** What becomes of a file that is read. */
export interface Reading {
  /** The value that `${NAME}` stands for at this place; undefined when there is none. */
  readonly value: Lookup;
  readonly set: (name: string, assignment: Assignment) => void;
  /** Told of each line with a mistake, which names the settings that it would have set; reading goes on behind it. */
  readonly mistake: (error: SettingsError) => void;
}

/** Reads a file of assignments, from its first line to its last. */
export function readAssignments(file: string, source: string, { value, set, mistake }: Reading): void {
  const reader = new Reader(file, source, value);
  for (;;) {
    try {
      const next = reader.assignment();
      if (next === null) return;
      set(next.name, { value: next.value, file, line: next.line });
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      mistake(error);
      reader.nextLine();
    }
  }
}

/**
 * The assignments of a file by itself, later ones over earlier ones.
 * @throws SettingsError at the first line that would need a shell
 */
export function assignmentsOf(file: string, source: string): Map<string, Assignment> {
  const found = new Map<string, Assignment>();
  readAssignments(file, source, {
    value: (name) => found.get(name)?.value,
    set: (name, assignment) => void found.set(name, assignment),
    mistake: (error) => {
      throw error;
    },
  });
  return found;
}
