/**
 * How a door and the external packages are loaded: from code that `prepare` has kept compiled where there is such, else as any source;
 * and whether this Node takes what is kept: `node lib/prepare.js state` says it in JSON.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { messageOf } from '../failure.ts';
import { openFile } from '../store/database.ts';

/** A door, or an external package (lib/build/external_packages.mjs): its file in lib/, without ending, and a digest of it. */
export interface Part {
  readonly name: string;
  readonly digest: string;
}

/** A loaded part. */
export interface Loaded extends Part {
  readonly script: Script;
}

/**
 * The file that keeps a part's compiled code. The digest is in its name, for V8 itself compares no more than the length of the
 * source; the flags, since V8 takes what was compiled with its own alone, and programs with and without share packages; and
 * the ABI of the Node, so that a host which changes its Node and changes it back has both.
 * @param flags those of the program's first line
 */
export function cacheFile(lib: string, { name, digest }: Part, flags: readonly string[] = process.execArgv): string {
  return `${lib}${name}-${digest}${flags.join('')}.${process.versions.modules}.cache`;
}

/** My meetings, of all that booking.cgi is asked for. */
const LIST = /^(?:list)?(?:$|[&=])/;

/** The way into a room, of all that join.cgi is asked for. */
const ENTER = /^id=/;

/**
 * The part that answers a request of a program: what is asked for most, the list and the way into a room, are parts of their own.
 * @param query what is asked; undefined in a program that stays
 * @param address the path, which tells /close.cgi from the program that answers it
 */
export function partOf(
  program: string,
  query = process.env['QUERY_STRING'],
  address = process.env['SCRIPT_NAME'] ?? '',
): string {
  if (query === undefined) return program;
  if (program === 'booking' && LIST.test(query)) return 'list';
  return program === 'join' && ENTER.test(query) && !address.endsWith('/close.cgi') ? 'enter' : program;
}

/**
 * How the source of a part is found. A program that stays (a plain CGI has GATEWAY_INTERFACE, RFC 3875 section 4.1.4) reads all of
 * them now: an update replaces their files while it runs, and what it has not loaded by then may not fit to what it has.
 */
function sourcesIn(lib: string, digests: Readonly<Record<string, string>>): (part: string) => string {
  // One byte a character: the build has seen to that.
  const read = (part: string): string => readFileSync(`${lib}${part}.js`, 'utf8');
  if (process.env['GATEWAY_INTERFACE'] !== undefined) return read;
  const texts = new Map(Object.keys(digests).map((part) => [part, read(part)]));
  return (part) => texts.get(part) ?? read(part);
}

/**
 * Makes the function that loads parts, and each once.
 * @param lib the folder of the parts, with a slash at its end
 * @param digests the parts that there are
 * @param require the starter's, for everything else
 * @param tell is told of each part that is loaded
 */
export function loaderOf(
  lib: string,
  digests: Readonly<Record<string, string>>,
  require: (name: string) => unknown,
  tell?: (part: Loaded) => void,
): (name: string) => unknown {
  const known: Record<string, { exports: unknown }> = {};
  const source = sourcesIn(lib, digests);
  const load = (name: string): unknown => {
    const part = name.startsWith('../lib/') ? name.slice('../lib/'.length, -'.js'.length) : name;
    const digest = digests[part];
    if (digest === undefined) return require(name);
    const before = known[part];
    if (before !== undefined) return before.exports;
    const module = { exports: {} };
    known[part] = module;
    const filename = `${lib}${part}.js`;
    const cachedData = kept(cacheFile(lib, { name: part, digest }));
    const script = new Script(source(part), { filename, ...(cachedData && { cachedData }) });
    tell?.({ name: part, digest, script });
    script.runInThisContext()(load, module);
    return module.exports;
  };
  return load;
}

function kept(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

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
