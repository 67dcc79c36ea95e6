/** The words after `npm run bench --`. */
import { parseArgs } from 'node:util';

/** What is asked for. */
export interface Options {
  /** Fewer rounds and smaller databases: under two minutes. */
  readonly quick: boolean;
  /** Where the figures go as JSON, or null. */
  readonly json: string | null;
}

const HELP = `npm run bench [-- OPTIONS]
  --quick      fewer rounds, up to 100,000 meetings: under two minutes
  --json FILE  the figures as JSON, too
  --help       this
`;

/** Reads the options; null when only help was asked for, and printed. */
export function readOptions(words: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...words],
    options: { quick: { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return null;
  }
  return { quick: values.quick === true, json: values.json ?? null };
}
