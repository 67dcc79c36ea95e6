/** What comes over from the Bash version beside settings and meetings, and what of it must not be left pointing nowhere. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Draft } from './changes.ts';
import { bytesOf, exists, namesIn } from './entries.ts';
import type { Found } from './found.ts';
import { readInstalled } from './journal.ts';
import { BASH_KEPT, PREFIX } from './paths.ts';
import type { Tree } from './tree.ts';

/** Folders where the Bash version, or its administrators, have put links to its files. */
const FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/etc/shibboleth', '/etc/munin/plugins'];

/** Plans the logo, modules for this version that were laid ready, and links into the folder that moves. */
export function planBash(to: Draft, { bash }: Found, dist: string): void {
  const { tree } = to;
  // What an earlier run has changed stays changed, also when the Bash version is kept no more.
  for (const { path, before } of readInstalled(tree).entries)
    if (before.kind === 'link' && before.target.startsWith(`${PREFIX}/`)) to.keep(path);
  if (!bash && !exists(tree, BASH_KEPT)) return;
  const modules = namesIn(tree, `${bash ? PREFIX : BASH_KEPT}/modules`).filter((name) => name.endsWith('.mjs'));
  for (const name of ['etc/logo.png', ...modules.map((one) => `modules/${one}`)]) comesOver(to, bash, name);
  planLinks(to, bash, dist);
}

/** A file of the administrator's: taken along once, and theirs from then on. */
function comesOver(to: Draft, bash: boolean, name: string): void {
  const { tree } = to;
  const path = `${PREFIX}/${name}`;
  const from = bash ? path : `${BASH_KEPT}/${name}`;
  const content = bytesOf(tree, from);
  to.keep(path);
  if ((bash || !exists(tree, path)) && content !== undefined)
    to.file(path, content, 'of the Bash version', { keeps: true });
}

/** Programs of the Bash version go with it; what is read only is read where it lies now. */
function planLinks(to: Draft, bash: boolean, dist: string): void {
  const { tree } = to;
  const gone: string[] = [];
  for (const { path, target } of FOLDERS.flatMap((folder) => linksIn(tree, folder))) {
    const name = target.slice(PREFIX.length + 1);
    if (existsSync(join(dist, name)) || /^etc\/(?:logo\.png|jmb_(?:local|jwt)\.cf)$/.test(name)) continue;
    if (!bash && exists(tree, target)) continue;
    if (/^(?:bin|cgi)\//.test(name)) {
      to.away(path, 'a program of the Bash version');
      gone.push(path);
    } else {
      to.link(path, `${BASH_KEPT}/${name}`, 'where it lies now');
    }
  }
  for (const caller of callers(tree, gone)) to.note(caller);
}

/** Links of a folder that lead below our prefix, with where they lead. */
function linksIn(tree: Tree, folder: string): { path: string; target: string }[] {
  return namesIn(tree, folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const at = join(tree.root, tree.real(folder), name);
    if (!lstatSync(at).isSymbolicLink()) return [];
    const target = resolve(dirname(path), readlinkSync(at));
    return target.startsWith(`${PREFIX}/`) ? [{ path, target }] : [];
  });
}

/** Who runs a program that goes, as far as cron's files say. */
function callers(tree: Tree, gone: readonly string[]): string[] {
  const names = [...new Set(gone.map((path) => path.slice(path.lastIndexOf('/') + 1)))];
  const files = [
    '/etc/crontab',
    ...['cron.d', 'cron.daily', 'cron.weekly'].flatMap((folder) => filesIn(tree, `/etc/${folder}`)),
  ];
  return files.flatMap((file) => {
    const text = file === '/etc/cron.d/jitsi-jmb' ? '' : (tree.read(file) ?? '');
    const called = names.filter((name) => new RegExp(`^[^#\\n]*\\b${name}\\b`, 'm').test(text));
    return called.map((name) => `${file} calls ${name}, which goes: take it out there${INSTEAD[name] ?? ''}`);
  });
}

/** What does the same here. */
const INSTEAD: Readonly<Record<string, string>> = {
  'jitsi-restart': ', or write `jmb rooms` and `systemctl restart prosody jicofo`',
};

function filesIn(tree: Tree, folder: string): string[] {
  return namesIn(tree, folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => lstatSync(join(tree.root, tree.real(path)), { throwIfNoEntry: false })?.isFile() === true);
}
