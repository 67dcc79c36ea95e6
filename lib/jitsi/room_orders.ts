/** Tells Prosody what is ordered of rooms (lib/store/rooms.ts): pages at once, cron what they could not. */
import { within } from '../clock.ts';
import type { Context } from '../context.ts';
import { messageOf } from '../failure.ts';
import { markOrderDone, type RoomOrder } from '../store/rooms.ts';
import { type Texts, texts } from '../text/catalogue.ts';
import type { RoomService } from './rooms.ts';

/** What became of the orders. */
export interface Carried {
  readonly done: number;
  /** Those that Prosody did not take: they stay to be told. */
  readonly left: number;
}

/**
 * Tells Prosody, and keeps what it took. Never throws for Prosody's sake: what it did not take is one line of the log.
 * @param patience milliseconds for all of it
 */
export async function carryOut(
  context: Pick<Context, 'settings' | 'store' | 'clock' | 'log'>,
  service: RoomService,
  orders: readonly RoomOrder[],
  patience: number,
): Promise<Carried> {
  const deadline = performance.now() + patience;
  const say = texts(context.settings.JMB_LANG);
  let done = 0;
  let reason = '';
  for (const group of grouped(orders)) {
    const [{ room, does, meetingId }] = group;
    try {
      const left = deadline - performance.now();
      if (left <= 0) break;
      const found = await within(left, tell(service, group, say));
      for (const order of group) markOrderDone(context.store, order, context.clock.now());
      done += group.length;
      context.log.event('room-told-to', { does, id: meetingId, room, ...(found === undefined ? {} : { found }) });
    } catch (error) {
      reason ||= `${does} ${room}: ${messageOf(error)}`;
    }
  }
  const left = orders.length - done;
  if (left > 0) context.log.event('rooms-unreachable', { left, reason: reason || `more than ${patience} ms` });
  return { done, left };
}

type Group = readonly [RoomOrder, ...RoomOrder[]];

/** The people of one room whom the same is ordered for until the same time go together. */
function grouped(orders: readonly RoomOrder[]): Group[] {
  const groups = new Map<string, [RoomOrder, ...RoomOrder[]]>();
  for (const order of orders) {
    const key = JSON.stringify([order.room, order.does, order.until]);
    const group = groups.get(key);
    if (group) group.push(order);
    else groups.set(key, [order]);
  }
  return [...groups.values()];
}

async function tell(service: RoomService, group: Group, say: Texts): Promise<string | undefined> {
  const [{ room, does, until }] = group;
  const people = group.map(({ person }) => person);
  switch (does) {
    case 'end':
      return service.close(room, { message: say('roomClosesNow'), reason: say('roomClosed'), until });
    case 'cancel':
      return service.close(room, { message: say('roomCancelledNow'), reason: say('roomCancelled'), until });
    case 'open':
      await service.open(room);
      return undefined;
    case 'revoke':
      await service.revoke(room, people, until);
      return undefined;
    case 'restore':
      await service.restore(room, people);
      return undefined;
  }
}

/** Says a line in a room. @throws Error when Prosody does not take it within `patience` milliseconds */
export function sayIn(service: RoomService, room: string, line: string, patience: number): Promise<string> {
  return within(patience, service.say(room, line));
}
