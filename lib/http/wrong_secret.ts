/** What is said to a secret that is nobody's: who tries many is told to stop, and costs no more than a look. */
import type { Context } from '../context.ts';
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

/** `::ffff:192.0.2.1`: an IPv4 address as a socket for both kinds shows it (RFC 4291 section 2.5.5.2). */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Whom an address stands for: itself or, of IPv6, the 64 bits of its network, in which a single machine may take any
 * address (RFC 4291 section 2.5.4). Anything else as it is.
 * @param address REMOTE_ADDR (RFC 3875 section 4.1.8)
 */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!/^[0-9a-f:.]{2,45}(%.*)?$/i.test(address) || !address.includes(':')) return address.slice(0, 45);
  const [front = '', back] = address.replace(/%.*$/, '').split('::', 2);
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const known = groups(front);
  const rest = back === undefined ? [] : groups(back);
  // An IPv4 address at the end takes two groups.
  const length = known.length + rest.length + (address.includes('.') ? 1 : 0);
  const gap = back === undefined ? 0 : Math.max(0, 8 - length);
  const all = [...known, ...Array.from({ length: gap }, () => '0'), ...rest];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
