/** The options of an installation, kept so that its renewal need not be told again. */
import { readInstalled } from './journal.ts';
import { OPTIONS, type Values } from './options.ts';
import { AUTHS, type Auth } from './site.ts';
import type { Tree } from './tree.ts';

/** Options that name a file of the administrator's: what it held is in place by now, and it may be gone. */
const FILE_OPTIONS: readonly string[] = ['idp-metadata', 'sql-file', 'oidc-secret-file'];

/** Those of an installation that are worth keeping, by name. */
export function remembered(
  auth: Auth,
  values: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const needed = AUTHS[auth].needs.filter((name) => !FILE_OPTIONS.includes(name));
  const kept = Object.entries(OPTIONS).flatMap(([name, row]) => {
    const value = values[name];
    return value !== undefined && ('keeps' in row || needed.includes(name)) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** What was said now, and what an earlier run was told and this one is not. Another way to sign in begins anew. */
export function recalled(tree: Tree, said: Values): Values {
  const { options } = readInstalled(tree);
  if (said.auth === undefined || said.auth === options['auth']) return { ...options, ...said };
  // Which domain is not a matter of how people sign in.
  return options['domain'] === undefined ? said : { domain: options['domain'], ...said };
}
