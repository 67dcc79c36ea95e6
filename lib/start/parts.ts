/** How a door and the external packages are loaded: from code that `prepare` has kept compiled where there is such, else as any source. */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

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

/**
 * The part that answers a request of a program: of booking.cgi the list, which is asked for most, is one of its own.
 * @param query what is asked; undefined in a program that stays
 */
export function partOf(program: string, query = process.env['QUERY_STRING']): string {
  return program === 'booking' && query !== undefined && LIST.test(query) ? 'list' : program;
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
    // One byte a character: the build has seen to that.
    const script = new Script(readFileSync(filename, 'utf8'), { filename, ...(cachedData && { cachedData }) });
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
