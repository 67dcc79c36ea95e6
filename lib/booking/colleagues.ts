/** Somebody of the house, named by address or account: whom one may hand something to. */
import type { Context } from '../context.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { addressesOf } from '../store/feeds.ts';
import { feedsByAddress } from '../store/people.ts';
import { domainMatches, isAddress } from '../text/addresses.ts';

/** The longest name that is looked at, in characters. */
const LONGEST = 254;

/**
 * The main address of a colleague.
 * @param typed an address or the name of an account
 * @returns a refusal with 400 where nobody of the house is called so
 * @throws Unavailable when the directory is needed and does not answer
 */
export async function colleagueOf(context: Context, typed: string): Promise<string | Refusal> {
  const asked = typed.trim().toLowerCase();
  const nobody = refuse(400, 'assistants.nobody', 'nobody of the house is called so', { name: asked.slice(0, 80) });
  if (asked === '' || asked.length > LONGEST) return nobody;
  const found = asked.includes('@') ? await byAddress(context, asked) : await byAccount(context, asked);
  return found ?? nobody;
}

async function byAccount({ store, directory }: Context, uid: string): Promise<string | null> {
  const [known] = addressesOf(store, uid);
  return known ?? (await directory?.personOf(uid))?.email ?? null;
}

/** Who has signed in by this address, whom the directory knows by it, or, without a directory, whoever has one of the house. */
async function byAddress({ store, directory, settings }: Context, address: string): Promise<string | null> {
  if (!isAddress(address)) return null;
  if (feedsByAddress(store, [address]).has(address)) return address;
  if (directory === null) return domainMatches(address, settings.JMB_MAIL_DOMAIN) ? address : null;
  return (await directory.peopleOf([address])).get(address)?.email ?? null;
}
