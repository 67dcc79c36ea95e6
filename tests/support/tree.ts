/** An installed tree in a folder of one's own, made from dist/ as install.sh makes the real one. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { giveToWebUser } from './web_user.ts';

/** What `npm run build` made; JMB_DIST names another place. */
export function dist(): string {
  const folder = process.env['JMB_DIST'] ?? join(dirname(fileURLToPath(import.meta.url)), '../../dist');
  if (!existsSync(join(folder, 'apache/jitsi-jmb.conf'))) throw new Error(`${folder} is not built: npm run build`);
  return folder;
}

/** What goes into a tree besides the program. */
export interface TreeOptions {
  /** The lines of jmb_jwt.cf; jmb_local.cf, which comes after it, is left to the administrator. */
  readonly settings: Readonly<Record<string, string>>;
  /** Administrators' modules: file name (`x.mjs`) to source. */
  readonly modules: Readonly<Record<string, string>>;
}

/** Makes or renews the tree in `root`; what lies in `root/data` stays. */
export function makeTree(root: string, { settings, modules }: TreeOptions, from: string = dist()): void {
  for (const name of readdirSync(from)) {
    if (name === 'tests') continue;
    rmSync(join(root, name), { recursive: true, force: true });
    cpSync(join(from, name), join(root, name), { recursive: true });
  }
  nameInterpreter(root);
  for (const name of ['etc', 'modules', 'data', 'log']) mkdirSync(join(root, name), { recursive: true });
  for (const name of ['data', 'log']) giveToWebUser(join(root, name));
  writeFileSync(join(root, 'etc/jmb_jwt.cf'), settingsFile(settings), { mode: 0o640 });
  giveToWebUser(join(root, 'etc/jmb_jwt.cf'));
  for (const [name, source] of Object.entries(modules)) writeFileSync(join(root, 'modules', name), source);
}

/** Keeps the programs compiled for this node, as install.sh does. Everything works without, a quarter slower. */
export function prepareTree(root: string): void {
  if (isNameable(process.execPath)) spawnSync(process.execPath, [join(root, 'lib/prepare.js')], { stdio: 'ignore' });
}

/** Whether a first line can name a program: Linux takes no blank and no long path there. */
function isNameable(path: string): boolean {
  return /^\S{1,120}$/.test(path);
}

/** Names this node in the first line of each program, where that can be; `env`, which stands there, looks in PATH. */
function nameInterpreter(root: string): void {
  if (!isNameable(process.execPath)) return;
  for (const folder of ['cgi-bin', 'bin'].map((name) => join(root, name))) {
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      writeFileSync(file, readFileSync(file, 'latin1').replace(/^#!.*/, `#!${process.execPath}`), 'latin1');
    }
  }
}

/** Settings as the lines of a file, every value exactly as it is. */
export function settingsFile(settings: Readonly<Record<string, string>>): string {
  const quote = (value: string) => `"${value.replace(/[\\"$`]/g, '\\$&')}"`;
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join('');
}

/** What a log of the tree holds: `jmb.log`, `apache.log`; empty when there is none. */
export function readLog(root: string, name: string): string {
  const file = join(root, 'log', name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
