import { describe, expect, it } from 'vitest';
import { insertMeeting, removeMeeting } from '../../lib/store/bookings.ts';
import { rememberAddresses } from '../../lib/store/feeds.ts';
import { meetingByRoom } from '../../lib/store/meetings.ts';
import {
  accountsWith,
  closedButBooked,
  countPrivate,
  endingMeetings,
  forgetOrders,
  markEnding,
  markOrderDone,
  openOrders,
  orderOf,
  orderRoom,
  roomIsTaken,
} from '../../lib/store/rooms.ts';
import type { Store } from '../../lib/store/store.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const DAY = 86_400;
const END = BOOKING.begin + BOOKING.duration;
const order = { room: 'abc', person: '', does: 'end', meetingId: '1795446000000000000', until: NOW + DAY } as const;

it('rooms that old rows write in capitals are known by the name that Prosody has', () => {
  const store = open();
  const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
  store.transaction(() => store.run("UPDATE meetings SET meeting_name = 'ConseilDeLabo'"));
  expect(meetingByRoom(store, 'conseildelabo')?.id).toBe(meeting.id);
  expect(endingMeetings(store, NOW, END + 1, 600).map((one) => one.meeting.room)).toEqual(['conseildelabo']);
  expect(roomIsTaken(store, { id: '1', room: 'conseildelabo' }, NOW)).toBe(true);
  orderRoom(store, { ...order, room: 'conseildelabo' });
  expect(closedButBooked(store, NOW)).toHaveLength(1);
});

describe('orders to Prosody', () => {
  it('are told until they are done, the last word on a room or person counts', () => {
    const store = open();
    orderRoom(store, order);
    orderRoom(store, { ...order, person: 'bob', does: 'revoke' });
    orderRoom(store, { ...order, does: 'open' });
    const [first, second] = openOrders(store, NOW);
    expect(first).toMatchObject({ person: 'bob', does: 'revoke', meetingId: order.meetingId });
    expect(second).toMatchObject({ person: '', does: 'open' });
    expect(openOrders(store, NOW)).toHaveLength(2);
    for (const one of openOrders(store, NOW)) markOrderDone(store, one, NOW);
    expect(openOrders(store, NOW)).toEqual([]);
    // What ended somebody's ownership is known, so that giving it back is too; an opened room needs no memory.
    expect(orderOf(store, 'abc', 'bob', NOW)?.does).toBe('revoke');
    expect(orderOf(store, 'abc', '', NOW)).toBeUndefined();
  });

  it('that are taken back while Prosody is told have the last word again', () => {
    const store = open();
    orderRoom(store, order);
    const [closing] = openOrders(store, NOW);
    if (closing === undefined) throw new Error('no order');
    orderRoom(store, { ...order, does: 'open' });
    for (const one of openOrders(store, NOW)) markOrderDone(store, one, NOW);
    // Prosody was told to open, and only then to close.
    markOrderDone(store, closing, NOW);
    expect(openOrders(store, NOW).map(({ does }) => does)).toEqual(['open']);
  });

  it('mean nothing after their time, and are forgotten', () => {
    const store = open();
    orderRoom(store, order);
    expect(openOrders(store, order.until)).toEqual([]);
    expect(orderOf(store, 'abc', '', order.until)).toBeUndefined();
    forgetOrders(store, order.until - 1);
    expect(openOrders(store, NOW)).toHaveLength(1);
    forgetOrders(store, order.until);
    expect(openOrders(store, NOW)).toEqual([]);
  });

  it('know closed rooms that are booked again', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    orderRoom(store, { ...order, room: meeting.room, meetingId: meeting.id, until: END + DAY });
    expect(closedButBooked(store, NOW).map(({ room }) => room)).toEqual([meeting.room]);
    expect(closedButBooked(store, END)).toEqual([]);
  });

  it('find the accounts of an address', () => {
    const store = open();
    rememberAddresses(store, 'bob', ['bob@example.org', 'b.d@example.org']);
    rememberAddresses(store, 'robert', ['b.d@example.org'], ['b.d@example.org']);
    expect(accountsWith(store, 'b.d@example.org').sort()).toEqual(['bob', 'robert']);
    expect(accountsWith(store, 'nobody@example.org')).toEqual([]);
  });
});

describe('hard ends', () => {
  const ids = (store: Store, now: number) => endingMeetings(store, now - DAY, now, 600).map(({ done }) => done);

  it('are found once their end has come, with the last step, until they are closed', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    expect(ids(store, END - 1)).toEqual([]);
    expect(ids(store, END)).toEqual([0]);
    markEnding(store, meeting, END);
    expect(ids(store, END)).toEqual([END]);
    markEnding(store, meeting, END + 600);
    expect(ids(store, END)).toEqual([]);
    expect(ids(store, END + DAY)).toEqual([]);
    // Another end begins anew.
    store.transaction(() =>
      store.run('UPDATE meetings SET meeting_end = ? WHERE meeting_id = ?', END + 60, BigInt(meeting.id)),
    );
    expect(ids(store, END + 60)).toEqual([0]);
    removeMeeting(store, meeting.id, NOW);
    expect(store.all('SELECT * FROM room_ending')).toEqual([]);
  });

  it('spare rooms that are somebody’s own, or that another booking has', () => {
    const store = open();
    const { meeting } = insertMeeting(store, clockAt(NOW), ALICE, BOOKING);
    expect(roomIsTaken(store, meeting, END)).toBe(false);
    const later = insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, begin: END + DAY }).meeting;
    store.transaction(() =>
      store.run('UPDATE meetings SET meeting_name = ? WHERE meeting_id = ?', meeting.room, BigInt(later.id)),
    );
    expect(roomIsTaken(store, meeting, END)).toBe(true);
    expect(roomIsTaken(store, later, END)).toBe(false);
    removeMeeting(store, later.id, NOW);
    expect(roomIsTaken(store, meeting, END)).toBe(false);
    countPrivate(store, meeting.room, NOW);
    expect(roomIsTaken(store, meeting, END)).toBe(true);
  });
});
