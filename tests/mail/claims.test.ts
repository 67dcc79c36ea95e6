/** What becomes of a mail after each outcome, without a server: its row in the outbox, and the line in the log. */
import { describe, expect, it } from 'vitest';
import { delayAfter, isGivenUp, NOT_TRIED, openClaims } from '../../lib/mail/claims.ts';
import type { Outcome } from '../../lib/mail/smtp_failures.ts';
import { enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { mail } from '../store/mails.ts';
import { NOW, open } from '../store/scratch.ts';

const ID = '1795440986251836638';
const DAY = 86_400;
const LATER: Outcome = { state: 'postponed', reason: '451 later', obstacle: 'mail' };
const AWAY: Outcome = { state: 'postponed', reason: '421 4.3.2 closing', obstacle: 'server' };

/** So many mails, claimed at a time. */
function claimed(count = 1, now = NOW) {
  const store = open();
  const log: Record<string, unknown>[] = [];
  enqueue(
    store,
    Array.from({ length: count }, (_, at) => mail(ID, `r${at}@x.test`)),
    NOW,
    'request1',
  );
  const context = { store, log: { event: (name: string, fields: object) => void log.push({ name, ...fields }) } };
  const claims = openClaims(context, () => now, 60);
  const [row, ...others] = claims.take(50, undefined);
  if (row === undefined) throw new Error('a mail was to be claimed');
  const rows = () =>
    outboxOf(store, ID).map(({ state, reason, next, tries, held }) => [state, reason, next, tries, held]);
  return { store, log, claims, row, others, rows };
}

describe('a mail', () => {
  it('that was sent is done', () => {
    const { claims, row, rows, log } = claimed();
    claims.note(row, { state: 'sent' });
    expect(rows()).toEqual([['sent', null, NOW + 60, 1, 0]]);
    expect(claims.delivery).toEqual({ sent: 1, waiting: 0, refused: 0 });
    expect(log).toEqual([
      {
        ...{ name: 'mail-sent', mail: row.id, meeting: ID, kind: 'new', to: 'r0@x.test', message: row.messageId },
        ...{ reason: undefined, means: undefined, req: 'request1' },
      },
    ]);
  });

  it('that was refused keeps the reason, and the log says what it means', () => {
    const { claims, row, rows, log } = claimed();
    claims.note(row, { state: 'refused', reason: '552 5.2.2 full' });
    expect(rows()).toEqual([['refused', '552 5.2.2 full', NOW + 60, 1, 0]]);
    expect(claims.delivery).toEqual({ sent: 0, waiting: 0, refused: 1 });
    expect(log).toMatchObject([
      { name: 'mail-refused', reason: '552 5.2.2 full', means: 'The recipient’s mailbox is full' },
    ]);
  });

  it('that was put off waits a minute first, and the try counts', () => {
    const { claims, row, rows, log } = claimed();
    claims.note(row, LATER);
    expect(rows()).toEqual([['waiting', '451 later', NOW + delayAfter(1, row.id), 1, 0]]);
    expect(claims.delivery).toEqual({ sent: 0, waiting: 1, refused: 0 });
    expect(log).toMatchObject([{ name: 'mail-postponed', reason: '451 later', means: undefined }]);
  });

  it('that was put off too often for too long is given up', () => {
    const { claims, row, rows, log } = claimed(1, NOW + 3 * DAY);
    claims.note({ ...row, tries: 5 }, LATER);
    expect(rows()[0]?.slice(0, 2)).toEqual(['refused', 'given up after 5 tries: 451 later']);
    expect(claims.delivery).toEqual({ sent: 0, waiting: 0, refused: 1 });
    expect(log).toMatchObject([{ name: 'mail-refused' }]);
  });

  it('that was put off often, but not for long, waits on', () => {
    const { claims, row, rows } = claimed();
    claims.note({ ...row, tries: 9 }, LATER);
    expect(rows()[0]?.slice(0, 3)).toEqual(['waiting', '451 later', NOW + delayAfter(9, row.id)]);
  });

  it('that no server took is due at once, untried, and the log says so once', () => {
    const { claims, row, others, rows, log } = claimed(3);
    claims.note(row, AWAY);
    claims.giveBack([], 'nothing');
    claims.giveBack(others, '421 4.3.2 closing');
    expect(rows()).toEqual(Array(3).fill(['waiting', '421 4.3.2 closing', NOW, 0, 0]));
    expect(claims.delivery).toEqual({ sent: 0, waiting: 3, refused: 0 });
    expect(log).toMatchObject([{ name: 'mail-server-away', means: 'The mail server can’t take emails at the moment' }]);
  });

  it('for which there was no time is given back with the reason that it had', () => {
    const { claims, row, others, rows, log } = claimed(2);
    claims.giveBack([{ ...row, reason: '450 before' }, ...others], undefined);
    expect(rows()).toEqual([
      ['waiting', '450 before', NOW, 0, 0],
      ['waiting', NOT_TRIED, NOW, 0, 0],
    ]);
    expect([claims.delivery.waiting, log]).toEqual([2, []]);
  });
});

it('mails of one meeting can be claimed alone, for as long as was said', () => {
  const { store, claims } = claimed();
  enqueue(store, [mail('77', 'a@x.test'), mail('78', 'b@x.test')], NOW);
  expect(claims.take(50, '77').map(({ recipient, next }) => [recipient, next])).toEqual([['a@x.test', NOW + 60]]);
  expect(claims.take(0, undefined)).toEqual([]);
});

it.each([
  [3 * DAY, 5, true],
  [3 * DAY - 1, 5, false],
  [3 * DAY, 4, false],
  [9 * DAY, 9, true],
])('after %i seconds and %i tries: given up %s', (age, tries, given) => {
  expect(isGivenUp(age, tries)).toBe(given);
});

it.each([
  ...[0, 1].map((tries) => [tries, 60]),
  ...[120, 300, 900, 3600, 3600, 3600].map((seconds, at) => [at + 2, seconds]),
])('after %i tries it waits %i seconds and up to a quarter more, mails of one run not all alike', (tries, seconds) => {
  const waits = Array.from({ length: 200 }, (_, id) => delayAfter(tries, id));
  expect(Math.min(...waits)).toBe(seconds);
  expect(waits.every(Number.isInteger)).toBe(true);
  expect(Math.max(...waits)).toBeLessThan(seconds * 1.25);
  expect(new Set(waits).size).toBeGreaterThan(Math.min(200, seconds / 4) * 0.7);
});
