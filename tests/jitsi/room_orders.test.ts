/** How Prosody is told what is ordered of rooms: who goes together, what is kept, and what is said in the log. */
import { describe, expect, it } from 'vitest';
import { carryOut, sayIn } from '../../lib/jitsi/room_orders.ts';
import type { RoomService } from '../../lib/jitsi/rooms.ts';
import { readSettings } from '../../lib/settings.ts';
import { openOrders, orderRoom, type RoomOrder } from '../../lib/store/rooms.ts';
import { clockAt, NOW, open } from '../store/scratch.ts';

type Order = Omit<RoomOrder, 'id'>;

const order = (room: string, does: Order['does'], person = '', until = NOW + 60): Order => ({
  ...{ room, does, person, until, meetingId: '1763910000123456789' },
});

/** A module that notes what it is told; `fail` may throw, or take its time, before it answers. */
function service(told: unknown[], fail: (room: string) => Promise<void> | void = () => undefined): RoomService {
  const note = async (room: string, ...what: readonly unknown[]): Promise<void> => {
    await fail(room);
    told.push([room, ...what]);
  };
  return {
    version: async () => ({ host: '', rooms: null }),
    rooms: async () => [],
    people: async () => ({ names: [], unnamed: 0, waiting: 0 }),
    say: async (room, text) => {
      await note(room, 'say', text);
      return 'said';
    },
    close: async (room, how) => {
      await note(room, 'close', how);
      return 'empty';
    },
    open: (room) => note(room, 'open'),
    revoke: (room, ids, until) => note(room, 'revoke', ids, until),
    restore: (room, ids) => note(room, 'restore', ids),
  };
}

/** A database with these orders, and a log. */
function ordered(...orders: readonly Order[]) {
  const store = open();
  for (const one of orders) orderRoom(store, one);
  const log: string[] = [];
  const context = {
    settings: { ...readSettings('/nowhere', {}), JMB_LANG: 'en' as const },
    ...{ store, clock: clockAt(NOW) },
    log: { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) },
  };
  const left = () => openOrders(store, NOW).map(({ room }) => room);
  const told: unknown[] = [];
  const carry = (patience = 5000, fail?: (room: string) => Promise<void> | void) =>
    carryOut(context, service(told, fail), openOrders(store, NOW), patience);
  return { carry, left, told, log };
}

describe('orders', () => {
  it.each([
    ['end', ['close', { message: 'The meeting has ended: the room is closing.', reason: 'The meeting has ended.' }]],
    [
      'cancel',
      [
        'close',
        { message: 'The meeting has been deleted: the room is closing.', reason: 'The meeting has been deleted.' },
      ],
    ],
    ['open', ['open']],
  ] as const)('to %s a room are told so, and kept', async (does, [verb, how]) => {
    const { carry, left, told, log } = ordered(order('abc', does));
    expect(await carry()).toEqual({ done: 1, left: 0 });
    expect(told).toEqual([['abc', verb, ...(how === undefined ? [] : [{ ...how, until: NOW + 60 }])]]);
    expect(left()).toEqual([]);
    const found = how === undefined ? {} : { found: 'empty' };
    expect(log).toEqual([`room-told-to ${JSON.stringify({ does, id: '1763910000123456789', room: 'abc', ...found })}`]);
  });

  it('about people of one room go together where the same is ordered until the same time', async () => {
    const { carry, left, told, log } = ordered(
      ...[order('abc', 'revoke', 'bob'), order('abc', 'restore', 'carol'), order('def', 'revoke', 'dan')],
      ...[order('abc', 'revoke', 'eve'), order('abc', 'revoke', 'fay', NOW + 61)],
    );
    expect(await carry()).toEqual({ done: 5, left: 0 });
    expect(told).toEqual([
      ['abc', 'revoke', ['bob', 'eve'], NOW + 60],
      ['abc', 'restore', ['carol']],
      ['def', 'revoke', ['dan'], NOW + 60],
      ['abc', 'revoke', ['fay'], NOW + 61],
    ]);
    expect(left()).toEqual([]);
    expect(log).toHaveLength(4);
    expect(log[0]).not.toContain('found');
  });

  it('that are not taken stay, with the first reason in one line; the others are told', async () => {
    const { carry, left, told, log } = ordered(
      ...[order('abc', 'revoke', 'bob'), order('abc', 'revoke', 'eve'), order('def', 'open'), order('ghi', 'end')],
    );
    const result = await carry(5000, (room) => {
      if (room !== 'def') throw new Error(`no ${room}`);
    });
    expect(result).toEqual({ done: 1, left: 3 });
    expect(told).toEqual([['def', 'open']]);
    expect(left()).toEqual(['abc', 'abc', 'ghi']);
    expect(log.at(-1)).toBe('rooms-unreachable {"left":3,"reason":"revoke abc: no abc"}');
    expect(log).toHaveLength(2);
  });

  it('are waited for no longer than all of them may take', async () => {
    const { carry, left, log } = ordered(order('abc', 'open'), order('def', 'open'));
    const began = performance.now();
    expect(await carry(40, () => new Promise(() => undefined))).toEqual({ done: 0, left: 2 });
    expect(performance.now() - began).toBeLessThan(1000);
    expect(left()).toEqual(['abc', 'def']);
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(/^rooms-unreachable \{"left":2,"reason":"open abc: no answer within \d+ ms"\}$/);
  });

  it('are not even begun without time', async () => {
    const { carry, told, log } = ordered(order('abc', 'open'));
    expect(await carry(0)).toEqual({ done: 0, left: 1 });
    expect(told).toEqual([]);
    expect(log).toEqual(['rooms-unreachable {"left":1,"reason":"more than 0 ms"}']);
  });

  it('that are none say nothing', async () => {
    const { carry, log } = ordered();
    expect(await carry()).toEqual({ done: 0, left: 0 });
    expect(log).toEqual([]);
  });
});

it('a line is said in a room, in time or not at all', async () => {
  const told: unknown[] = [];
  expect(await sayIn(service(told), 'abc', 'Bonjour', 1000)).toBe('said');
  expect(told).toEqual([['abc', 'say', 'Bonjour']]);
  const silent = service([], () => new Promise(() => undefined));
  await expect(sayIn(silent, 'abc', 'Bonjour', 20)).rejects.toThrow('no answer within 20 ms');
});
