/** The secret that a user's forms carry, so that no other site can send them (cross-site request forgery). */
import { newHash, sameSecret } from './secrets.ts';
import type { Store } from './store.ts';

/** A user's form token; made on first use. Empty where that cannot be written: nor could the form be saved. */
export function formToken(store: Store, uid: string): string {
  return (
    knownToken(store, uid) ??
    store.jot(() => {
      store.run('INSERT INTO form_token (form_owner, form_token) VALUES (?, ?) ON CONFLICT DO NOTHING', uid, newHash());
      return knownToken(store, uid) ?? '';
    }) ??
    ''
  );
}

/** Whether a form that a user sent carries the user's token. */
export function formTokenHolds(store: Store, uid: string, given: string): boolean {
  const token = knownToken(store, uid);
  return token !== undefined && sameSecret(token, given);
}

function knownToken(store: Store, uid: string): string | undefined {
  const row = store.get<{ readonly token: string }>(
    'SELECT form_token AS token FROM form_token WHERE form_owner = ?',
    uid,
  );
  return row?.token;
}
