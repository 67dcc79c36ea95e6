import { describe, expect, it } from 'vitest';
import { insertMeeting, removeMeeting } from '../../lib/store/bookings.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { claim, enqueue, mailsIn, markRefused, markSent, outboxOf, postpone } from '../../lib/store/outbox.ts';
import { dropExpired, dropReminders, retry, retryAll } from '../../lib/store/outbox_changes.ts';
import { dueReminders, markRemindersDone, planReminderRows } from '../../lib/store/reminders.ts';
import { mailFigures, roomFigures } from '../../lib/store/statistics.ts';
import type { Store } from '../../lib/store/store.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const ID = '1795440986251836638';
const by = (name: string, now: number, more = {}) => ({ by: name, now, leaseSeconds: 60, limit: 50, ...more });
const take = (store: Store, name: string, now: number, more = {}) =>
  claim(store, by(name, now, more)).map((row) => row.recipient);

describe('a mail in the outbox', () => {
  it('is claimed by one sender only, until its lease ends', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test'), mail(ID, 'b@x.test'), mail(ID, 'c@x.test')], NOW);
    expect(take(store, 'one', NOW, { limit: 2 })).toEqual(['a@x.test', 'b@x.test']);
    expect(take(store, 'two', NOW)).toEqual(['c@x.test']);
    expect(take(store, 'two', NOW + 59)).toEqual([]);
    expect(take(store, 'two', NOW + 60)).toEqual(['a@x.test', 'b@x.test', 'c@x.test']);
  });

  it('comes back as it was put in, and counts how often it was taken', () => {
    const store = open();
    const sent = mail(ID, 'a@x.test', { kind: 'edit', role: 'owner', content: '{"à":"🎉"}', expires: NOW + 500 });
    enqueue(store, [sent], NOW);
    const [row] = claim(store, by('one', NOW));
    expect(row).toMatchObject({ ...sent, state: 'waiting', created: NOW, tries: 1, reason: null, finished: null });
    expect(claim(store, by('one', NOW + 60))[0]?.tries).toBe(2);
  });

  it('is taken for one meeting only when that is asked', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test'), mail('77', 'b@x.test')], NOW);
    expect(take(store, 'one', NOW, { meetingId: '77' })).toEqual(['b@x.test']);
    expect(take(store, 'one', NOW)).toEqual(['a@x.test']);
  });

  it('waits for the one before it to the same person about the same meeting', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test')], NOW);
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'edit' }), mail('77', 'a@x.test')], NOW + 1);
    const [first, other] = claim(store, by('one', NOW + 2));
    expect([first?.kind, other?.meetingId]).toEqual(['new', '77']);
    expect(claim(store, by('two', NOW + 2))).toEqual([]);
    postpone(store, first?.id ?? 0, 'one', '451 later', NOW + 100);
    expect(claim(store, by('two', NOW + 3))).toEqual([]);
    const [again] = claim(store, by('two', NOW + 100, { meetingId: ID }));
    expect(again?.kind).toBe('new');
    markSent(store, again?.id ?? 0, NOW + 101);
    expect(claim(store, by('two', NOW + 101, { meetingId: ID }))[0]?.kind).toBe('edit');
  });

  it('is kept with the reason when refused, tried anew on demand, and emptied when sent', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    enqueue(store, [mail(meeting.id, 'a@x.test', { content: 'text' })], NOW);
    const { id } = claim(store, by('one', NOW))[0] ?? { id: 0 };
    expect(retry(store, id, NOW)).toBe('in hand');
    markRefused(store, id, 'one', '550 unknown', NOW + 1);
    expect(mailsIn(store, 'refused', 10)).toMatchObject([
      { id, reason: '550 unknown', finished: NOW + 1, content: 'text' },
    ]);
    expect(take(store, 'one', NOW + 9999)).toEqual([]);
    expect(retry(store, id, NOW + 20)).toBe('retried');
    expect(mailsIn(store, 'waiting', 1)).toMatchObject([{ tries: 0, created: NOW + 20 }]);
    expect(take(store, 'two', NOW + 20)).toEqual(['a@x.test']);
    markSent(store, id, NOW + 21);
    expect(outboxOf(store, meeting.id)).toMatchObject([
      { state: 'sent', content: '', reason: null, finished: NOW + 21, tries: 1 },
    ]);
    expect(retry(store, id, NOW + 22)).toBe('unknown');
  });

  it('is not tried again where its meeting is gone or over, a cancellation apart', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    enqueue(store, [mail(meeting.id, 'a@x.test'), mail(meeting.id, 'b@x.test', { kind: 'del' })], NOW);
    const [invitation = 0, cancellation = 0] = mailsIn(store, 'waiting', 2).map(({ id }) => id);
    expect(retry(store, invitation, meeting.end)).toBe('gone');
    removeMeeting(store, meeting.id, NOW);
    expect(retry(store, invitation, NOW)).toBe('gone');
    expect(retry(store, cancellation, NOW)).toBe('retried');
  });

  it('is tried again with all others, or all those to a domain', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    const people = ['a@x.test', 'b@y.test', 'c@xx.test', 'd@x.test'];
    enqueue(
      store,
      people.map((one) => mail(meeting.id, one)),
      NOW,
    );
    for (const { id } of claim(store, by('one', NOW))) markRefused(store, id, 'one', '550', NOW);
    expect(retryAll(store, NOW, '@x.test')).toBe(2);
    expect(take(store, 'two', NOW).sort()).toEqual(['a@x.test', 'd@x.test']);
    expect(retryAll(store, NOW, '')).toBe(2);
    expect(take(store, 'two', NOW).sort()).toEqual(['b@y.test', 'c@xx.test']);
  });

  it('is not touched by a sender whose lease has gone to another, but what was sent is sent', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test')], NOW);
    const { id } = claim(store, by('slow', NOW))[0] ?? { id: 0 };
    claim(store, by('other', NOW + 61));
    markRefused(store, id, 'slow', 'late', NOW + 62);
    postpone(store, id, 'slow', 'late', NOW + 62);
    expect(outboxOf(store, ID)).toMatchObject([{ state: 'waiting', reason: null, next: NOW + 121 }]);
    markSent(store, id, NOW + 63);
    postpone(store, id, 'other', 'again', NOW + 64);
    expect(outboxOf(store, ID)).toMatchObject([{ state: 'sent' }]);
  });

  it('is dropped when it has expired', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'reminder', expires: NOW + 10 }), mail(ID, 'b@x.test')], NOW);
    expect(take(store, 'one', NOW + 10)).toEqual(['b@x.test']);
    expect(mailsIn(store, 'dropped', 10)).toEqual([]);
    dropExpired(store, NOW + 10);
    expect(mailsIn(store, 'dropped', 10)).toMatchObject([{ recipient: 'a@x.test', reason: 'expired', content: '' }]);
  });

  it('is not dropped while a sender has it, though it has expired; once the lease is over it is', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'reminder', expires: NOW + 10 })], NOW);
    const { id } = claim(store, by('one', NOW))[0] ?? { id: 0 };
    dropExpired(store, NOW + 59);
    expect(outboxOf(store, ID)).toMatchObject([{ id, state: 'waiting', held: 1 }]);
    dropExpired(store, NOW + 60);
    expect(outboxOf(store, ID)).toMatchObject([{ id, state: 'dropped', reason: 'expired' }]);
  });

  it('does not sleep on because the clock was a month ahead for a while', () => {
    const store = open();
    const month = 30 * 86_400;
    enqueue(store, [mail(ID, 'a@x.test'), mail(ID, 'b@x.test')], NOW);
    const [first] = claim(store, by('one', NOW + month));
    postpone(store, first?.id ?? 0, 'one', '451 later', NOW + month + 60);
    expect(take(store, 'two', NOW + 60).sort()).toEqual(['a@x.test', 'b@x.test']);
  });

  it('goes out reminders first, the newest of them at the head', () => {
    const store = open();
    const kinds = ['new', 'reminder', 'edit', 'reminder'] as const;
    enqueue(
      store,
      kinds.map((kind, at) => mail(ID, `${at}@x.test`, { kind })),
      NOW,
    );
    expect(take(store, 'one', NOW)).toEqual(['3@x.test', '1@x.test', '0@x.test', '2@x.test']);
  });

  it('that was put off and has expired meanwhile does not hold up the next', () => {
    const store = open();
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'reminder', expires: NOW + 10 })], NOW);
    postpone(store, claim(store, by('one', NOW))[0]?.id ?? 0, 'one', '451 later', NOW + 900);
    enqueue(store, [mail(ID, 'a@x.test', { kind: 'del' })], NOW + 20);
    expect(claim(store, by('one', NOW + 20)).map((row) => row.kind)).toEqual(['del']);
  });

  it('goes with its booking: neither is there without the other', () => {
    const store = open();
    const write = (fail: boolean) =>
      store.transaction(() => {
        const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
        enqueue(store, [mail(meeting.id, 'a@x.test')], NOW);
        if (fail) throw new Error('power cut');
      });
    expect(() => write(true)).toThrow('power cut');
    expect(take(store, 'one', NOW)).toEqual([]);
    write(false);
    expect(take(store, 'one', NOW)).toEqual(['a@x.test']);
  });
});

describe('reminders', () => {
  it('are planned anew without those that were not done, and due when their time comes', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    planReminderRows(store, 'mail', meeting.id, [NOW + 10, NOW + 20]);
    expect(dueReminders(store, 'mail', NOW + 9)).toEqual([]);
    const [due] = dueReminders(store, 'mail', NOW + 10);
    expect(due).toMatchObject({ date: NOW + 10, meeting });
    expect(markRemindersDone(store, 'mail', [due?.id ?? 0])).toEqual([due?.id]);
    expect(markRemindersDone(store, 'mail', [due?.id ?? 0])).toEqual([]);
    planReminderRows(store, 'mail', meeting.id, [NOW + 30]);
    expect(dueReminders(store, 'mail', NOW + 99).map((one) => one.date)).toEqual([NOW + 30]);
    expect(dueReminders(store, 'xmpp', NOW + 99)).toEqual([]);
  });

  it('that wait in the outbox are dropped for one who declines, and for all when the meeting goes', () => {
    const store = open();
    const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    const people = attendees.map((one) => mail(meeting.id, one.email, { kind: 'reminder' }));
    enqueue(store, [...people, mail(meeting.id, ALICE)], NOW);
    recordAnswer(store, attendees[2]?.hash ?? '', 'declined', NOW);
    expect(mailsIn(store, 'dropped', 10).map((row) => row.recipient)).toEqual(['invite@ailleurs.test']);
    removeMeeting(store, meeting.id, NOW);
    expect(mailsIn(store, 'dropped', 10)).toHaveLength(3);
    expect(mailsIn(store, 'waiting', 10)).toMatchObject([{ kind: 'new', recipient: ALICE }]);
    dropReminders(store, 'not an id', NOW);
  });
});

describe('figures', () => {
  it('count meetings, connections and mails', () => {
    const store = open();
    const begin = NOW - 60;
    insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, begin });
    store.run('UPDATE attendees SET attendee_count = 2');
    expect(roomFigures(store, NOW)).toEqual({ planned: 1, running: 1, connections: 6 });
    expect(mailFigures(store, NOW)).toEqual({ waiting: 0, refused: 0, oldestSeconds: 0 });
    enqueue(store, [mail(ID, 'a@x.test')], NOW - 30);
    enqueue(store, [mail(ID, 'b@x.test')], NOW);
    expect(mailFigures(store, NOW)).toEqual({ waiting: 2, refused: 0, oldestSeconds: 30 });
  });
});
