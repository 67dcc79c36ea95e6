import { beforeAll, describe, expect, it } from 'vitest';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { feedByHash, feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { attendeesOfEach, invitationsOf, meetingById, meetingByRoom } from '../../lib/store/meetings.ts';
import type { Store } from '../../lib/store/store.ts';
import { crowd } from './crowd.ts';
import { ALICE, BOOKING, clockAt, NOW, open } from './scratch.ts';

const DAY = 86_400;
/** Someone with thousands of meetings behind them. */
const VETERAN = 'veteran@example.org';

/** A house with so many meetings, ten of them Alice's, all to come; and 3,000 of the veteran's, all over but ten. */
function house(
  amount: number,
  veteran: number,
): { store: Store; hash: string; feed: string; room: string; id: string } {
  const store = open();
  crowd(store, amount);
  store.transaction(() => {
    for (let i = 0; i < 10; i += 1) insertMeeting(store, clockAt(NOW + i), ALICE, { ...BOOKING, begin: NOW + i * DAY });
    for (let i = 0; i < 10; i += 1) insertMeeting(store, clockAt(NOW), VETERAN, { ...BOOKING, begin: NOW + i * DAY });
    for (let i = 0; i < veteran; i += 1) {
      insertMeeting(store, clockAt(NOW - 900 * DAY + i), VETERAN, { ...BOOKING, begin: NOW - (400 + i / 10) * DAY });
    }
  });
  rememberAddresses(store, 'alice', [ALICE, 'alice@example.org']);
  const { meeting, attendees } = insertMeeting(store, clockAt(NOW), 'bob@example.org', BOOKING);
  return { store, hash: attendees[1]?.hash ?? '', feed: feedOf(store, 'alice'), room: meeting.room, id: meeting.id };
}

let few: ReturnType<typeof house>;
let many: ReturnType<typeof house>;

beforeAll(() => {
  few = house(100, 0);
  many = house(10_000, 3000);
});

/** The quickest of many rounds in microseconds, the two taken in turns: what else the machine does hits both. */
function quickest(work: (at: typeof few) => void): { few: number; many: number } {
  const best = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 300; round += 1) {
    for (const size of ['few', 'many'] as const) {
      const began = process.hrtime.bigint();
      work(size === 'few' ? few : many);
      best[size] = Math.min(best[size], Number(process.hrtime.bigint() - began) / 1000);
    }
  }
  return best;
}

describe('as fast among 10,000 meetings as among 100', () => {
  it.each<[string, (at: typeof few) => void]>([
    ['list', ({ store }) => expect(invitationsOf(store, [ALICE], { endAfter: NOW - 365 * DAY })).toHaveLength(10)],
    [
      'feed',
      ({ store, feed }) => {
        const listed = invitationsOf(store, feedByHash(store, feed)?.addresses ?? [], { endAfter: NOW });
        expect(
          attendeesOfEach(
            store,
            listed.map((one) => one.meeting.id),
          ).size,
        ).toBe(10);
      },
    ],
    ['join', ({ store, hash }) => expect(invitationByHash(store, hash)).toBeDefined()],
    ['token', ({ store, room }) => expect(meetingByRoom(store, room)).toBeDefined()],
    ['form', ({ store, id }) => expect(meetingById(store, id)).toBeDefined()],
    [
      'list of someone with 3,000 meetings behind them',
      ({ store }) => expect(invitationsOf(store, [VETERAN], { endAfter: NOW - 365 * DAY })).toHaveLength(10),
    ],
  ])('%s', (_name, work) => {
    const took = quickest(work);
    // Deeper trees cost a page or two; a scan of 10,000 meetings would take a hundred times as long.
    expect(took.many, `${took.few} µs among 100`).toBeLessThan(took.few * 1.5 + 50);
  });
});
