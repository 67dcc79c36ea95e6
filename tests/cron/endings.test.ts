/** Hard ends, as cron takes them minute by minute; Prosody is one that notes what it is told (the real one: tests/e2e). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { dueEndings, endRooms } from '../../cron/endings.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { RoomService } from '../../lib/jitsi/rooms.ts';
import { readSettings } from '../../lib/settings.ts';
import { insertMeeting, updateMeeting } from '../../lib/store/bookings.ts';
import { countPrivate, openOrders } from '../../lib/store/rooms.ts';
import { ALICE, BOOKING, clockAt, NOW, open, scratch } from '../store/scratch.ts';

const END = BOOKING.begin + BOOKING.duration;
const MINUTE = 60;
const DAY = 86_400;

function house(settings = '') {
  const file = scratch('jmb.db');
  const root = dirname(file);
  mkdirSync(join(root, 'etc'));
  writeFileSync(
    join(root, 'etc/jmb_local.cf'),
    `JMB_ROOM_END="hard"\nJMB_PROSODY_SECRET_FILE="/nowhere"\nJMB_LANG="en"\n${settings}`,
  );
  const store = open(file);
  const told: string[] = [];
  const log: string[] = [];
  let away = false;
  const tell = async <T>(words: string, result: T): Promise<T> => {
    if (away) throw new Error('connection refused');
    told.push(words.replaceAll('\u00a0', ' '));
    return result;
  };
  const service: RoomService = {
    version: () => tell('version', { host: '1', rooms: '1' }),
    rooms: () => tell('rooms', []),
    people: () => tell('people', { names: [], unnamed: 0, waiting: 0 }),
    say: (_, text) => tell(`say ${text}`, 'said'),
    close: (_, { message, reason, until }) =>
      tell(`close ${message} | ${reason} | +${(until - END) / 3600} h`, 'closed'),
    open: () => tell('open', undefined),
    revoke: (_, ids) => tell(`revoke ${ids.join(' ')}`, undefined),
    restore: (_, ids) => tell(`restore ${ids.join(' ')}`, undefined),
  };
  const context = (now: number) => ({
    settings: readSettings(root, {}),
    store,
    clock: fixedClock(now),
    log: { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) },
  });
  return {
    store,
    log,
    meeting: (facts = {}) => insertMeeting(store, clockAt(NOW), ALICE, { ...BOOKING, ...facts }).meeting,
    /** Cron at so many seconds after END, with Prosody there or away; what Prosody was told. */
    async cron(after: number, prosody: 'there' | 'away' = 'there'): Promise<string[]> {
      away = prosody === 'away';
      told.length = 0;
      await endRooms(context(END + after), service);
      return [...told];
    },
    due: (after: number) => dueEndings(context(END + after)).map(({ ending }) => ending.step),
  };
}

test('it is said at the end, said again, and then the room closes, each once', async () => {
  const jmb = house();
  jmb.meeting();
  expect(await jmb.cron(-MINUTE)).toEqual([]);
  expect(await jmb.cron(0)).toEqual(['say The meeting has ended. The room closes in 10 min.']);
  expect(await jmb.cron(MINUTE)).toEqual([]);
  expect(await jmb.cron(8 * MINUTE)).toEqual(['say The room closes in 2 min.']);
  expect(await jmb.cron(9 * MINUTE)).toEqual([]);
  expect(await jmb.cron(10 * MINUTE)).toEqual([
    'close The meeting has ended: the room is closing. | The meeting has ended. | +24 h',
  ]);
  expect(await jmb.cron(11 * MINUTE)).toEqual([]);
  expect(await jmb.cron(DAY)).toEqual([]);
});

test('with Prosody away nothing is lost: what is still true is said, the room closes late, and each run logs', async () => {
  const jmb = house();
  jmb.meeting();
  await jmb.cron(0, 'away');
  expect(jmb.log.filter((line) => line.startsWith('rooms-unreachable'))).toHaveLength(1);
  expect(await jmb.cron(3 * MINUTE)).toEqual(['say The meeting has ended. The room closes in 7 min.']);
  await jmb.cron(8 * MINUTE, 'away');
  await jmb.cron(10 * MINUTE, 'away');
  await jmb.cron(11 * MINUTE, 'away');
  expect(await jmb.cron(50 * MINUTE)).toHaveLength(1);
  expect(await jmb.cron(51 * MINUTE)).toEqual([]);
});

test('a day later no closing is made up for', async () => {
  const jmb = house();
  jmb.meeting();
  expect(jmb.due(DAY + 10 * MINUTE)).toEqual([]);
  expect(await jmb.cron(DAY + 10 * MINUTE)).toEqual([]);
});

test('soft ends close nothing', async () => {
  const jmb = house('JMB_ROOM_END="soft"\n');
  jmb.meeting();
  expect(jmb.due(0)).toEqual([]);
  expect(await jmb.cron(10 * MINUTE)).toEqual([]);
});

test('an extended meeting ends at its new end, and its closed room is opened', async () => {
  const jmb = house();
  const { id } = jmb.meeting();
  await jmb.cron(0);
  await jmb.cron(10 * MINUTE);
  const longer = { ...BOOKING, duration: BOOKING.duration + 30 * MINUTE };
  updateMeeting(jmb.store, id, 0, longer, END + 600);
  expect(await jmb.cron(11 * MINUTE)).toEqual(['open']);
  expect(await jmb.cron(12 * MINUTE)).toEqual([]);
  expect(await jmb.cron(30 * MINUTE)).toEqual(['say The meeting has ended. The room closes in 10 min.']);
  expect(await jmb.cron(40 * MINUTE)).toHaveLength(1);
});

test('no booking closes the room of another that runs or is to come', async () => {
  const jmb = house();
  const first = jmb.meeting();
  const next = jmb.meeting({ begin: END + DAY / 2 });
  const rename = () =>
    jmb.store.transaction(() =>
      jmb.store.run('UPDATE meetings SET meeting_name = ? WHERE meeting_id = ?', first.room, BigInt(next.id)),
    );
  rename();
  expect(await jmb.cron(0)).toEqual([]);
  expect(await jmb.cron(10 * MINUTE)).toEqual([]);
  expect(jmb.log.at(-1)).toContain('room-kept');
  expect(openOrders(jmb.store, END)).toEqual([]);
  // The last booking of the room closes it.
  expect(await jmb.cron(next.end - END + 10 * MINUTE)).toHaveLength(1);
});

test('a room that was closed opens when it is booked again', async () => {
  const jmb = house();
  const first = jmb.meeting();
  await jmb.cron(10 * MINUTE);
  const again = jmb.meeting({ begin: END + DAY / 2 });
  jmb.store.transaction(() =>
    jmb.store.run('UPDATE meetings SET meeting_name = ? WHERE meeting_id = ?', first.room, BigInt(again.id)),
  );
  expect(await jmb.cron(20 * MINUTE)).toEqual(['open']);
});

test('a private room is never closed', async () => {
  const jmb = house();
  countPrivate(jmb.store, jmb.meeting().room, NOW);
  expect(await jmb.cron(0)).toEqual([]);
  expect(await jmb.cron(10 * MINUTE)).toEqual([]);
});

test('without a grace the end closes, said two minutes before', async () => {
  const jmb = house('JMB_ROOM_GRACE="0"\n');
  jmb.meeting();
  expect(await jmb.cron(-2 * MINUTE)).toEqual(['say The room closes in 2 min.']);
  expect(await jmb.cron(0)).toEqual([
    'close The meeting has ended: the room is closing. | The meeting has ended. | +24 h',
  ]);
});
