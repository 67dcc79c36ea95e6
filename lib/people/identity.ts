/** Who is asking: the identity module of the settings reads Apache's variables, the directory fills in what they leave open. */
import type { Context } from '../context.ts';
import type { Identity } from '../meetings/meeting.ts';
import type { Request } from '../message.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { given as asGiven, type Given, type IdentityModule, type Variables } from './given.ts';
import { identityCas } from './identity-cas.ts';
import { identityMellon } from './identity-mellon.ts';
import { identityOidc } from './identity-oidc.ts';
import { identityRemoteUser } from './identity-remote_user.ts';
import { identityShibboleth } from './identity-shibboleth.ts';
import { loadModule, moduleFailure } from './modules.ts';
import { nameOfAddress } from './names.ts';

const BUILT_IN: Readonly<Record<string, IdentityModule>> = {
  'identity-cas': identityCas,
  'identity-mellon': identityMellon,
  'identity-shibboleth': identityShibboleth,
  'identity-oidc': identityOidc,
  'identity-remote_user': identityRemoteUser,
};

/** Names of the identity modules that come with the program. */
export const IDENTITY_MODULES: readonly string[] = Object.keys(BUILT_IN);

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
  const given = await givenBy(module, context, request.env);
  if (given === null) return refuse(403, 'refused.not_signed_in', `${module}: nobody signed in`);
  if (given.addresses.length > 0) return identity(given.uid, given.addresses, given.name);
  const person = (await context.directory?.personOf(given.uid)) ?? null;
  if (person === null || person.email === null) {
    const searched = context.directory === null ? 'no directory is set' : 'nor does the directory';
    return refuse(403, 'refused.no_address', `${module}: gives no address of ${given.uid}, ${searched}`);
  }
  return identity(person.uid, [person.email, ...person.aliases], given.name ?? person.name ?? undefined);
}

function identity(uid: string, addresses: readonly string[], name: string | undefined): Identity {
  const email = addresses[0] ?? '';
  return { uid, email, name: name ?? nameOfAddress(email), addresses: [...new Set(addresses)] };
}

/** What a module says, built in or of the administrator. */
async function givenBy(name: string, context: Pick<Context, 'settings'>, env: Variables): Promise<Given | null> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return builtIn(env);
  const call = await loadModule(context.settings, name, 'identity');
  return checked(name, await call(env, context));
}

/** What an administrator's module gave back: `{uid, email or addresses, name}`, or null. */
function checked(name: string, result: unknown): Given | null {
  if (result === null || result === undefined) return null;
  const { uid, email, addresses, name: shown } = result as Partial<Record<string, unknown>>;
  const list = Array.isArray(addresses) ? addresses : email === undefined || email === null ? [] : [email];
  if (typeof uid !== 'string' || uid === '' || !list.every((one) => typeof one === 'string')) {
    throw moduleFailure(name, 'gives neither null nor {uid, email, name}');
  }
  return asGiven(uid, list, [typeof shown === 'string' ? shown : undefined]);
}
