/** Mails that are dropped, withdrawn, given back or returned, and what monitoring is told of them. */
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import {
  claim,
  enqueue,
  isNews,
  mailsIn,
  markRefused,
  markSent,
  outboxOf,
  postpone,
  untry,
} from '../../lib/store/outbox.ts';
import { dropNews, dropReminders, dropWaiting, retry, retryAll, withdraw } from '../../lib/store/outbox_changes.ts';
import { markReturned, meetingsToTell, requestBehind, returnedOf } from '../../lib/store/returned.ts';
import { isMailStuck, mailAges, mailFigures } from '../../lib/store/statistics.ts';
import type { Store } from '../../lib/store/store.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';
import { weekly } from './weekly.ts';

const BOB = 'bob.durand@example.org';
const GUEST = 'invite@ailleurs.test';
const ID = '1795440986251836638';
const DAY = 86_400;

const take = (store: Store, now = NOW, limit = 50) => claim(store, { by: 'one', now, leaseSeconds: 60, limit });
const told = (store: Store, id = ID) =>
  outboxOf(store, id).map(({ recipient, state, reason }) => [recipient, state, reason]);

describe('what is not sent any more', () => {
  it('is what was overtaken, unless a sender has it', () => {
    const store = open();
    enqueue(store, [mail(ID, 'held@x.test'), mail(ID, 'a@x.test'), mail(ID, 'b@x.test')], NOW);
    take(store, NOW, 1);
    const ids = outboxOf(store, ID).map(({ id }) => id);
    dropWaiting(store, [], NOW);
    dropWaiting(store, ids.slice(0, 2), NOW + 59);
    expect(told(store)).toEqual([
      ['held@x.test', 'waiting', null],
      ['a@x.test', 'dropped', 'overtaken'],
      ['b@x.test', 'waiting', null],
    ]);
    expect(mailsIn(store, 'dropped', 9)).toMatchObject([{ content: '', finished: NOW + 59 }]);
    dropWaiting(store, ids, NOW + 60);
    expect(mailsIn(store, 'dropped', 9)).toHaveLength(3);
  });

  it('is what is true no longer of a meeting, cancellations apart', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test'), mail(ID, 'b@x.test', { kind: 'del' }), mail('77', 'c@x.test')], NOW);
    dropNews(store, ID, NOW);
    expect(told(store)).toEqual([
      ['a@x.test', 'dropped', 'no longer true'],
      ['b@x.test', 'waiting', null],
    ]);
    expect(told(store, '77')).toEqual([['c@x.test', 'waiting', null]]);
  });

  it('is what went to a wrong address or has an old link, refused ones too', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test'), mail(ID, 'a@x.test', { kind: 'edit' }), mail(ID, 'b@x.test')], NOW);
    for (const { id, recipient } of take(store))
      if (recipient === 'a@x.test') markRefused(store, id, 'one', '550', NOW);
    withdraw(store, ID, 'a@x.test', NOW, 'address corrected');
    expect(told(store)).toEqual([
      ['a@x.test', 'dropped', 'address corrected'],
      ['a@x.test', 'dropped', 'address corrected'],
      ['b@x.test', 'waiting', null],
    ]);
    withdraw(store, ID, 'b@x.test', NOW + 59, 'link replaced');
    expect(told(store)[2]).toEqual(['b@x.test', 'waiting', null]);
    withdraw(store, ID, 'b@x.test', NOW + 60, 'link replaced');
    expect(told(store)[2]).toEqual(['b@x.test', 'dropped', 'link replaced']);
  });

  it.each([
    [undefined, ['ask', 'reminder']],
    [['ask'] as const, ['ask']],
    [['reminder'] as const, ['reminder']],
  ])('is a reminder, a question or both: %j', (kinds, dropped) => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'reminder' }), mail(ID, 'a@x.test', { kind: 'ask' })], NOW);
    dropReminders(store, ID, NOW, 'a@x.test', kinds);
    expect(
      mailsIn(store, 'dropped', 9)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(dropped);
    expect(mailsIn(store, 'dropped', 1)).toMatchObject([{ reason: 'no longer wanted', finished: NOW }]);
  });
});

it('what is news of a meeting is an invitation, a change or a cancellation', () => {
  const kinds = ['new', 'edit', 'del', 'reminder', 'ask', 'answers', 'word', 'returned'] as const;
  expect(kinds.filter(isNews)).toEqual(['new', 'edit', 'del']);
});

describe('a mail that was not tried', () => {
  it('is given back as if it had not been taken, by who has it', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test')], NOW);
    const [row] = take(store);
    untry(store, row?.id ?? 0, 'other', 'not mine', NOW + 5);
    expect(outboxOf(store, ID)).toMatchObject([{ tries: 1, held: 1, reason: null }]);
    untry(store, row?.id ?? 0, 'one', 'not tried', NOW + 5);
    expect(outboxOf(store, ID)).toMatchObject([{ tries: 0, held: 0, reason: 'not tried', next: NOW + 5 }]);
  });
});

describe('trying again', () => {
  it('says where a mail is not there, was emptied, or is of a series', () => {
    const { store, id, read } = weekly();
    enqueue(store, [mail(id, 'a@x.test'), mail(ID, 'b@x.test'), mail(ID, 'c@x.test', { content: '' })], NOW);
    const [one = 0, two = 0, three = 0] = take(store, NOW).map((row) => row.id);
    for (const row of [one, two, three]) markRefused(store, row, 'one', '550', NOW);
    expect([one, two, three, 999].map((row) => retry(store, row, NOW))).toEqual([
      ...['retried', 'gone', 'returned', 'unknown'],
    ]);
    expect(read().meeting.id).toBe(id);
    expect(retryAll(store, NOW, '')).toBe(1);
  });
});

describe('the request behind a mail', () => {
  it('is that of the message, else of the last to that person about that meeting', () => {
    const store = open();
    const first = mail(ID, 'a@x.test');
    enqueue(store, [first], NOW, 'request1');
    enqueue(store, [mail(ID, 'a@x.test'), mail('77', 'b@x.test')], NOW, 'request2');
    enqueue(store, [mail(ID, 'c@x.test')], NOW);
    expect(outboxOf(store, ID).map(({ request }) => request)).toEqual(['request1', 'request2', null]);
    expect(requestBehind(store, ID, 'a@x.test', first.messageId)).toBe('request1');
    for (const id of ['<other@x>', undefined]) expect(requestBehind(store, ID, 'a@x.test', id)).toBe('request2');
    for (const who of ['b@x.test', 'c@x.test']) expect(requestBehind(store, ID, who, undefined)).toBeUndefined();
  });
});

describe('a mail that came back', () => {
  /** A meeting, and a mail to each of its people that was sent. */
  function sent() {
    const store = open();
    const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    const mails = attendees.map(({ email, role }) => mail(meeting.id, email, { role }));
    enqueue(store, mails, NOW);
    for (const { id } of take(store)) markSent(store, id, NOW);
    const back = (recipient: string, now: number, messageId?: string) =>
      markReturned(store, { meetingId: meeting.id, recipient, messageId, reason: '550 no' }, now);
    return { store, id: meeting.id, mails, back };
  }

  it('is the one that the report names, or the last to that person', () => {
    const { store, id, mails, back } = sent();
    expect(back(GUEST, NOW, '<other@x>')).toBeUndefined();
    expect(back('nobody@x.test', NOW)).toBeUndefined();
    const row = back(GUEST, NOW + 5, mails[2]?.messageId);
    expect(outboxOf(store, id)[2]).toMatchObject({ id: row, state: 'refused', reason: '550 no', finished: NOW + 5 });
    expect(back(GUEST, NOW + 6)).toBeUndefined();
    expect(back(BOB, NOW + 6)).toBe(outboxOf(store, id)[1]?.id);
  });

  it('is told to the owner after two quiet minutes, or ten at most, once', () => {
    const { store, id, back } = sent();
    back(GUEST, NOW);
    expect(meetingsToTell(store, NOW + 119)).toEqual([]);
    expect(meetingsToTell(store, NOW + 120)).toEqual([id]);
    back(BOB, NOW + 500);
    expect(meetingsToTell(store, NOW + 599)).toEqual([]);
    expect(meetingsToTell(store, NOW + 600)).toEqual([id]);
    expect(returnedOf(store, id, NOW + 500)).toMatchObject([{ recipient: GUEST, reason: '550 no' }]);
    expect(returnedOf(store, id, NOW + 501).map(({ recipient }) => recipient)).toEqual([BOB, GUEST]);
    enqueue(store, [mail(id, ALICE, { kind: 'returned' })], NOW + 600);
    expect(meetingsToTell(store, NOW + 700)).toEqual([]);
  });

  it('is not told of the owner’s own, of who is not in the meeting any more, nor after two days', () => {
    const { store, id, back } = sent();
    back(ALICE, NOW);
    expect(meetingsToTell(store, NOW + 120)).toEqual([]);
    expect(returnedOf(store, id, NOW + 9)).toEqual([]);
    back(GUEST, NOW);
    expect(meetingsToTell(store, NOW + 2 * DAY - 1)).toEqual([id]);
    expect(meetingsToTell(store, NOW + 2 * DAY)).toEqual([]);
    store.transaction(() => store.run('DELETE FROM attendees WHERE attendee_email = ?', GUEST));
    expect(meetingsToTell(store, NOW + 120)).toEqual([]);
    expect(returnedOf(store, id, NOW + 9)).toEqual([]);
  });

  it('may be about a whole series', () => {
    const { store, id } = weekly();
    enqueue(store, [mail(id, GUEST)], NOW);
    for (const row of take(store)) markSent(store, row.id, NOW);
    markReturned(store, { meetingId: id, recipient: GUEST, messageId: undefined, reason: '550' }, NOW);
    expect(meetingsToTell(store, NOW + 120)).toEqual([id]);
    expect(returnedOf(store, id, NOW + 1)).toHaveLength(1);
  });
});

describe('monitoring', () => {
  it('counts mails by state and age', () => {
    const store = open();
    for (const [at, age] of [0, 599, 600, 3599, 3600, DAY - 1, DAY, 2 * DAY].entries()) {
      enqueue(store, [mail(ID, `${at}@x.test`)], NOW - age);
    }
    expect(mailAges(store, 'waiting', NOW)).toEqual({ '10m': 2, '1h': 2, '1d': 2, older: 2 });
    expect(mailAges(store, 'refused', NOW)).toEqual({ '10m': 0, '1h': 0, '1d': 0, older: 0 });
    const [row] = take(store, NOW, 1);
    markRefused(store, row?.id ?? 0, 'one', '550', NOW);
    expect(mailFigures(store, NOW)).toEqual({ waiting: 7, refused: 1, oldestSeconds: DAY });
    expect(mailFigures(store, NOW - 9 * DAY)).toMatchObject({ oldestSeconds: 0 });
  });

  it('is told that a mail is stuck where none was tried, not where one was put off or waits for another', () => {
    const store = open();
    expect(isMailStuck(store, NOW, NOW)).toBe(false);
    enqueue(store, [mail(ID, 'a@x.test')], NOW - 60);
    expect(isMailStuck(store, NOW - 60, NOW)).toBe(false);
    expect(isMailStuck(store, NOW - 59, NOW)).toBe(true);
    const [row] = take(store);
    // Who has it may not come to it.
    expect(isMailStuck(store, NOW, NOW)).toBe(true);
    postpone(store, row?.id ?? 0, 'one', '451 later', NOW + 900);
    expect(isMailStuck(store, NOW, NOW)).toBe(false);
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'edit' })], NOW - 30);
    expect(isMailStuck(store, NOW, NOW)).toBe(false);
    enqueue(store, [mail(ID, 'b@x.test', { expires: NOW })], NOW - 30);
    expect(isMailStuck(store, NOW, NOW)).toBe(false);
    enqueue(store, [mail(ID, 'c@x.test', { expires: NOW + 1 })], NOW - 30);
    expect(isMailStuck(store, NOW, NOW)).toBe(true);
  });
});
