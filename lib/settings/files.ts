/**
 * Where the settings are written, what their files hold, and what is thrown when they cannot be understood: it says where, so
 * that an administrator can mend it.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';

/** A settings file that cannot be understood. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /**
   * @param file the path of the file, or the name of the setting where the value came from elsewhere
   * @param line counted from 1; 0 when it is about the file as a whole
   * @param detail what is wrong and what to write instead, without a value that must not be shown
   * @param settings the settings that it leaves without a value; none where nobody can tell
   */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly detail: string,
    readonly settings: readonly string[] = [],
  ) {
    super(line > 0 ? `${file}:${line}: ${detail}` : `${file}: ${detail}`);
  }
}

/** Names whose values nobody may see, not even a part in a message. */
export const HIDDEN = /PASS|SECRET|LDAPSEARCH|SMTP|INBOX|TOKEN|KEY/i;

/** What a line would have set: `NAME=`, and `NAME =` as a slip. */
const SETS = /(?:^|[\s;&|{(])([A-Za-z_][A-Za-z0-9_]*)[ \t]*\+?=/g;

/** The names that the line which begins at a place would have set. */
export function namesSetIn(source: string, from: number): string[] {
  const end = source.indexOf('\n', from);
  const line = source.slice(from, end < 0 ? undefined : end);
  return [...line.matchAll(SETS)].map(([, name]) => name ?? '');
}

/** The environment of a process. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** The installer's and the administrator's, later ones over earlier ones. */
const FILES = ['jmb_jwt.cf', 'jmb_local.cf'];

/** The folder of the settings' files and of logo.png: `JMB_ETC` of the environment, else `root/etc`. */
export function settingsFolder(root: string, env: ProcessEnvironment): string {
  return env['JMB_ETC'] || join(root, 'etc');
}

/** The paths of the files that readSettings reads: a process that stays watches them. */
export function settingsFiles(root: string, env: ProcessEnvironment = process.env): readonly string[] {
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
    throw new SettingsError(file, 0, `cannot be read (${messageOf(error)})`);
  }
}

/** A source without a byte order mark and with plain ends of lines. */
export function plainSource(source: string): string {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  return text.includes('\r') ? text.replace(/\r\n/g, '\n') : text;
}
