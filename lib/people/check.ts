/** Who gets a token for a room: the check modules in the order of the settings; the first refusal ends it, the first consent settles it. */
import type { Context } from '../context.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { checkBooking } from './check-booking.ts';
import { checkLdapFilter } from './check-ldap-filter.ts';
import { checkPrivateRoom } from './check-private-room.ts';
import { loadModule, moduleFailure } from './modules.ts';
import type { CheckModule, Question, Verdict } from './question.ts';

const BUILT_IN: Readonly<Record<string, CheckModule>> = {
  'ldap-filter': checkLdapFilter,
  booking: checkBooking,
  'private-room': checkPrivateRoom,
  'editor_role-ldap': checkLdapFilter,
};

/** Names of the check modules that come with the program. */
export const CHECK_MODULES: readonly string[] = Object.keys(BUILT_IN);

/**
 * Asks the modules, and writes down which one decided.
 * @returns the name of the module that allowed, or a refusal with 403
 * @throws Unavailable when a module, the directory or the database fails: nobody gets in by a failure
 */
export async function decide(question: Question, context: Context): Promise<{ module: string } | Refusal> {
  const { room, identity } = question;
  const who = `${identity.uid} in ${room}`;
  for (const module of context.settings.JMB_MODULE_CHECK_MODERATOR) {
    const result = await verdictOf(module, question, context);
    if (result.verdict === 'refuse') {
      const log = `${module} refuses ${who}: ${result.reason}`;
      if (result.text !== undefined) return refuse(403, result.text, log);
      return refuse(403, 'refused.by_module', log, { reason: result.reason });
    }
    if (result.verdict === 'allow') {
      context.log.event('allowed', { module, uid: identity.uid, room });
      return { module };
    }
  }
  return refuse(403, 'refused.nobody_allows', `no module allows ${who}`);
}

async function verdictOf(name: string, question: Question, context: Context): Promise<Verdict> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return builtIn(question, context);
  const call = await loadModule(context.settings, name, 'check');
  return checked(name, await call(question, context));
}

/** What an administrator's module gave back; anything unclear is a failure of the module, never a consent. */
function checked(name: string, result: unknown): Verdict {
  const { verdict, reason } = (result ?? {}) as Partial<Record<string, unknown>>;
  if (verdict === 'allow' || verdict === 'pass') return { verdict };
  if (verdict === 'refuse') return { verdict, reason: typeof reason === 'string' && reason !== '' ? reason : name };
  throw moduleFailure(name, "gives no verdict of 'allow', 'refuse' or 'pass'");
}
