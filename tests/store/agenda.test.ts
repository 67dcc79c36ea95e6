/** What a person has in the agenda: which meetings, with whom, and what may be searched in them. */
import { describe, expect, it } from 'vitest';
import { busyOf, searchableOf, slotsOf } from '../../lib/store/agenda.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { recordAnswer } from '../../lib/store/invitations.ts';
import { invitationsIn, invitationsOf } from '../../lib/store/meetings.ts';
import { rememberName } from '../../lib/store/people.ts';
import type { Store } from '../../lib/store/store.ts';
import { ALICE, BOOKING, clockAt, NOW, open, upstreamCopy } from './scratch.ts';

const BOB = 'bob.durand@example.org';
const GUEST = 'invite@ailleurs.test';
const END = BOOKING.begin + BOOKING.duration;

const book = (store: Store, more = {}) => insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, ...more });

describe('slots', () => {
  it('are by begin, each meeting once with all the seats that a person has in it', () => {
    const store = open();
    const late = book(store, { guests: [GUEST, 'alice@example.org'] }).meeting;
    const early = book(store, { begin: BOOKING.begin - 3600, guests: ['alice@example.org'] }).meeting;
    const slots = slotsOf(store, [ALICE, 'alice@example.org'], { endAfter: NOW });
    expect(slots.map(({ id, begin, end, seats }) => [id, begin, end, seats.length])).toEqual([
      [early.id, early.begin, early.end, 2],
      [late.id, late.begin, late.end, 2],
    ]);
    expect(slotsOf(store, [ALICE], { endAfter: END })).toEqual([]);
    expect(slotsOf(store, [ALICE], { endAfter: END - 1 }).map(({ id }) => id)).toEqual([late.id]);
    expect(slotsOf(store, ['nobody@x.test'], { endAfter: 0 })).toEqual([]);
  });

  it('lead to the invitations of just these meetings', () => {
    const store = open();
    const [one, other] = [book(store), book(store, { begin: BOOKING.begin + 7200 })];
    const [first, second] = slotsOf(store, [GUEST], { endAfter: NOW });
    if (!first || !second) throw new Error('two meetings were booked');
    expect(invitationsIn(store, [second])).toMatchObject([
      { meeting: other.meeting, attendee: { email: GUEST }, owner: ALICE, invited: 2 },
    ]);
    expect(invitationsIn(store, [second, first]).map(({ meeting }) => meeting.id)).toEqual([
      one.meeting.id,
      other.meeting.id,
    ]);
    expect(invitationsIn(store, [])).toEqual([]);
  });
});

describe('somebody with several seats', () => {
  const MINE = ['a@x.test', 'z@x.test'];
  const listed = (store: Store) => invitationsOf(store, MINE, { endAfter: NOW }).map(({ attendee }) => attendee);

  it.each([
    ['z@x.test', 'a@x.test'],
    ['a@x.test', 'z@x.test'],
  ])('has the higher of them: %s, not %s', (moderator, guest) => {
    const store = open();
    book(store, { moderators: [moderator], guests: [guest] });
    expect(listed(store)).toMatchObject([{ role: 'moderator', email: moderator }]);
  });

  it('by one address has one, also where nobody is the owner', () => {
    const store = open();
    const { meeting } = book(store, { guests: ['a@x.test'] });
    store.transaction(() => {
      store.run("INSERT INTO attendees VALUES (NULL, ?, 'second', 'moderator', 'A@x.test', 0, 0)", BigInt(meeting.id));
      store.run("DELETE FROM attendees WHERE attendee_role = 'owner'");
    });
    expect(invitationsIn(store, slotsOf(store, MINE, { endAfter: NOW }))).toMatchObject([
      { owner: '', invited: 2, attendee: { role: 'moderator', email: 'a@x.test' } },
    ]);
  });
});

describe('who is busy', () => {
  it('is who has a meeting in that time and has not declined it', () => {
    const store = open();
    const { meeting, attendees } = book(store);
    const busy = (from: number, to: number) => busyOf(store, [BOB, GUEST], from, to).map(({ email }) => email);
    expect(busyOf(store, [BOB], NOW, END)).toEqual([
      { email: BOB, id: meeting.id, begin: meeting.begin, end: meeting.end, subject: BOOKING.subject },
    ]);
    expect(busy(meeting.begin, meeting.end).sort()).toEqual([BOB, GUEST]);
    expect(busy(meeting.end - 1, meeting.end + 9)).toHaveLength(2);
    expect(busy(meeting.end, meeting.end + 9)).toEqual([]);
    expect(busy(NOW, meeting.begin)).toEqual([]);
    expect(busy(NOW, meeting.begin + 1)).toHaveLength(2);
    recordAnswer(store, attendees[1]?.hash ?? '', 'declined', NOW);
    recordAnswer(store, attendees[2]?.hash ?? '', 'tentative', NOW);
    expect(busy(meeting.begin, meeting.end)).toEqual([GUEST]);
  });

  it('is told subjects as they were typed, those of the original decoded', () => {
    const store = open(upstreamCopy());
    book(store, { subject: 'R&eacute;union' });
    expect(busyOf(store, [ALICE], 0, NOW * 2).map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['R&eacute;union', 'Réunion sans objet']),
    );
  });
});

describe('what may be searched', () => {
  const people = (store: Store, address: string) =>
    searchableOf(store, slotsOf(store, [address], { endAfter: NOW })).map((one) =>
      one.people.split('\n').map((line) => line.trim()),
    );

  it('is everybody with their names for owner and moderators, the owner alone for guests', () => {
    const store = open();
    rememberName(store, [ALICE], 'Alice Martin');
    const { meeting } = book(store, { names: new Map([[GUEST, 'Hans Müller']]) });
    const [found, ...more] = searchableOf(store, slotsOf(store, [BOB], { endAfter: NOW }));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: meeting.id, subject: BOOKING.subject });
    const all = [
      expect.stringMatching(`^${ALICE} Alice Martin`),
      BOB,
      expect.stringMatching(`^${GUEST} +Hans Müller$`),
    ];
    for (const reader of [ALICE, BOB]) expect(people(store, reader)).toEqual([all]);
    expect(people(store, GUEST)).toEqual([[expect.stringMatching(`^${ALICE} Alice Martin`)]]);
  });

  it('has subjects as they were typed, those of the original decoded', () => {
    const store = open(upstreamCopy());
    book(store, { subject: 'R&eacute;union' });
    const subjects = searchableOf(store, slotsOf(store, [ALICE], { endAfter: 0 })).map(({ subject }) => subject);
    expect(subjects).toEqual(expect.arrayContaining(['R&eacute;union', 'Réunion sans objet']));
    expect(searchableOf(store, [])).toEqual([]);
  });
});
