/** How people sign out, where the way to sign in has one. */
import type { Request } from '../message.ts';

/**
 * The address that ends a session, to which the encoded address to come back to is added: Apache's word (JMB_LOGOUT, a
 * variable that no browser can set), or undefined where nobody can sign out.
 */
export function wayOut({ env }: Pick<Request, 'env'>): string | undefined {
  return env['JMB_LOGOUT'] || undefined;
}
