import { describe, expect, it } from 'vitest';
import { namesOf, rememberName } from '../../lib/store/people.ts';
import { ALICE, open } from './scratch.ts';

describe('names of people', () => {
  it('are found by any of their addresses, and nobody else’s', () => {
    const store = open();
    rememberName(store, [ALICE, 'alice@example.org'], 'Alice « Al » Martin');
    rememberName(store, ['bob@example.org'], 'Bob');
    expect(namesOf(store, ['alice@example.org', 'nobody@example.org'])).toEqual(
      new Map([['alice@example.org', 'Alice « Al » Martin']]),
    );
    expect(namesOf(store, [])).toEqual(new Map());
  });

  it('are the latest, and written only when they are news', () => {
    const store = open();
    const changes = () => store.get<{ readonly n: number }>('SELECT total_changes() AS n')?.n;
    rememberName(store, [ALICE], 'Alice Martin');
    const before = changes();
    rememberName(store, [ALICE], 'Alice Martin');
    expect(changes()).toBe(before);
    rememberName(store, [ALICE], 'Alice Durand');
    expect(namesOf(store, [ALICE]).get(ALICE)).toBe('Alice Durand');
  });

  it('that are gone are forgotten, and a person without a name costs no write', () => {
    const store = open();
    rememberName(store, [ALICE], '');
    expect(store.get('SELECT 1 FROM person')).toBeUndefined();
    rememberName(store, [ALICE], 'Alice');
    rememberName(store, [ALICE], '');
    expect(namesOf(store, [ALICE]).size).toBe(0);
  });
});
