/** Somebody of the house, named by address or account: whom one may hand something to. */
import type { Context } from '../context.ts';
import type { Person } from '../people/directory.ts';
import { nameOfAddress } from '../people/identity.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { addressesOf } from '../store/feeds.ts';
import { namesOf } from '../store/people.ts';
import { accountsWith } from '../store/rooms.ts';
import { domainMatches, isAddress } from '../text/addresses.ts';

/** A colleague, as far as they are known. */
export interface Colleague {
  /** The main address, lower case. */
  readonly email: string;
  /** Missing where nobody knows it. */
  readonly uid?: string;
  readonly name: string;
}

/** The longest name that is looked at, in characters. */
const LONGEST = 254;

/**
 * The colleague whom somebody names.
 * @param typed an address or the name of an account
 * @returns a refusal with 400 where nobody of the house is called so
 * @throws Unavailable when the directory is needed and does not answer
 */
export async function colleagueOf(context: Context, typed: string): Promise<Colleague | Refusal> {
  const asked = typed.trim().toLowerCase();
  const nobody = refuse(400, 'assistants.nobody', 'nobody of the house is called so', { name: asked.slice(0, 80) });
  if (asked === '' || asked.length > LONGEST) return nobody;
  return (await (asked.includes('@') ? byAddress(context, asked) : byAccount(context, asked))) ?? nobody;
}

async function byAccount(context: Context, uid: string): Promise<Colleague | null> {
  const [email] = addressesOf(context.store, uid);
  if (email !== undefined) return known(context, email, uid);
  return found(context, await context.directory?.personOf(uid));
}

/** Who has signed in by this address, whom the directory knows by it, or, without a directory, whoever has one of the house. */
async function byAddress(context: Context, address: string): Promise<Colleague | null> {
  const { store, directory, settings } = context;
  if (!isAddress(address)) return null;
  const [uid] = accountsWith(store, address);
  if (uid !== undefined) return known(context, address, uid);
  if (directory !== null) return found(context, (await directory.peopleOf([address])).get(address));
  return domainMatches(address, settings.JMB_MAIL_DOMAIN) ? known(context, address) : null;
}

function found(context: Context, person: Person | null | undefined): Colleague | null {
  return person?.email ? known(context, person.email, person.uid, person.name) : null;
}

function known({ store }: Context, email: string, uid?: string, name?: string | null): Colleague {
  const shown = namesOf(store, [email]).get(email) ?? name ?? nameOfAddress(email);
  return { email, name: shown, ...(uid === undefined ? {} : { uid }) };
}
