/** What of cron's complaints is mailed: what somebody must mend, and the same once a day. */
import { expect, test } from 'vitest';
import { isNews, mustBeMended } from '../../cron/quiet.ts';
import { whyMailsWait } from '../../cron/remind.ts';
import { Unavailable } from '../../lib/refusal.ts';
import type { OutboxRow } from '../../lib/store/outbox.ts';

test('what passes by itself is not for an administrator, what stays is', () => {
  const passing = [
    new Unavailable('database', 'SQLITE_BUSY: database is locked'),
    new Unavailable('database', 'SQLITE_BUSY_SNAPSHOT: database is locked'),
    new Unavailable('directory', 'ldap://127.0.0.1: connection refused'),
  ];
  const staying = [
    new Unavailable('database', 'SQLITE_FULL: database or disk is full'),
    new Unavailable('database', 'SQLITE_CORRUPT: database disk image is malformed'),
    new Unavailable('addon', 'run install.sh again'),
    new TypeError('a bug'),
    'thrown by a module',
  ];
  expect(passing.map(mustBeMended)).toEqual([false, false, false]);
  expect(staying.map(mustBeMended)).toEqual([true, true, true, true, true]);
});

test('the same complaint is told once a day, another one at once, whatever the numbers in it', () => {
  const at = 1_800_000_000;
  const last = { text: 'disk of process 4711 full', at };
  expect(isNews('anything', at, null)).toBe(true);
  expect(isNews('disk of process 4712 full', at + 60, last)).toBe(false);
  expect(isNews('disk of process 4712 full', at + 86_399, last)).toBe(false);
  expect(isNews('disk of process 4712 full', at + 86_400, last)).toBe(true);
  expect(isNews('settings broken', at + 60, last)).toBe(true);
  // A clock that stood far ahead does not silence it for years.
  expect(isNews('disk of process 4711 full', at - 3600, last)).toBe(true);
});

test('where nothing can be remembered it is told in the first minute of an hour', () => {
  const told = Array.from({ length: 180 }, (_, minute) => isNews('x', 1_800_000_000 + minute * 60 + 1, undefined));
  expect(told.filter(Boolean)).toHaveLength(3);
});

const NOW = 1_800_000_000;

function waiting(created: number, next: number, reason: string | null): OutboxRow {
  return { created: NOW + created, next: NOW + next, reason } as OutboxRow;
}

test.each<[string, OutboxRow[], RegExp | null]>([
  ['nothing waits', [], null],
  ['a server that is away for three hours', [waiting(-10_800, 0, 'connection refused')], null],
  ['one that is away for four', [waiting(-14_400, 1, 'connection refused')], /connection refused; ask jmb check mail/],
  ['a sender that is refused', [waiting(-60, 0, 'MAIL FROM: 550 who are you')], /550 who are you/],
  ['a password that is refused', [waiting(-60, 0, '535 5.7.8 no')], /535 5\.7\.8 no/],
  ['a recipient who is put off for a day', [waiting(-86_400, 3600, '451 try later')], null],
  ['more mails than a run can send', [waiting(-86_400, 0, 'not tried yet, for want of time')], null],
  ['a mail that no run has had yet', [waiting(0, 0, null)], null],
])('%s', (_, mails, expected) => {
  const why = whyMailsWait(mails, NOW);
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});
