/** Prosody's files as it reads them together: its own first, which includes the others. */
import { namesIn } from './entries.ts';
import { PROSODY_MAIN, prosodyFiles } from './facts.ts';
import { sectionsFor, sectionsOf } from './prosody_sections.ts';
import type { Tree } from './tree.ts';

const INCLUDED = '/etc/prosody/conf.d';

/** A file with what stands in it. */
export interface ProsodyFile {
  readonly path: string;
  readonly text: string;
}

/** Prosody as it is set up for a domain. */
export interface ProsodySetup {
  /** The file that holds the domain's VirtualHost: the one to edit. */
  readonly path: string;
  /** All files, in the order in which they are read: what stands above all hosts holds for each. */
  readonly files: readonly ProsodyFile[];
}

/** The files of a domain; undefined where none of them has its VirtualHost. */
export function prosodySetup(tree: Tree, domain: string): ProsodySetup | undefined {
  const included = namesIn(tree, INCLUDED).filter((name) => name.endsWith('.cfg.lua'));
  const paths = [PROSODY_MAIN, ...included.map((name) => `${INCLUDED}/${name}`)];
  const files = new Map<string, string>();
  const [first, ...laidAside] = prosodyFiles(domain);
  // What Prosody reads goes before what lies ready for it.
  for (const path of [first, ...paths, ...laidAside]) {
    const text = tree.read(path);
    if (text !== undefined) files.set(path, text);
  }
  const ours = [...files].find(([, text]) => sectionsFor(sectionsOf(text), 'VirtualHost', domain).length > 0);
  if (ours === undefined) return undefined;
  const [path] = ours;
  const read = paths.includes(path) ? paths : [...paths, path];
  return { path, files: read.flatMap((one) => ({ path: one, text: files.get(one) ?? '' })) };
}
