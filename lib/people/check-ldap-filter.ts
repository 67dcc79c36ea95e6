/** Check module `ldap-filter`: the account must match the administrator's filter. */
import type { Context } from '../context.ts';
import { needDirectory } from './directory.ts';
import type { Question, Verdict } from './question.ts';

/** Refuses whom the filter does not match, and leaves the others to the next module. */
export async function checkLdapFilter(
  { identity }: Question,
  { settings, directory }: Pick<Context, 'settings' | 'directory'>,
): Promise<Verdict> {
  const filter = settings.JMB_MODULE_CHECK_EDITOR_LDAP_FILTER;
  if (await needDirectory(directory, 'ldap-filter').matches(identity.uid, filter)) return { verdict: 'pass' };
  return { verdict: 'refuse', reason: `does not match ${filter}`, text: 'refused.not_editor' };
}
