/** Who acts for whom, and which meetings were booked so. */
import { describe, expect, it } from 'vitest';
import {
  addAssistant,
  assistantsOf,
  bossesOf,
  isAssistant,
  noteStandIn,
  ownersOf,
  removeAssistant,
} from '../../lib/store/assistants.ts';
import { rememberAddresses } from '../../lib/store/feeds.ts';
import { rememberName } from '../../lib/store/people.ts';
import { ALICE, NOW, open } from './scratch.ts';

const BOB = 'bob@example.org';

describe('assistants', () => {
  it('are known to their bosses, and these to them, by any of their addresses', () => {
    const store = open();
    rememberAddresses(store, 'zoe', ['zoe@example.org']);
    rememberAddresses(store, 'alice', [ALICE, 'alice@example.org']);
    for (const uid of ['zoe', 'alice']) addAssistant(store, uid, BOB, NOW);
    addAssistant(store, 'alice', 'aaron@example.org', NOW);
    addAssistant(store, 'alice', BOB, NOW + 9);
    expect(assistantsOf(store, 'alice')).toEqual(['aaron@example.org', BOB]);
    expect(assistantsOf(store, 'bob')).toEqual([]);
    expect(bossesOf(store, ['b.durand@example.org', BOB])).toEqual([
      { uid: 'alice', addresses: [ALICE, 'alice@example.org'] },
      { uid: 'zoe', addresses: ['zoe@example.org'] },
    ]);
    expect(bossesOf(store, [ALICE])).toEqual([]);
  });

  it('have no boss who has not signed in', () => {
    const store = open();
    addAssistant(store, 'ghost', BOB, NOW);
    expect(bossesOf(store, [BOB])).toEqual([]);
    expect(isAssistant(store, 'ghost', [BOB])).toBe(true);
  });

  it('are so until they are removed, once', () => {
    const store = open();
    addAssistant(store, 'alice', BOB, NOW);
    expect(isAssistant(store, 'alice', ['b@x.test', BOB])).toBe(true);
    expect(isAssistant(store, 'alice', ['b@x.test'])).toBe(false);
    expect(isAssistant(store, 'bob', [BOB])).toBe(false);
    expect(removeAssistant(store, 'alice', 'b@x.test')).toBe(false);
    expect(removeAssistant(store, 'alice', BOB)).toBe(true);
    expect(removeAssistant(store, 'alice', BOB)).toBe(false);
    expect(isAssistant(store, 'alice', [BOB])).toBe(false);
  });
});

it('owners are told with their names, and with who booked in their place, the last to do so', () => {
  const store = open();
  rememberName(store, [ALICE], 'Alice Martin');
  rememberName(store, [BOB], 'Bob');
  const meetings = [
    { id: '12', owner: ALICE },
    { id: '1795446000000000001', owner: 'x@example.org' },
  ];
  noteStandIn(store, '1795446000000000001', 'aaron@example.org');
  noteStandIn(store, '1795446000000000001', BOB);
  noteStandIn(store, '12', BOB);
  noteStandIn(store, '12', null);
  expect(ownersOf(store, meetings)).toEqual(
    new Map([
      ['12', { email: ALICE, name: 'Alice Martin' }],
      ['1795446000000000001', { email: 'x@example.org', name: undefined, by: { email: BOB, name: 'Bob' } }],
    ]),
  );
  expect(ownersOf(store, [])).toEqual(new Map());
});
