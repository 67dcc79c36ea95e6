/** What another process does between a look and a write; and secrets that odd rows give to nobody, or to several. */
import { describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { addressesOf, feedByHash, feedOf, noteSeen, rememberAddresses } from '../../lib/store/feeds.ts';
import { FORGET } from '../../lib/store/forget.ts';
import { invitationByHash, recordAnswer } from '../../lib/store/invitations.ts';
import { enqueue, mailsIn } from '../../lib/store/outbox.ts';
import { namesOf, rememberName } from '../../lib/store/people.ts';
import { countPrivate } from '../../lib/store/rooms.ts';
import { formToken } from '../../lib/store/secrets.ts';
import type { Store } from '../../lib/store/store.ts';
import { mail } from './mails.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const DAY = 86_400;
const KEPT = { since: NOW - 400 * DAY, now: NOW };

const book = (store: Store, more = {}) => insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, ...more });

/** The same database, where something comes to pass before the next write. */
function racing(store: Store, happens: () => void): Store {
  let isOver = false;
  const before = <Result>(work: () => Result): Result => {
    if (!isOver) {
      isOver = true;
      happens();
    }
    return work();
  };
  return {
    ...store,
    transaction: (work) => before(() => store.transaction(work)),
    note: (work) => before(() => store.note(work)),
    jot: (work) => before(() => store.jot(work)),
  };
}

describe('who was first meanwhile', () => {
  it('has the feed, and the secret of the day', () => {
    const store = open();
    let first = '';
    const feed = racing(store, () => {
      first = feedOf(store, 'alice');
    });
    expect(feedOf(feed, 'alice')).toBe(first);
    const form = racing(store, () => {
      first = formToken(store, 'alice', NOW);
    });
    expect(formToken(form, 'alice', NOW)).toBe(first);
    expect(store.all('SELECT 1 FROM ical UNION ALL SELECT 1 FROM form_day')).toHaveLength(2);
  });

  it('keeps an account that was to be forgotten', () => {
    const store = open();
    for (const uid of ['left', 'back']) {
      rememberAddresses(store, uid, [`${uid}@x.test`]);
      noteSeen(store, uid, NOW - 500 * DAY);
    }
    const meanwhile = racing(store, () => noteSeen(store, 'back', NOW));
    expect(FORGET['accounts']?.(meanwhile, KEPT, 10, '')).toEqual({ gone: 2, next: null });
    expect([addressesOf(store, 'left'), addressesOf(store, 'back')]).toEqual([[], ['back@x.test']]);
  });

  it('keeps the name of somebody who is invited, and a room that is entered', () => {
    const store = open();
    rememberName(store, ['a@x.test', 'b@x.test'], 'Somebody');
    const invited = racing(store, () => void book(store, { guests: ['b@x.test'] }));
    expect(FORGET['names']?.(invited, KEPT, 10, '')).toEqual({ gone: 1, next: null });
    expect([...namesOf(store, ['a@x.test', 'b@x.test']).keys()]).toEqual(['b@x.test']);
    for (const room of ['left', 'entered']) countPrivate(store, room, NOW - 500 * DAY);
    const entered = racing(store, () => countPrivate(store, 'entered', NOW));
    expect(FORGET['rooms']?.(entered, KEPT, 10, '')).toEqual({ gone: 1, next: null });
    expect(store.all('SELECT private_room AS room FROM private')).toEqual([{ room: 'entered' }]);
  });
});

describe('a secret', () => {
  it('that is empty opens nothing', () => {
    const store = open();
    book(store);
    feedOf(store, 'alice');
    store.database.exec("UPDATE attendees SET attendee_meeting_hash = ''; UPDATE ical SET ical_hash = ''");
    expect([invitationByHash(store, ''), feedByHash(store, '')]).toEqual([undefined, undefined]);
  });

  it('that several meetings have opens the latest, and what its holder there may', () => {
    const store = open();
    const [late, early] = [book(store), book(store, { begin: BOOKING.begin - 7200 })];
    const hash = late.attendees[1]?.hash ?? '';
    store.transaction(() =>
      store.run(
        'UPDATE attendees SET attendee_meeting_hash = ? WHERE attendee_meeting_hash = ?',
        hash,
        early.attendees[2]?.hash ?? '',
      ),
    );
    expect(invitationByHash(store, hash)).toEqual({ meeting: late.meeting, attendee: late.attendees[1] });
  });
});

it.each([
  ['none', []],
  ['accepted', ['ask']],
  ['tentative', ['ask']],
  ['declined', ['ask', 'reminder']],
] as const)('after the answer %s, what still waited and is not sent: %j', (answer, dropped) => {
  const store = open();
  const { meeting, attendees } = book(store);
  const [, , guest] = attendees;
  const mails = (['reminder', 'ask', 'new'] as const).map((kind) => mail(meeting.id, guest?.email ?? '', { kind }));
  enqueue(store, [...mails, mail(meeting.id, 'bob.durand@example.org', { kind: 'ask' })], NOW);
  expect(recordAnswer(store, guest?.hash ?? '', answer, NOW)).toBe(true);
  expect(
    mailsIn(store, 'dropped', 9)
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual(dropped);
});
