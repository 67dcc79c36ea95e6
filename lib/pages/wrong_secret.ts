/** What is said to a secret that is nobody's: who tries many is told to stop, and costs no more than a look. */

import type { Context } from '../context.ts';
import { networkOf } from '../http/network.ts';
import type { Request } from '../message.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { noteWrong, wrongFrom } from '../store/limits.ts';

/**
 * How many from one network address are answered within ten minutes. More are not looked into: a right one goes on to
 * work, for many people may share the address, and nobody guesses 95 bits.
 */
const MOST = 100;

/** The refusal for a secret that was not found, or of too many of them. */
export function unknownSecret(request: Request, { store, clock }: Context, refusal: Refusal): Refusal {
  const network = networkOf(request.env['REMOTE_ADDR'] ?? '');
  if (network === '') return refusal;
  const now = clock.now();
  const known = wrongFrom(store, network, now);
  if (known === undefined || known.count < MOST) {
    noteWrong(store, network, now);
    return refusal;
  }
  const log = `${refusal.log}: more than ${MOST} of ${network}`;
  return refuse(429, 'refused.too_many_secrets', log, undefined, known.until - now);
}
