/**
 * Who is asking, and how they sign out: the identity module of the settings reads Apache's variables, the directory fills in
 * what they leave open.
 */
import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { Request } from '../message.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { type Attributes, attributesOf, identityModules, type Variables } from './identity_modules.ts';
import { loadModule, moduleFailure } from './modules.ts';

/**
 * Who is asking. The addresses are those that Apache hands over. The directory is asked only when it hands over none; then all that
 * the directory knows count. So a page depends on the directory only where there is no other way to an address; someone invited by an
 * alias finds the meeting where JMB_FIX_MAIL_ALIASES turns aliases into main addresses when a meeting is saved.
 * @returns a refusal when nobody signed in, or when no address is known: meetings belong to addresses
 * @throws Unavailable when the directory or an administrator's module fails
 */
export async function identityOf(
  context: Pick<Context, 'settings' | 'directory'>,
  request: Pick<Request, 'env'>,
): Promise<Identity | Refusal> {
  const module = context.settings.JMB_MODULE_GET_AUTH_IDENTITY;
  const found = await attributesBy(module, context, request.env);
  if (found === null) return refuse(403, 'refused.not_signed_in', `${module}: nobody signed in`);
  if (found.addresses.length > 0) return identity(found.uid, found.addresses, found.name);
  const person = (await context.directory?.personOf(found.uid)) ?? null;
  if (person === null || person.email === null) {
    const searched = context.directory === null ? 'no directory is set' : 'nor does the directory';
    return refuse(403, 'refused.no_address', `${module}: gives no address of ${found.uid}, ${searched}`);
  }
  return identity(person.uid, [person.email, ...person.aliases], found.name ?? person.name ?? undefined);
}

function identity(uid: string, addresses: readonly string[], name: string | undefined): Identity {
  const email = addresses[0] ?? '';
  return { uid, email, name: name ?? nameOfAddress(email), addresses: [...new Set(addresses)] };
}

/** What a module says, built in or of the administrator. */
async function attributesBy(
  name: string,
  context: Pick<Context, 'settings'>,
  env: Variables,
): Promise<Attributes | null> {
  const builtIn = Object.hasOwn(identityModules, name) ? identityModules[name] : undefined;
  if (builtIn !== undefined) return builtIn(env);
  const call = await loadModule(context.settings, name, 'identity');
  return checked(name, await call(env, context));
}

/** What an administrator's module gave back: `{uid, email or addresses, name}`, or null. */
function checked(name: string, result: unknown): Attributes | null {
  if (result === null || result === undefined) return null;
  const { uid, email, addresses, name: shown } = result as Partial<Record<string, unknown>>;
  const list = Array.isArray(addresses) ? addresses : email === undefined || email === null ? [] : [email];
  if (typeof uid !== 'string' || uid === '' || !list.every((one) => typeof one === 'string')) {
    throw moduleFailure(name, 'gives neither null nor {uid, email, name}');
  }
  return attributesOf(uid, list, [typeof shown === 'string' ? shown : undefined]);
}

/** `alice.martin@example.org` is Alice Martin: the local part, its words with a capital; digits after a name are left as they are. */
export function nameOfAddress(address: string): string {
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@'))) || address;
  const words = local
    .replace(/\+.*/, '')
    .split(/[._\s]/)
    .filter((word) => word !== '');
  return words.length === 0 ? local : words.map(capitalised).join(' ');
}

/** Jean-Pierre keeps both capitals. */
function capitalised(word: string): string {
  return word
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}

/**
 * The address that ends a session, to which the encoded address to come back to is added: Apache's word (JMB_LOGOUT, a
 * variable that no browser can set), or undefined where nobody can sign out.
 */
export function wayOut({ env }: Pick<Request, 'env'>): string | undefined {
  return env['JMB_LOGOUT'] || undefined;
}
