/** The options of an installation, kept so that its renewal need not be told again. */
import { OPTIONS, type Values } from './options.ts';
import { AUTHS, type Auth } from './site.ts';
import type { Tree } from './tree.ts';

/** Where they are kept, mode 600: a word a line, in pairs of option and value. */
export const OPTIONS_FILE = '/var/lib/jitsi-jmb/options';

/** Options that name a file of the administrator's: what it held is in place by now, and it may be gone. */
const FILE_OPTIONS: readonly string[] = ['idp-metadata', 'sql-file', 'oidc-secret-file'];

/** The words that would say the same again, each on a line of its own. */
export function rememberedWords(auth: Auth, values: Readonly<Record<string, string | undefined>>): string {
  const needed = AUTHS[auth].needs.filter((name) => !FILE_OPTIONS.includes(name));
  const words = Object.entries(OPTIONS).flatMap(([name, row]) => {
    const value = values[name];
    return value !== undefined && ('keeps' in row || needed.includes(name)) ? [`--${name}`, value] : [];
  });
  return `${words.join('\n')}\n`;
}

/** What was said now, and what an earlier run was told and this one is not. Another way to sign in begins anew. */
export function recalled(tree: Tree, said: Values): Values {
  const words = (tree.read(OPTIONS_FILE) ?? '').split('\n');
  const kept = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) kept.set(words[at]?.slice(2) ?? '', words[at + 1] ?? '');
  if (said.auth !== undefined && said.auth !== kept.get('auth')) return said;
  return { ...Object.fromEntries(kept), ...said };
}
