/** Which recipients of a mail have an account here: they also read where their meetings and their feed are. */
import type { Context } from '../context.ts';
import { Unavailable } from '../refusal.ts';
import { feedOf } from '../store/feeds.ts';
import { keepAccounts } from '../store/people.ts';

/**
 * The feed's hash of each address whose person the directory knows; feeds are made where there was none. Kept for the
 * reminders, which ask nobody.
 * A directory that does not answer costs these lines in the mail, not the mail: it is written down and nobody is known.
 */
export async function accountsOf(
  context: Pick<Context, 'directory' | 'store' | 'log'>,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const accounts = new Map<string, string>();
  if (context.directory === null || addresses.length === 0) return accounts;
  try {
    const people = await context.directory.peopleOf(addresses);
    for (const [address, person] of people) accounts.set(address, feedOf(context.store, person.uid));
    keepAccounts(context.store, new Map([...people].map(([address, { uid }]) => [address, uid])));
  } catch (error) {
    if (!(error instanceof Unavailable) || error.what !== 'directory') throw error;
    context.log.event('directory-silent', { for: 'mail', reason: error.message });
  }
  return accounts;
}
