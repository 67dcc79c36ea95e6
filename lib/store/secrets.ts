/** Random names and secrets, and the secret that a user's forms carry, so that no other site can send them. */
import { dayOf } from '../meetings/keeping.ts';
import type { Store } from './store.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS_DIGITS = `${LETTERS}ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`;

/** A secret for a link or a form: 16 letters and digits, 95 bits. */
export function newHash(): string {
  return randomText(LETTERS_DIGITS, 16);
}

/** A room's name: 16 lower-case letters, 75 bits. */
export function newRoom(): string {
  return randomText(LETTERS, 16);
}

/**
 * Characters of an alphabet, each as likely as the others: bytes beyond the last multiple of its length are thrown away.
 * `crypto` is Node's, loaded at its first touch: most requests never do.
 */
export function randomText(alphabet: string, length: number): string {
  const fair = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < fair && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** Compares a secret with what somebody sent, in a time that does not tell where they differ. */
export function sameSecret(secret: string, given: string): boolean {
  let difference = secret.length ^ given.length;
  for (let i = 0; i < secret.length; i += 1) difference |= secret.charCodeAt(i) ^ given.charCodeAt(i % given.length);
  return difference === 0;
}

/** What the forms of a user carry. */
interface Secrets {
  /** Days since 1970, by UTC. */
  readonly day: number;
  readonly secret: string;
  /** That of the day before; empty where there was none. */
  readonly before: string;
}

/**
 * A user's form token of today; made on first use. Empty where that cannot be written: nor could the form be saved.
 * @param now Unix seconds
 */
export function formToken(store: Store, uid: string, now: number): string {
  const today = dayOf(now);
  const known = secretsOf(store, uid);
  if (known?.day === today) return known.secret;
  const made = store.jot(() => {
    // Another request may have been first since we looked.
    const last = secretsOf(store, uid);
    if (last?.day === today) return last.secret;
    const secret = newHash();
    store.run(
      `INSERT INTO form_day (form_owner, form_day, form_secret, form_before) VALUES (?, ?, ?, ?)
       ON CONFLICT (form_owner) DO UPDATE
       SET form_day = excluded.form_day, form_secret = excluded.form_secret, form_before = excluded.form_before`,
      uid,
      today,
      secret,
      last?.day === today - 1 ? last.secret : '',
    );
    return secret;
  });
  return made ?? (known?.day === today - 1 ? known.secret : '');
}

/**
 * Whether a form that a user sent carries the user's token of today or, since one may type over midnight, of yesterday.
 * @param now Unix seconds
 */
export function formTokenHolds(store: Store, uid: string, given: string, now: number): boolean {
  const known = secretsOf(store, uid);
  if (known === undefined) return false;
  const age = dayOf(now) - known.day;
  const valid = age === 0 ? [known.secret, known.before] : age === 1 ? [known.secret] : [];
  return valid.some((secret) => secret !== '' && sameSecret(secret, given));
}

function secretsOf(store: Store, uid: string): Secrets | undefined {
  return store.get<Secrets>(
    'SELECT form_day AS day, form_secret AS secret, form_before AS before FROM form_day WHERE form_owner = ?',
    uid,
  );
}

/** Forgets secrets that hold no more. @param now Unix seconds @param limit at most this many @returns how many */
export function forgetFormSecrets(store: Store, now: number, limit: number): number {
  const old = store.all<{ readonly owner: string }>(
    "SELECT form_owner AS owner FROM form_day WHERE form_owner > '' AND form_day < ? LIMIT ?",
    dayOf(now) - 1,
    limit,
  );
  if (old.length === 0) return 0;
  return store.note(() =>
    store.run(
      'DELETE FROM form_day WHERE form_owner IN (SELECT value FROM json_each(?)) AND form_day < ?',
      JSON.stringify(old.map(({ owner }) => owner)),
      dayOf(now) - 1,
    ),
  );
}
