/**
 * What `jmb check` asks about rights: who may read the database, the settings and the secrets, and whether the web server's
 * account may.
 */
import { existsSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, whyOf } from '../lib/failure.ts';
import { parseLdapsearch } from '../lib/people/ldapsearch.ts';
import { type Settings, settingsFiles } from '../lib/settings.ts';
import type { Answer } from './check.ts';

/** A file, and what the web server does with it. */
export interface Guarded {
  readonly path: string;
  readonly needs: 'read' | 'write';
  /** Whether nobody else may read it. */
  readonly secret: boolean;
}

/** Bits of a mode for one of owner, group and others. */
const BITS = { read: 4, write: 2, pass: 1 } as const;

/** Looks at all of them. Root sees everything, others `unknown` where they may not look. */
export function rights(settings: Settings, root: string): Answer {
  const web = webAccount();
  const faults: string[] = [];
  const unseen: string[] = [];
  const files = guardedFiles(settings, root);
  for (const file of files) {
    try {
      faults.push(...faultsOf(file, web));
    } catch (error) {
      if (['EACCES', 'EPERM'].includes(codeOf(error))) unseen.push(whyOf(error));
      else if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  if (faults.length > 0) return { verdict: 'wrong', detail: faults.join('; ') };
  if (unseen.length > 0) return { verdict: 'unknown', detail: `${unseen.join('; ')}; ask as root: jmb check rights` };
  return { verdict: 'ok', detail: `${web.name} has what it needs, and no secret is open to others` };
}

function guardedFiles(settings: Settings, root: string): Guarded[] {
  const database = settings.JMB_DB;
  const lies = existsSync(database) ? realpathSync(database) : database;
  const ends = ['', '-wal', '-shm', '-journal', '-remind'].map((end) => lies + end);
  const passwords = [settings.JMB_PROSODY_SECRET_FILE, ldapPasswordFile(settings)].filter((path) => path !== '');
  return [
    { path: dirname(lies), needs: 'write', secret: false },
    ...ends.map((path) => ({ path, needs: 'write' as const, secret: true })),
    ...settingsFiles(root).map((path) => ({ path, needs: 'read' as const, secret: holdsSecret(path) })),
    ...passwords.map((path) => ({ path, needs: 'read' as const, secret: true })),
    ...(settings.JMB_SMTP_CA === '' ? [] : [{ path: settings.JMB_SMTP_CA, needs: 'read' as const, secret: false }]),
  ];
}

/** The key of tokens, a password of the directory, one of the mail server. */
const SECRETS =
  /^\s*(JMB_(?:JWT_SECRET|SMTP_PASSWORD)=["']?[^"'\s]|JMB_LDAPSEARCH=.*\s-w|JMB_(?:SMTP_URL|MAIL_INBOX)=.*:\/\/[^@\s/]*:[^@\s/]*@)/m;

/** Whether a file of settings has any; one that may not be read has. */
function holdsSecret(path: string): boolean {
  try {
    return SECRETS.test(readFileSync(path, 'utf8'));
  } catch {
    return true;
  }
}

function ldapPasswordFile(settings: Settings): string {
  try {
    return settings.JMB_LDAPSEARCH === '' ? '' : (parseLdapsearch(settings.JMB_LDAPSEARCH).passwordFile ?? '');
  } catch {
    // A mistake there is for `settings` and `directory` to tell.
    return '';
  }
}

/**
 * What is wrong with one file, each with what to do.
 * @throws the system's error where it is not there, or may not be looked at
 */
export function faultsOf({ path, needs, secret }: Guarded, web: LocalAccount): string[] {
  const stat = statSync(path);
  const faults: string[] = [];
  const way = closedWay(path, web);
  if (way !== null) faults.push(`${web.name} cannot get to ${path}: ${way} is closed to it (chmod o+x)`);
  const what = needs === 'write' ? (['read', 'write'] as const) : (['read'] as const);
  const lacks = what.find((right) => !may(stat, web, BITS[right]));
  if (lacks !== undefined) {
    const mend = needs === 'write' ? `chown ${web.name}:${web.name}` : `chgrp ${web.name}`;
    faults.push(`${web.name} cannot ${lacks} ${path} (${mend}, ${modeFor(stat, needs)})`);
  }
  if (secret && (stat.mode & 0o007) !== 0) {
    const theirs = stat.uid === web.uid || web.gids.includes(stat.gid) ? '' : `chgrp ${web.name}, `;
    faults.push(`everybody on this machine may read ${path} (${theirs}chmod o=)`);
  }
  if (!secret && (stat.mode & 0o002) !== 0)
    faults.push(`everybody on this machine may write in ${path} (chmod o-w ${path})`);
  return faults;
}

function modeFor(stat: Stats, needs: Guarded['needs']): string {
  if (stat.isDirectory()) return 'chmod u+rwx';
  return needs === 'write' ? 'chmod 640' : 'chmod g+r';
}

/** The first folder on the way to a file that the account may not pass; null: none. */
function closedWay(path: string, web: LocalAccount): string | null {
  const folders: string[] = [];
  for (let at = dirname(realpathSync(path)); ; at = dirname(at)) {
    folders.unshift(at);
    if (at === dirname(at)) break;
  }
  return folders.find((folder) => !may(statSync(folder), web, BITS.pass)) ?? null;
}

/** As the kernel looks at it: owner, else group, else others (path_resolution(7)). */
function may(stat: Stats, { uid, gids }: LocalAccount, bit: number): boolean {
  if (uid === 0) return true;
  const shift = stat.uid === uid ? 6 : gids.includes(stat.gid) ? 3 : 0;
  return ((stat.mode >> shift) & bit) !== 0;
}

/** An account and its groups. */
export interface LocalAccount {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
}

/** Debian's account of web servers. */
const WEB = 'www-data';

/** The account that the web server runs our programs by: Debian's, or whoever asks where only he can be it. */
export function webAccount(): LocalAccount {
  const me = process.getuid?.() ?? 0;
  const wanted = me === 0 ? rows('/etc/passwd').find(([name]) => name === WEB) : row(me);
  const [name = me === 0 ? WEB : String(me), , uid = String(me === 0 ? 33 : me), gid = uid] = wanted ?? [];
  const others = rows('/etc/group').filter(([, , , members = '']) => members.split(',').includes(name));
  return { name, uid: Number(uid), gids: [Number(gid), ...others.map(([, , id]) => Number(id))] };
}

/** The name of an account; its number where it has none. */
export function accountName(uid: number): string {
  return row(uid)?.[0] ?? String(uid);
}

function row(uid: number): string[] | undefined {
  return rows('/etc/passwd').find(([, , id]) => id === String(uid));
}

function rows(file: string): string[][] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    // A bare chroot may have none.
    return [];
  }
}
