/** Answers counted by page and status, by programs that end at once and by those that stay, and told to Prometheus. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { door as booking } from '../../cgi-bin/booking.ts';
import { door as ical } from '../../cgi-bin/ical.ts';
import { door as joining } from '../../cgi-bin/join.ts';
import { exposition, metricsOf } from '../../cron/metrics.ts';
import { Environment } from '../../lib/context.ts';
import { answersCounted, foldAnswers, noteAnswers, tallyLine } from '../../lib/http/tally.ts';
import { enqueue } from '../../lib/store/outbox.ts';
import { startRoomModule } from '../support/room_module.ts';
import { Answers, requestBytes } from './records.ts';
import { buildDoor, type Door, runCgi, startFastcgi } from './run_door.ts';

let door: Door;
let database: string;
beforeAll(async () => {
  door = await buildDoor();
  database = join(door.root, 'jmb.db');
  door.settings(`JMB_DB="${database}"\nJMB_LOG="${door.root}/log"\n`);
});
afterAll(() => door.remove());

const counted = () => Object.fromEntries(answersCounted(database));

it('calls a page by the program and the action, whatever else is asked', () => {
  const line = (program: string, one: typeof booking, query: string, script = `/${program}.cgi`) =>
    tallyLine(program, one, { method: 'GET', query, body: new Uint8Array(), env: { SCRIPT_NAME: script } }, 200);
  expect(line('booking', booking, 'list=')).toBe('booking.cgi?list 200\n');
  expect(line('booking', booking, 'people=al')).toBe('booking.cgi?people 200\n');
  expect(line('booking', booking, 'no 500\nbooking.cgi?list')).toBe('booking.cgi?(unknown) 200\n');
  expect(line('ical', ical, 'Az09')).toBe('ical.cgi?* 200\n');
  expect(line('join', joining, 'id=secret')).toBe('join.cgi 200\n');
  expect(line('join', joining, 'front', '/close.cgi')).toBe('close.cgi 200\n');
});

it('counts what plain CGI and a door that stays answer, once each, while cron adds up', async () => {
  await runCgi(door, { QUERY_STRING: 'zone' });
  await runCgi(door, { QUERY_STRING: 'count' });
  await runCgi(door, { QUERY_STRING: 'count', REQUEST_METHOD: 'DELETE' });
  await expect.poll(counted).toEqual({ 'door.cgi?zone 200': 1, 'door.cgi?count 200': 1, 'door.cgi?count 405': 1 });
  foldAnswers(database);
  const standing = await startFastcgi(door);
  await new Promise<void>((resolve) => {
    const socket = connect(standing.path);
    const answers = new Answers();
    socket.on('data', (piece) => answers.push(piece)).on('close', () => resolve());
    socket.write(
      requestBytes(1, { REQUEST_METHOD: 'GET', SCRIPT_NAME: '/door.cgi', QUERY_STRING: 'zone' }, undefined, {
        keep: false,
      }),
    );
  });
  // Before its second is over.
  standing.child.kill('SIGTERM');
  expect(await standing.ended).toBe(0);
  const all = { 'door.cgi?zone 200': 2, 'door.cgi?count 200': 1, 'door.cgi?count 405': 1 };
  expect(counted()).toEqual(all);
  // Somebody wrote into it when it had been put aside already.
  const [aside = ''] = readdirSync(door.root).filter((name) => /-requests\.\d+$/.test(name));
  noteAnswers(join(door.root, 'elsewhere/jmb.db'), 'door.cgi 200\n');
  copyFileSync(join(door.root, aside), join(door.root, 'kept'));
  foldAnswers(database);
  expect(counted()).toEqual(all);
  // The run was killed before it took away what it had added.
  copyFileSync(join(door.root, 'kept'), join(door.root, aside));
  expect(counted()).toEqual(all);
  foldAnswers(database);
  expect(existsSync(join(door.root, aside))).toBe(false);
  foldAnswers(database);
  expect(counted()).toEqual(all);
  expect(readFileSync(`${database}-requests.sums`, 'utf8')).toContain('\ndoor.cgi?zone 200 2\n');
});

/** The text format 0.0.4, read strictly: each metric with its HELP and TYPE before its samples, once, and every value a number. */
function parse(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const seen = new Set<string>();
  let current = '';
  expect(text.endsWith('\n')).toBe(true);
  for (const [at, line] of text.trimEnd().split('\n').entries()) {
    const help = /^# HELP (jmb_[a-z_]+) \S[^\\]*$/.exec(line)?.[1];
    const type = /^# TYPE (jmb_[a-z_]+) (gauge|counter)$/.exec(line);
    const sample = /^(jmb_[a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?\d+(?:\.\d+)?)$/.exec(line);
    if (help !== undefined) {
      expect(seen.has(help)).toBe(false);
      seen.add(help);
      current = help;
    } else if (type !== null) {
      expect(type[1]).toBe(current);
      expect(type[2] === 'counter').toBe(current.endsWith('_total'));
    } else {
      expect(sample?.[1], `line ${at + 1}: ${line}`).toBe(current);
      const name = `${sample?.[1]}${sample?.[2] ?? ''}`;
      expect(found.has(name)).toBe(false);
      found.set(name, Number(sample?.[3]));
    }
  }
  return found;
}

it('tells them, mails by state and age, and people in rooms, as Prometheus reads it', async () => {
  const module = await startRoomModule();
  try {
    module.rooms = [{ room: 'abc', participants: 3, breakout: 2, waiting: 1, since: 0 }];
    const lines = Object.entries(module.settings).map(([name, value]) => `${name}="${value}"\n`);
    door.settings(`JMB_DB="${database}"\nJMB_LOG="${door.root}/log"\n${lines.join('')}`);
    const around = new Environment(door.root, 'jmb', {});
    const context = around.contextIn('fr');
    const mail = {
      meetingId: '7',
      kind: 'new',
      recipient: 'a@x.test',
      role: 'guest',
      content: '',
      expires: null,
    } as const;
    const now = context.clock.now();
    enqueue(context.store, [{ ...mail, messageId: '<1@x>' }], now - 7_000);
    enqueue(context.store, [{ ...mail, messageId: '<2@x>' }], now - 10);
    noteAnswers(database, 'door.cgi?zone 200\nhalf a li');
    const told = parse(exposition(await metricsOf(context)));
    expect(told.get('jmb_requests_total{page="door.cgi?zone",status="200"}')).toBe(3);
    expect(told.get('jmb_mails{state="waiting",age="10m"}')).toBe(1);
    expect(told.get('jmb_mails{state="waiting",age="1h"}')).toBe(0);
    expect(told.get('jmb_mails{state="waiting",age="1d"}')).toBe(1);
    expect(told.get('jmb_mail_oldest_waiting_seconds')).toBeGreaterThanOrEqual(7_000);
    expect(told.get('jmb_people{where="breakout"}')).toBe(2);
    expect(told.get('jmb_meetings{state="planned"}')).toBe(0);
    module.mood = 'broken';
    const less = parse(exposition(await metricsOf(context)));
    expect(less.get('jmb_rooms_up')).toBe(0);
    expect([...less.keys()].some((name) => name.startsWith('jmb_people'))).toBe(false);
    around.close();
  } finally {
    await module.stop();
  }
});
