import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { door } from '../../cgi-bin/join.ts';
import { hearRooms } from '../../cron/endings.ts';
import { fixedClock } from '../../lib/clock.ts';
import { Environment } from '../../lib/context.ts';
import { answer } from '../../lib/http/answer.ts';
import { health } from '../../lib/pages/health.ts';
import { readSettings } from '../../lib/settings.ts';
import { noteRun } from '../../lib/store/maintenance.ts';
import { claim, enqueue, postpone, untry } from '../../lib/store/outbox.ts';
import type { Store } from '../../lib/store/store.ts';
import { commandContext } from '../support/command_context.ts';
import { startRoomModule } from '../support/room_module.ts';
import { BOB, NOW, type Site, site } from './site.ts';

const HERE = 'JMB_DB="ROOT/jmb.db"\n';
const WELL = 'settings ok\ndatabase ok\ncron ok\noutbox ok\nrooms off\n';

const moment = (at: number) => ({ at, boot: 'one', uptime: 1 });
const ran = (store: Store, at = NOW - 60) => noteRun(store, 'remind', { ...moment(at), doubted: null });
const look = async (jmb: Site, later = 0) => {
  const { status, body } = await jmb.ask(health, { query: 'health', later });
  return { status, body };
};

it('says in a word each that all is well, to anybody, as plain text that nobody keeps', async () => {
  const jmb = site(HERE);
  ran(jmb.store);
  const told = await jmb.ask(health, { query: 'health' });
  expect(told).toMatchObject({ status: 200, body: WELL });
  expect(told.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(told.headers.get('cache-control')).toBe('no-store');
});

it('is 503 where cron never ran, or not for five minutes', async () => {
  const jmb = site(HERE);
  expect(await look(jmb)).toMatchObject({ status: 503, body: WELL.replace('cron ok', 'cron never') });
  ran(jmb.store);
  expect(await look(jmb, 240)).toMatchObject({ status: 200 });
  expect(await look(jmb, 241)).toMatchObject({ status: 503, body: WELL.replace('cron ok', 'cron late') });
  noteRun(jmb.store, 'remind', { ...moment(NOW - 86_400), doubted: NOW });
  expect((await look(jmb)).status).toBe(200);
});

it('is 503 where mails wait for half an hour and no server was asked or took any, not where one was put off for itself', async () => {
  const jmb = site(HERE);
  const { id } = jmb.meeting(86_400).meeting;
  const mail = { meetingId: id, kind: 'new', role: 'guest', content: '{}', expires: null } as const;
  enqueue(jmb.store, [{ ...mail, recipient: BOB, messageId: '<1@x>' }], NOW);
  ran(jmb.store, NOW + 1800);
  expect(await look(jmb, 1800)).toMatchObject({ status: 200 });
  expect(await look(jmb, 1801)).toMatchObject({ status: 503, body: WELL.replace('outbox ok', 'outbox late') });
  const take = () => claim(jmb.store, { by: 'me', now: NOW, leaseSeconds: 60, limit: 1 })[0]?.id ?? 0;
  // The server hangs, and then turns out to be away.
  const first = take();
  expect((await look(jmb, 1801)).body).toContain('outbox late');
  untry(jmb.store, first, 'me', 'connection refused', NOW);
  expect((await look(jmb, 1801)).body).toContain('outbox late');
  // This mailbox is full, and what was written after waits behind.
  postpone(jmb.store, take(), 'me', '452 full', NOW + 9000);
  enqueue(jmb.store, [{ ...mail, recipient: BOB, messageId: '<2@x>' }], NOW);
  expect((await look(jmb, 1801)).body).toContain('outbox ok');
});

it('hears of the room module from cron, and asks nobody itself', async () => {
  const module = await startRoomModule();
  try {
    const lines = Object.entries(module.settings).map(([name, value]) => `${name}="${value}"\n`);
    const jmb = site(HERE + lines.join(''));
    const log: string[] = [];
    const settings = Object.assign(readSettings('/nowhere', {}), module.settings);
    const context = commandContext(jmb.store, settings, fixedClock(NOW), { event: (name) => void log.push(name) });
    expect((await look(jmb)).body).toContain('cron never\noutbox ok\nrooms unknown\n');
    ran(jmb.store, NOW);
    expect((await look(jmb)).body).toContain('rooms silent\n');
    expect(await hearRooms(context, moment(NOW))).toBe('');
    expect(module.told).toEqual(['version {}']);
    expect(await look(jmb)).toMatchObject({ status: 200, body: WELL.replace('rooms off', 'rooms ok') });
    module.mood = 'broken';
    expect(await hearRooms(context, moment(NOW + 60))).toContain('status 500');
    expect(await hearRooms(context, moment(NOW + 301))).toContain('status 500');
    // One line when it falls silent, not one a minute.
    expect(log).toEqual(['rooms-unreachable']);
    ran(jmb.store, NOW + 301);
    expect(await look(jmb, 301)).toMatchObject({ status: 503, body: WELL.replace('rooms off', 'rooms silent') });
    expect(module.told).toHaveLength(3);
  } finally {
    await module.stop();
  }
});

it('answers through its door whatever is broken, makes no database, and does not wait for one that is locked', async () => {
  const root = mkdtempSync(join(tmpdir(), 'jmb-health-'));
  const settings = join(root, 'etc/jmb_local.cf');
  const file = join(root, 'jmb.db');
  const ask = async (method = 'GET') => {
    const env = { SCRIPT_NAME: '/join.cgi', QUERY_STRING: 'health=' };
    const request = { method, query: 'health=', body: new Uint8Array(), env };
    const begin = performance.now();
    const around = new Environment(root, 'join', {}, door.manner);
    const { status, body } = await answer(request, door, around);
    around.close();
    expect(performance.now() - begin).toBeLessThan(1_000);
    return `${status} ${String(body).replaceAll('\n', '; ')}`;
  };
  const nothing = 'cron unknown; outbox unknown; rooms unknown; ';
  try {
    mkdirSync(join(root, 'etc'));
    const well = `JMB_LOG="${root}/log"\nJMB_DB="${file}"\n`;
    writeFileSync(settings, well);
    expect(await ask('HEAD')).toBe(`503 settings ok; database missing; ${nothing}`);
    expect(await ask()).toBe(`503 settings ok; database missing; ${nothing}`);
    writeFileSync(settings, `${well}JMB_MAX_GUESTS="many"\n`);
    expect(await ask()).toBe(`503 settings wrong; database missing; ${nothing}`);
    writeFileSync(settings, well);
    writeFileSync(file, 'this is no database, whatever its name says\n'.repeat(100));
    expect(await ask()).toBe(`503 settings ok; database broken; ${nothing}`);
    rmSync(file);
    const other = new Database(file);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE run (run_name TEXT)');
    expect(await ask()).toBe(`503 settings ok; database broken; ${nothing}`);
    other.close();
    rmSync(settings);
    mkdirSync(settings);
    expect(await ask()).toMatch(new RegExp(`^503 settings wrong; .*${nothing}$`));
  } finally {
    rmSync(root, { recursive: true });
  }
});
