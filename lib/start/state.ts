/** What the programs are to the Node that runs this: `node lib/prepare.js state` says it in JSON. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { messageOf } from '../failure.ts';
import { openFile } from '../store/database.ts';
import { cacheFile } from './parts.ts';

/** What it finds. */
export interface State {
  /** Version and path of the Node. */
  readonly node: string;
  /** Why it cannot open the database, with the command that mends it; null where it can. */
  readonly addon: string | null;
  /** Whether it takes the compiled code that is kept: of each program some, and that of those with its very flags. */
  readonly compiled: boolean;
}

/** Looks at a tree with the eyes, and the flags, of this Node. */
export function stateOf(root: string): State {
  const lib = `${join(root, 'lib')}/`;
  const digests = JSON.parse(readFileSync(`${lib}parts.json`, 'utf8')) as Record<string, string>;
  const programs = readdirSync(join(root, 'cgi-bin')).map((file) => file.replace(/\.cgi$/, ''));
  const compiled = programs.every((name) => {
    const flags = flagsOf(join(root, 'cgi-bin', `${name}.cgi`));
    const cache = cacheFile(lib, { name, digest: digests[name] ?? '' }, flags);
    if (!existsSync(cache)) return false;
    // V8 takes what was compiled with the flags that it has itself.
    if (flags.join() !== process.execArgv.join()) return true;
    const script = new Script(readFileSync(`${lib}${name}.js`, 'utf8'), { cachedData: readFileSync(cache) });
    return script.cachedDataRejected !== true;
  });
  return { node: `Node ${process.version}, ${process.execPath}`, addon: addonFault(), compiled };
}

/** The flags that the first line of a program gives Node. */
function flagsOf(file: string): readonly string[] {
  const [line = ''] = readFileSync(file, 'utf8').split('\n', 1);
  return line.split(' ').filter((word) => word.startsWith('-'));
}

/** Why this Node cannot open a database; null where it can. */
export function addonFault(): string | null {
  try {
    openFile(':memory:').close();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
