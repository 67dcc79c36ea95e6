/** In which language and by which clock people are written to, their accounts, and what a directory said of them. */
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { feedOf, noteSeen, rememberAddresses } from '../../lib/store/feeds.ts';
import { chosenBy, keepMine, mineOf } from '../../lib/store/mine.ts';
import {
  feedsByAddress,
  forgetAnswers,
  invitedBefore,
  keepAccounts,
  keepAnswer,
  keepLanguages,
  keptAnswer,
  rememberName,
  writtenTo,
} from '../../lib/store/people.ts';
import type { Store } from '../../lib/store/store.ts';
import { zoneOf } from '../../lib/text/zones.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const BOB = 'bob@example.org';
const TOKYO = zoneOf('Asia/Tokyo');

/** How many rows were written since. */
function counting(store: Store): () => number {
  const changes = () => store.get<{ readonly n: number }>('SELECT total_changes() AS n')?.n ?? 0;
  const before = changes();
  return () => changes() - before;
}

describe('what a person chose', () => {
  it('is nothing at first, reminders apart', () => {
    expect(mineOf(open(), 'alice')).toEqual({ language: undefined, zone: null, reminders: true, seen: 0 });
  });

  it('is kept, and may be taken back', () => {
    const store = open();
    keepMine(store, 'alice', { language: 'en', zone: TOKYO, reminders: false });
    noteSeen(store, 'ALICE', 3 * 86_400);
    expect(mineOf(store, 'alice')).toEqual({ language: 'en', zone: TOKYO, reminders: false, seen: 3 });
    expect(mineOf(store, 'bob').language).toBeUndefined();
    keepMine(store, 'alice', { language: undefined, zone: null, reminders: true });
    expect(mineOf(store, 'alice')).toEqual({ language: undefined, zone: null, reminders: true, seen: 3 });
    expect(store.all('SELECT 1 FROM mine_zone')).toEqual([]);
  });

  it('is found by the addresses of who did', () => {
    const store = open();
    rememberAddresses(store, 'alice', [ALICE, 'alice@example.org']);
    rememberAddresses(store, 'bob', [BOB]);
    keepMine(store, 'alice', { language: 'fr', zone: null, reminders: false });
    expect(chosenBy(store, [ALICE, BOB])).toEqual(new Map([[ALICE, { language: 'fr', zone: null, reminders: false }]]));
  });
});

describe('people are written to', () => {
  it('in what they chose themselves, else in what the directory says', () => {
    const store = open();
    const all = [ALICE, BOB, 'carol@example.org', 'dan@example.org'];
    keepLanguages(store, new Map([ALICE, BOB, 'carol@example.org'].map((one) => [one, 'en' as const])));
    for (const [uid, address] of [
      ['alice', ALICE],
      ['bob', BOB],
    ] as const) {
      rememberAddresses(store, uid, [address]);
    }
    keepMine(store, 'alice', { language: 'fr', zone: TOKYO, reminders: true });
    keepMine(store, 'bob', { language: undefined, zone: null, reminders: true });
    expect(writtenTo(store, all)).toEqual({
      languages: new Map([
        [ALICE, 'fr'],
        [BOB, 'en'],
        ['carol@example.org', 'en'],
      ]),
      zones: new Map([[ALICE, TOKYO]]),
    });
    store.transaction(() => store.run("UPDATE reader SET reader_language = 'tlh'"));
    expect(writtenTo(store, [BOB]).languages).toEqual(new Map());
  });

  it('in languages that are kept where they are news, and forgotten where the directory has none', () => {
    const store = open();
    keepLanguages(store, new Map([[ALICE, 'en']]));
    const written = counting(store);
    keepLanguages(
      store,
      new Map([
        [ALICE, 'en' as const],
        [BOB, null],
      ]),
    );
    expect(written()).toBe(0);
    keepLanguages(store, new Map([[ALICE, 'fr']]));
    expect(writtenTo(store, [ALICE]).languages.get(ALICE)).toBe('fr');
    keepLanguages(store, new Map([[ALICE, null]]));
    expect(store.all('SELECT 1 FROM reader')).toEqual([]);
  });
});

describe('feeds', () => {
  it('are found by the address of an account; who signed in is surer than the directory', () => {
    const store = open();
    const [alice, bob] = [feedOf(store, 'alice'), feedOf(store, 'bob')];
    keepAccounts(
      store,
      new Map([
        [ALICE, 'bob'],
        [BOB, 'BOB'],
        ['none@example.org', 'none'],
      ]),
    );
    expect(feedsByAddress(store, [ALICE, BOB, 'none@example.org'])).toEqual(
      new Map([
        [ALICE, bob],
        [BOB, bob],
      ]),
    );
    rememberAddresses(store, 'alice', [ALICE]);
    expect(feedsByAddress(store, [ALICE]).get(ALICE)).toBe(alice);
  });

  it('follow an account that is another by now, which is written only then', () => {
    const store = open();
    keepAccounts(store, new Map([[ALICE, 'alice']]));
    const written = counting(store);
    keepAccounts(store, new Map([[ALICE, 'alice']]));
    expect(written()).toBe(0);
    keepAccounts(store, new Map([[ALICE, 'amartin']]));
    expect(store.all('SELECT account_uid AS uid FROM account')).toEqual([{ uid: 'amartin' }]);
  });
});

it('whom somebody invited before comes by the last time, with the name that is known', () => {
  const store = open();
  const book = (begin: number, guests: string[], owner = ALICE, names = new Map<string, string>()) =>
    insertMeeting(store, clockAt(NOW), owner, { ...BOOKING, begin, moderators: [], guests, names });
  rememberName(store, [BOB], 'Bob Durand');
  book(NOW, [BOB, 'old@x.test']);
  book(NOW + 9000, [BOB]);
  book(NOW + 5000, ['hans@x.test'], ALICE, new Map([['hans@x.test', 'Hans']]));
  book(NOW + 9999, ['other@x.test'], BOB);
  book(NOW - 86_400, ['ancient@x.test']);
  expect(invitedBefore(store, [ALICE, 'alice@example.org'], NOW)).toEqual([
    { email: BOB, name: 'Bob Durand' },
    { email: 'hans@x.test', name: 'Hans' },
    { email: 'old@x.test', name: '' },
  ]);
  expect(invitedBefore(store, ['nobody@x.test'], NOW)).toEqual([]);
});

describe('answers of a directory', () => {
  it('are kept by question, the latest, until they are forgotten', () => {
    const store = open();
    expect(keptAnswer(store, 'who?')).toBeUndefined();
    keepAnswer(store, 'who?', '"a"', NOW);
    keepAnswer(store, 'who?', '"b"', NOW + 5);
    keepAnswer(store, 'where?', '"c"', NOW);
    expect(keptAnswer(store, 'who?')).toEqual({ value: '"b"', at: NOW + 5 });
    forgetAnswers(store, NOW);
    expect(keptAnswer(store, 'where?')).toEqual({ value: '"c"', at: NOW });
    forgetAnswers(store, NOW + 1);
    expect([keptAnswer(store, 'where?'), keptAnswer(store, 'who?')?.at]).toEqual([undefined, NOW + 5]);
  });

  it.each([
    ['question', 2001, 1],
    ['answer', 1, 2001],
  ])('are not kept with a longer %s than 2,000 characters', (_, question, answer) => {
    const store = open();
    keepAnswer(store, 'q'.repeat(question), 'a'.repeat(answer), NOW);
    expect(keptAnswer(store, 'q'.repeat(question))).toBeUndefined();
    keepAnswer(store, 'q'.repeat(Math.min(question, 2000)), 'a'.repeat(Math.min(answer, 2000)), NOW);
    expect(keptAnswer(store, 'q'.repeat(Math.min(question, 2000)))?.at).toBe(NOW);
  });

  it('are 20,000 at most, of which the oldest go', () => {
    const store = open();
    store.database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO directory_answer (answer_question, answer_value, answer_at) SELECT i, 'x', ${NOW} FROM n`);
    keepAnswer(store, 'who?', '"a"', NOW);
    expect(store.get('SELECT count(*) AS n FROM directory_answer')).toEqual({ n: 20_000 });
    expect([keptAnswer(store, '1'), keptAnswer(store, '2')?.value, keptAnswer(store, 'who?')?.value]).toEqual([
      ...[undefined, 'x', '"a"'],
    ]);
  });
});
