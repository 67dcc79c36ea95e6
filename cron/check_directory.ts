/** What `jmb check` asks about directories: the one of the settings, and the one that Apache alone signs people in by. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, whyOf } from '../lib/failure.ts';
import { search } from '../lib/people/directory_search.ts';
import { type DirectoryAddress, parseLdapsearch } from '../lib/people/ldapsearch.ts';
import type { Answer } from './check.ts';

/** Where Apache's files lie that name a directory of ours. */
const APACHE = '/etc/apache2';

/** How long a server may take, in milliseconds. */
const PATIENCE = 3_000;

/** What a directory says to who may not look (RFC 4511 appendix A), for which some say that there is nothing. */
const HIDES = /NoSuchObject|InsufficientAccess|InappropriateAuth|0x20|0x30|0x32/;

/** Asks each of them for somebody whom none has. */
export async function directory(setting: string, apache = APACHE): Promise<Answer> {
  const answers: Answer[] = [];
  if (setting.trim() !== '') answers.push(await asked('JMB_LDAPSEARCH', parseLdapsearch(setting)));
  const used = directoryOfApache(apache);
  if (used !== null) answers.push('verdict' in used ? used : await asked('Apache', used));
  if (answers.length === 0) return { verdict: 'off', detail: 'JMB_LDAPSEARCH is not set' };
  const verdict = (['wrong', 'unknown', 'ok'] as const).find((one) => answers.some((answer) => answer.verdict === one));
  return { verdict: verdict ?? 'ok', detail: answers.map(({ detail }) => detail).join('; ') };
}

/** A file that is not there stops Apache at its next start; one that may not be read is for root to look at. */
function unread(error: unknown): Answer {
  if (codeOf(error) === 'ENOENT') return { verdict: 'wrong', detail: `Apache: ${whyOf(error)}` };
  return { verdict: 'unknown', detail: `Apache: ${whyOf(error)}; ask as root: jmb check directory` };
}

async function asked(whose: string, address: DirectoryAddress): Promise<Answer> {
  const began = performance.now();
  try {
    await search(address, PATIENCE, ['uid'], ({ EqualityFilter }) => {
      return new EqualityFilter({ attribute: 'uid', value: 'jmb-check' });
    });
  } catch (error) {
    const why = `${whose}: ${whyOf(error)}`;
    const hint = address.bind === null && HIDES.test(why) ? ': it shows strangers nothing, or has no such base' : '';
    return { verdict: 'wrong', detail: why + hint };
  }
  return { verdict: 'ok', detail: `${whose}: answers in ${Math.round(performance.now() - began)} ms` };
}

/** The directory that Apache's files name; null: none, or another way to sign in. */
export function directoryOfApache(folder: string): DirectoryAddress | Answer | null {
  try {
    const site = ['sites-enabled', 'jitsi-jmb'].map((name) => textsIn(join(folder, name))).join('\n');
    const url = defined(site, 'JMB_LDAP_URL') ?? /^\s*AuthLDAPURL\s+"?(ldaps?:\/\/[^/"]+)/im.exec(site)?.[1];
    const base =
      defined(site, 'JMB_LDAP_BASE') ?? /^\s*AuthLDAPURL\s+"?ldaps?:\/\/[^/"]+\/([^?"\s]+)/im.exec(site)?.[1];
    if (url === undefined || base === undefined) return null;
    const bindFile = defined(site, 'JMB_LDAP_BIND');
    const bound = bindFile === undefined ? site : readFileSync(bindFile, 'utf8');
    const password = directive(bound, 'AuthLDAPBindPassword');
    if (password?.startsWith('exec:')) {
      return {
        verdict: 'unknown',
        detail: `Apache: the password comes from ${password.slice('exec:'.length)}, which is not run here`,
      };
    }
    return {
      urls: serversOf(url),
      base,
      scope: 'sub',
      bind: directive(bound, 'AuthLDAPBindDN') ?? null,
      password: password ?? null,
      passwordFile: null,
      startTls: false,
    };
  } catch (error) {
    return unread(error);
  }
}

/** `ldap://one two:390` are two servers of one protocol (mod_authnz_ldap). */
function serversOf(url: string): string[] {
  const [, protocol = '', hosts = ''] = /^(\w+:\/\/)(.*?)\/*$/.exec(url) ?? [];
  return hosts.split(/\s+/).map((host) => protocol + host);
}

function defined(text: string, name: string): string | undefined {
  return directive(text, `Define\\s+${name}`);
}

/** The first value of a directive, as Apache takes it out of its quotes. */
function directive(text: string, name: string): string | undefined {
  const value = new RegExp(`^\\s*${name}\\s+(.+?)\\s*$`, 'im').exec(text)?.[1];
  const quoted = /^(["'])(.*)\1$/.exec(value ?? '')?.[2];
  return quoted?.replace(/\\(["'\\])/g, '$1') ?? value;
}

/** The texts of a folder's configuration; none where there is no such folder. Secrets of other ways to sign in are passed over. */
function textsIn(folder: string): string {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.conf'));
  } catch {
    return '';
  }
  return names
    .map((name) => {
      try {
        return readFileSync(join(folder, name), 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}
