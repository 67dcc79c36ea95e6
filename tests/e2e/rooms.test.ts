/** Rooms that run, through Apache and by cron: who is there, extended, deleted, closed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { openStore } from '../../lib/store/store.ts';
import { jmbCommand } from '../support/command.ts';
import { hiddenFields } from '../support/forms.ts';
import { type RoomModule, startRoomModule } from '../support/room_module.ts';
import { type Stage, stage } from '../support/stage.ts';
import { readLog } from '../support/tree.ts';

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const MINUTE = 60;

let module: RoomModule;
let jmb: Stage;

beforeAll(async () => {
  module = await startRoomModule();
  jmb = await stage({
    settings: { ...module.settings, JMB_ROOM_END: 'hard', JMB_MAIL_REMINDER: '', JMB_XMPP_REMINDER: '' },
  });
  await jmb.ask('/booking.cgi', { as: 'alice' });
});
afterAll(async () => {
  await jmb?.stop();
  await module?.stop();
});
beforeEach(() => {
  module.told.length = 0;
  module.rooms = [];
  module.mood = 'well';
});

/** A meeting of alice's that begins so many minutes from now and lasts an hour. */
function plant(subject: string, minutes: number) {
  const store = openStore(jmb.db);
  const begin = systemClock.now() + minutes * MINUTE;
  const { meeting } = insertMeeting(store, systemClock, ALICE, {
    subject,
    begin,
    duration: 60 * MINUTE,
    moderators: [],
    guests: [BOB],
  });
  store.close();
  return meeting;
}

const cron = (now: number) => jmbCommand(jmb, 'remind', '--now', String(now));
const verbs = () => module.told.map((line) => line.split(' ')[0]);

it('the list asks nothing while nothing runs, and says who is there while something does', async () => {
  const later = plant('Plus tard', 600);
  await jmb.ask('/booking.cgi', { as: 'alice' });
  expect(module.told).toEqual([]);
  const { id, room } = plant('En cours', -10);
  module.rooms = [{ room, participants: 3, breakout: 1, waiting: 0, since: systemClock.now() }];
  module.people = { names: ['Alice', 'Bob', 'Zoé'], unnamed: 1, waiting: 0 };
  for (const who of ['alice', 'bob']) {
    expect(await (await jmb.ask('/booking.cgi', { as: who })).text()).toContain('4 personnes dans la salle');
  }
  expect(verbs().length).toBeLessThan(3);
  module.told.length = 0;
  module.people = { names: ['Bob', 'Zoé', 'Alice'], unnamed: 1, waiting: 0 };
  const own = await (await jmb.ask(`/booking.cgi?attendees&id=${id}`, { as: 'alice' })).text();
  expect(own).toContain('4 personnes dans la salle');
  expect(own).toContain('<li>Alice</li><li>Bob</li><li>Zoé</li>');
  await jmb.ask(`/booking.cgi?attendees&id=${later.id}`, { as: 'alice' });
  expect(module.told).toEqual([`people {"room":"${room}"}`]);
});

it('jmb rooms says what is open, with its meeting', async () => {
  const { id, room } = plant('Conseil', -10);
  const since = systemClock.now();
  module.rooms = [
    { room: 'alice', participants: 1, breakout: 0, waiting: 2, since },
    { room, participants: 3, breakout: 1, waiting: 0, since: since - 60 },
  ];
  const said = await jmbCommand(jmb, 'rooms');
  expect(said.status).toBe(0);
  const lines = said.stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(new RegExp(`^since \\d{4}-.* {3}3 people, 1 in breakout rooms  ${room}  ${id}  Conseil$`));
  expect(lines[1]).toMatch(/1 people, 2 waiting {2}alice {2}no meeting$/);
  const [first, second] = JSON.parse((await jmbCommand(jmb, 'rooms', '--json')).stdout) as unknown[];
  expect(first).toMatchObject({ room, participants: 3, breakout: 1, waiting: 0, meeting: { id, subject: 'Conseil' } });
  expect(second).toMatchObject({ room: 'alice', meeting: null });
  module.rooms = [];
  expect((await jmbCommand(jmb, 'rooms')).stdout).toBe('no room is open\n');
  module.mood = 'broken';
  const broken = await jmbCommand(jmb, 'rooms');
  expect(broken).toMatchObject({ status: 1, stdout: '' });
  expect(broken.stderr).toMatch(/^jmb: Prosody does not tell its rooms .*status 500\n$/);
});

it('a button of the list moves the end, and the room hears it', async () => {
  const { id, end } = plant('À prolonger', -30);
  const list = await jmb.ask('/booking.cgi', { as: 'alice' });
  const form = { ...(await hiddenFields(list)), conf_tsn: id, conf_end: String(end), conf_minutes: '30' };
  const pressed = await jmb.ask('/booking.cgi?extend', { as: 'alice', form });
  expect(pressed.status).toBe(303);
  expect(pressed.headers.get('location')).toBe(`/booking.cgi?list&notice=extended&of=${id}#m${id}`);
  expect(module.told.at(-1)).toMatch(/^say .*La réunion est prolongée jusqu’à \d\d:\d\d\./);
  expect((await jmb.ask('/booking.cgi?extend', { as: 'alice' })).status).toBe(405);
  expect(jmb.mails).toEqual([]);
});

it('deleting a meeting closes its room; with Prosody out of order the page succeeds, and cron closes it', async () => {
  const remove = async (id: string) => {
    const asked = await jmb.ask(`/booking.cgi?del&id=${id}`, { as: 'alice' });
    return jmb.ask('/booking.cgi?del', { as: 'alice', form: await hiddenFields(asked) });
  };
  // One to come, and one that runs.
  for (const begin of [5, -10]) {
    const one = plant('À supprimer', begin);
    expect((await remove(one.id)).status).toBe(303);
    const closing = module.told.splice(0).filter((line) => line.startsWith('close'));
    expect(closing).toHaveLength(1);
    expect(closing[0]).toContain(`"room":"${one.room}"`);
    expect(closing[0]).toContain('"reason":"La réunion a été supprimée."');
  }

  module.mood = 'broken';
  const second = plant('À supprimer aussi', 5);
  module.told.length = 0;
  const begin = performance.now();
  expect((await remove(second.id)).status).toBe(303);
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(jmb.log()).toMatch(/rooms-unreachable.*left=1/);
  module.mood = 'well';
  module.told.length = 0;
  await cron(systemClock.now() + MINUTE);
  expect(module.told.filter((line) => line.includes(second.room))).toHaveLength(1);
  module.told.length = 0;
  await cron(systemClock.now() + 2 * MINUTE);
  expect(module.told.filter((line) => line.includes(second.room))).toEqual([]);
});

it('cron says that it is over, then closes the room, once', async () => {
  const { end, room } = plant('À finir', -50);
  const mine = () => module.told.splice(0).filter((line) => line.includes(room));
  expect((await cron(end)).status).toBe(0);
  expect(mine().join()).toContain('say');
  expect((await jmbCommand(jmb, 'remind', '--dry-run', '--now', String(end + 10 * MINUTE))).stdout).toContain(
    `ending: ${room} closed`,
  );
  await cron(end + 10 * MINUTE);
  expect(mine().join()).toMatch(/^close .*La réunion est terminée/);
  await cron(end + 11 * MINUTE);
  expect(mine()).toEqual([]);
  expect(readLog(jmb.root, 'jmb.log')).toContain('room-told-to');
});

it('where no secret is set nothing is asked, and jmb rooms says so', async () => {
  const settings = join(jmb.root, 'etc/jmb_local.cf');
  writeFileSync(settings, '\nJMB_PROSODY_SECRET_FILE=""\n', { flag: 'a' });
  plant('En cours', -10);
  expect(await (await jmb.ask('/booking.cgi', { as: 'alice' })).text()).not.toContain('dans la salle');
  const said = await jmbCommand(jmb, 'rooms');
  expect(said).toMatchObject({ status: 1, stdout: '' });
  expect(said.stderr).toContain('JMB_PROSODY_SECRET_FILE is empty');
  expect(verbs()).toEqual([]);
});
