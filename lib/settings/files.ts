/** Where the settings are written, and what their files hold. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from './error.ts';

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The installer's and the administrator's, later ones over earlier ones. */
const FILES = ['jmb_jwt.cf', 'jmb_local.cf'];

/** The folder of the settings' files and of logo.png: `JMB_ETC` of the environment, else `root/etc`. */
export function settingsFolder(root: string, env: Environment): string {
  return env['JMB_ETC'] || join(root, 'etc');
}

/** The paths of the files that readSettings reads: a process that stays watches them. */
export function settingsFiles(root: string, env: Environment = process.env): readonly string[] {
  const etc = settingsFolder(root, env);
  return FILES.map((name) => join(etc, name));
}

/**
 * The text of a file, or null when there is none. Files of old hosts are in Latin-1, and some were written on Windows.
 * @throws SettingsError when it cannot be read
 */
export function readSource(file: string): string | null {
  try {
    // An exception for a file that is not there would take longer than all the rest.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const source = readFileSync(file, 'utf8');
    return plainSource(source.includes('\uFFFD') ? readFileSync(file, 'latin1') : source);
  } catch (error) {
    throw new SettingsError(file, 0, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** A source without a byte order mark and with plain ends of lines. */
export function plainSource(source: string): string {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  return text.includes('\r') ? text.replace(/\r\n/g, '\n') : text;
}
