/** What people say beside yes and no, what owners are still to hear of, and which answers came by mail. */
import { describe, expect, it } from 'vitest';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import {
  answersWait,
  askAnew,
  keepUnconfirmed,
  lastTaken,
  noteReply,
  owe,
  saidOf,
  settle,
  unconfirmedOf,
  untold,
  wasTaken,
} from '../../lib/store/answers.ts';
import { insertMeeting, removeMeeting } from '../../lib/store/bookings.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { enqueue, mailsIn, markSent } from '../../lib/store/outbox.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const PROPOSAL = { begin: BOOKING.begin + 3600, duration: 1800 };

/** A database with one meeting, its moderator and its guest. */
function booked() {
  const store = open();
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  const [, moderator, guest] = attendees;
  if (moderator === undefined || guest === undefined) throw new Error('nobody was invited');
  const answers = () => attendeesOf(store, meeting.id).map(({ answer }) => answer);
  return { store, id: meeting.id, meeting, moderator, guest, answers };
}

describe('an answer', () => {
  it('is kept with its words, when and how; the next one takes its place', () => {
    const { store, id, guest, moderator, answers } = booked();
    recordAnswer(store, guest.hash, 'tentative', NOW, { comment: 'Late', proposal: PROPOSAL, way: 'mail' });
    expect(saidOf(store, id)).toEqual(
      new Map([[guest.hash, { comment: 'Late', proposal: PROPOSAL, at: NOW, way: 'mail' }]]),
    );
    expect(answers()).toEqual(['accepted', 'none', 'tentative']);
    recordAnswer(store, guest.hash, 'declined', NOW + 9);
    recordAnswer(store, moderator.hash, 'accepted', NOW + 9, { comment: '', proposal: null, way: 'list' });
    expect(saidOf(store, id).get(guest.hash)).toEqual({ comment: '', proposal: null, at: NOW + 9, way: 'page' });
    expect(saidOf(store, id).get(moderator.hash)?.way).toBe('list');
    expect(answers()).toEqual(['accepted', 'accepted', 'declined']);
    expect(saidOf(store, 'abc')).toEqual(new Map());
  });

  it.each(['given_begin', 'given_duration'])(
    'with half a proposal in an odd row, without %s, proposes none',
    (column) => {
      const { store, id, guest } = booked();
      recordAnswer(store, guest.hash, 'tentative', NOW, { comment: 'x', proposal: PROPOSAL, way: 'page' });
      store.transaction(() => store.run(`UPDATE answer_given SET ${column} = NULL`));
      expect(saidOf(store, id).get(guest.hash)).toMatchObject({ comment: 'x', proposal: null });
    },
  );

  it('to another time counts no more, but of who proposed the new one; the words stay', () => {
    const { store, id, guest, moderator, answers } = booked();
    recordAnswer(store, moderator.hash, 'accepted', NOW, { comment: 'Fine', proposal: null, way: 'page' });
    recordAnswer(store, guest.hash, 'declined', NOW, { comment: 'Later?', proposal: PROPOSAL, way: 'page' });
    askAnew(store, id, { ...PROPOSAL, duration: 60 });
    expect(answers()).toEqual(['accepted', 'none', 'none']);
    recordAnswer(store, guest.hash, 'declined', NOW, { comment: 'Later?', proposal: PROPOSAL, way: 'page' });
    askAnew(store, id, PROPOSAL);
    expect(answers()).toEqual(['accepted', 'none', 'accepted']);
    expect([...saidOf(store, id).values()].map(({ comment, proposal }) => [comment, proposal]).sort()).toEqual([
      ['Fine', null],
      ['Later?', null],
    ]);
  });
});

describe('what owners are to hear', () => {
  it('is owed once, the oldest first, until it is settled', () => {
    const { store, id, guest, moderator } = booked();
    owe(store, guest.hash, NOW + 5);
    owe(store, moderator.hash, NOW);
    owe(store, guest.hash, NOW + 60);
    const [older, newer] = [moderator, guest].map(({ hash }) => ({ hash, meetingId: id }));
    expect(untold(store, NOW + 5, 10)).toEqual([older, newer]);
    expect(untold(store, NOW + 4, 10)).toEqual([older]);
    expect(untold(store, NOW + 5, 1)).toEqual([older]);
    settle(store, [moderator.hash, 'nobody']);
    expect(untold(store, NOW + 5, 10)).toEqual([newer]);
  });

  it('waits in the outbox or not', () => {
    const { store, id } = booked();
    enqueue(store, [mail(id, ALICE), mail('77', ALICE, { kind: 'answers' })], NOW);
    expect(answersWait(store, id)).toBe(false);
    enqueue(store, [mail(id, ALICE, { kind: 'answers' })], NOW);
    expect(answersWait(store, id)).toBe(true);
    for (const one of mailsIn(store, 'waiting', 9)) markSent(store, one.id, NOW);
    expect(answersWait(store, id)).toBe(false);
  });
});

describe('answers by mail', () => {
  const mark = (message: string, more = {}) => ({ sequence: 2, stamp: NOW, message, ...more });

  it('are known again, and the last of each person', () => {
    const { store, guest, moderator } = booked();
    expect(lastTaken(store, guest)).toBeUndefined();
    noteReply(store, guest, mark('one'), NOW);
    noteReply(store, guest, mark('two', { sequence: 3, stamp: NOW + 60 }), NOW + 60);
    const taken = (who: Attendee, message: string) => wasTaken(store, who, mark(message));
    expect([taken(guest, 'one'), taken(guest, 'two')]).toEqual([true, true]);
    expect([taken(guest, 'three'), taken(moderator, 'one')]).toEqual([false, false]);
    expect(lastTaken(store, guest)).toEqual({ sequence: 3, stamp: NOW + 60, message: 'two' });
  });

  it('are known up to fifty of a person, the oldest of which go', () => {
    const { store, guest, moderator } = booked();
    noteReply(store, moderator, mark('hers'), NOW - 9);
    for (let n = 0; n < 52; n += 1) noteReply(store, guest, mark(`m${n}`), NOW + n);
    expect(['m0', 'm1', 'm2', 'm51'].map((one) => wasTaken(store, guest, mark(one)))).toEqual([
      ...[false, false, true, true],
    ]);
    expect(wasTaken(store, moderator, mark('hers'))).toBe(true);
  });

  it('that nobody can be held to are kept, the latest first, each once and twenty at most', () => {
    const { store, id } = booked();
    const doubt = (from: string, more = {}) =>
      ({ at: NOW, from, named: '', answer: 'accepted', comment: '', ...more }) as const;
    keepUnconfirmed(store, id, doubt('a@x.test'));
    for (const comment of ['Behalf', 'On behalf'])
      keepUnconfirmed(store, id, doubt('b@x.test', { named: ALICE, comment }));
    keepUnconfirmed(store, id, doubt('b@x.test', { answer: '' }));
    const again = doubt('a@x.test', { at: NOW + 60, answer: 'declined' });
    keepUnconfirmed(store, id, again);
    expect(unconfirmedOf(store, id)).toEqual([
      again,
      doubt('b@x.test', { answer: '' }),
      doubt('b@x.test', { named: ALICE, comment: 'On behalf' }),
    ]);
    for (let n = 0; n < 21; n += 1) keepUnconfirmed(store, id, doubt(`${n}@x.test`));
    const kept = unconfirmedOf(store, id).map(({ from }) => from);
    expect(kept).toHaveLength(20);
    expect([kept[0], kept.at(-1)]).toEqual(['20@x.test', '1@x.test']);
    removeMeeting(store, id, NOW);
    expect(unconfirmedOf(store, id)).toEqual([]);
  });

  it('name addresses of 254 characters at most', () => {
    const { store, id } = booked();
    const long = `${'a'.repeat(250)}@x.test`;
    keepUnconfirmed(store, id, { at: NOW, from: long, named: long, answer: '', comment: 'x' });
    expect(unconfirmedOf(store, id)).toMatchObject([{ from: long.slice(0, 254), named: long.slice(0, 254) }]);
  });
});
