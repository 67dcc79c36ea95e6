/**
 * An example of a module of your own, with all three functions that a module may have; keep those that you need.
 *
 * Copy it into the folder of modules (JMB_MODULES, /opt/jitsi-jmb/modules as installed) under a name of letters, digits, `_` and `-`,
 * say `ours.mjs`, and name it in jmb_local.cf. A change is taken up at the next request; nothing is built.
 *
 *   JMB_MODULE_GET_AUTH_IDENTITY="ours"
 *   JMB_MODULE_CHECK_EDITOR="ours"
 *   JMB_MODULE_CHECK_MODERATOR="ours booking private-room"
 *
 * Each function may be async. The last parameter is the context: `context.settings` (by name), `context.directory` (LDAP, or null),
 * `context.log.event(name, fields)`. One that throws, or gives back anything else than what is said here, stops the request with a
 * page "503" and a line in the log: a broken module never lets anybody in.
 */
import { readFile } from 'node:fs/promises';

/**
 * Who is asking? This one reads what mod_ssl says about a client certificate (`SSLVerifyClient require`, `SSLOptions +StdEnvVars`).
 * Read only what your Apache module sets. A variable that begins with HTTP_ is a request header, which any browser can send.
 *
 * @param {Readonly<Record<string, string | undefined>>} env Apache's variables
 * @returns {{uid: string, email?: string, addresses?: string[], name?: string} | null} null: nobody signed in. Without an address the
 *   directory is asked for it; `addresses` instead of `email` where someone has several, the main one first
 */
export function identity(env) {
  if (env.SSL_CLIENT_VERIFY !== 'SUCCESS' || !env.SSL_CLIENT_S_DN_CN) return null;
  const uid = env.SSL_CLIENT_S_DN_UID ?? env.SSL_CLIENT_S_DN_CN;
  return { uid, email: env.SSL_CLIENT_SAN_Email_0 ?? env.SSL_CLIENT_S_DN_Email, name: env.SSL_CLIENT_S_DN_CN };
}

/**
 * May this person book? This one looks into a file `editors.txt` beside the module, one account a line.
 *
 * @param {{uid: string, email: string, name: string, addresses: readonly string[]}} identity
 * @returns {Promise<boolean>}
 */
export async function editor(identity) {
  const lines = await readFile(new URL('editors.txt', import.meta.url), 'utf8');
  return lines.split('\n').some((line) => line.trim() === identity.uid);
}

/**
 * May this person have a token for this room? This one closes the rooms at night, and otherwise leaves it to the modules after it.
 * The first module that refuses ends it, the first that allows settles it; when all pass, it is refused.
 *
 * @param {object} question
 * @param {string} question.room the room's name, lower case
 * @param {{uid: string, email: string, name: string, addresses: readonly string[]}} question.identity
 * @param {number} question.now Unix seconds
 * @param {{subject: string, begin: number, end: number} | null} question.meeting null: the room is not booked
 * @param {'owner' | 'moderator' | 'guest' | null} question.role what the person is in this meeting
 * @param {object} context see above
 * @returns {{verdict: 'allow' | 'pass'} | {verdict: 'refuse', reason: string}} the user reads the reason
 */
export function check({ room, identity, now }, context) {
  const hour = new Date(now * 1000).getHours();
  if (hour >= 6 && hour < 23) return { verdict: 'pass' };
  context.log.event('at-night', { uid: identity.uid, room });
  return { verdict: 'refuse', reason: 'les salles sont fermées la nuit' };
}
