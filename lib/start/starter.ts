/**
 * What stands in cgi-bin/: runs a program of lib/ from compiled code that `prepare` has kept for this very Node. Where
 * there is none, or V8 refuses it (another Node, other flags), the program is compiled as any other.
 */
import { readFileSync } from 'node:fs';
import { Script, type ScriptOptions } from 'node:vm';

/** The files' names, put here by the build: `booking.js`, and `booking-0123abcd.cache` with a digest of it. */
declare const PROGRAM: string;
declare const CACHE: string;

const lib = `${__dirname}/../lib/`;

function kept(): Pick<ScriptOptions, 'cachedData'> {
  try {
    return { cachedData: readFileSync(lib + CACHE) };
  } catch {
    return {};
  }
}

const script = new Script(readFileSync(lib + PROGRAM, 'utf8'), {
  filename: lib + PROGRAM,
  ...kept(),
});
script.runInThisContext()(require);
