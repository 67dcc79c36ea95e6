/** A new file of our module while meetings run, in a real Prosody. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rooms } from '../../cron/check_prosody.ts';
import { takeUp } from '../../lib/install/services.ts';
import { type RoomService, roomService } from '../../lib/jitsi/rooms.ts';
import { readSettings } from '../../lib/settings.ts';
import { DOMAIN, MUC, type Prosody, startProsody } from '../support/prosody.ts';
import { enter, heard, type Session, signIn } from '../support/xmpp_session.ts';

let prosody: Prosody;
let service: RoomService;
let alice: Session;
let old: string;

beforeEach(async () => {
  prosody = await startProsody();
  service = serviceOf(prosody);
  old = readFileSync(prosody.module, 'utf8');
  alice = await signIn(prosody, 'websocket', { room: 'weekly', token: 'alice.weekly' });
  expect(await enter(alice, 'weekly', 'alice')).toBe('in');
});

afterEach(async () => {
  await alice?.leave();
  await prosody?.stop();
});

function serviceOf({ settings }: Prosody): RoomService {
  const made = roomService({ ...readSettings('/nowhere', {}), ...settings });
  if (made === undefined) throw new Error('not set');
  return made;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts another file where Prosody finds it, and has it taken up. */
function update(text: string): Promise<string | null> {
  writeFileSync(prosody.module, text);
  return takeUp(Buffer.from(text), { control: prosody.control, host: DOMAIN, component: MUC, service });
}

async function tokenless(room: string): Promise<string> {
  try {
    const session = await signIn(prosody, 'websocket', { room });
    const met = await enter(session, room, 'stranger');
    await session.leave();
    return met;
  } catch (error) {
    return `host: ${error instanceof Error ? error.message : error}`;
  }
}

it('is loaded, and seen to be; rooms, people and what was ordered stay', async () => {
  await service.revoke('weekly', ['mallory'], Math.floor(Date.now() / 1000) + 3600);
  await service.close('over', { message: 'm', reason: 'r', until: Math.floor(Date.now() / 1000) + 3600 });
  const [before] = await service.rooms();
  const text = `${old}\n-- another version\n`;
  expect(await update(text)).toBeNull();
  expect(await service.version()).toEqual({ host: digest(text), rooms: digest(text) });
  expect(await service.rooms()).toEqual([before]);
  expect(await service.say('weekly', 'still here')).toBe('said');
  await expect.poll(() => heard(alice)).toContain('JMB: still here');
  const bob = await signIn(prosody, 'websocket', { room: 'over', token: 'bob.over' });
  expect(await enter(bob, 'over', 'bob')).toMatch(/^(gone|not-allowed|service-unavailable)/);
  await bob.leave();
  expect(await tokenless('weekly')).toBe('host: not-allowed');
  // Nothing is left of the old one that would say everything twice.
  await service.say('weekly', 'once');
  await service.say('weekly', 'the end');
  await expect.poll(() => heard(alice)).toContain('JMB: the end');
  expect(heard(alice).filter((line) => line === 'JMB: once')).toHaveLength(1);
});

it('is what jmb check looks at, on both parts', async () => {
  const root = mkdtempSync(join(tmpdir(), 'jmb-check-'));
  mkdirSync(join(root, 'prosody'));
  const settings = { ...readSettings('/nowhere', {}), ...prosody.settings };
  const ours = join(root, 'prosody/mod_jmb.lua');
  writeFileSync(ours, old);
  expect(await rooms(settings, root)).toMatchObject({ verdict: 'ok' });
  writeFileSync(ours, `${old}\n`);
  expect(await rooms(settings, root)).toMatchObject({ verdict: 'warning', detail: expect.stringContaining('on both') });
  writeFileSync(ours, old);
  prosody.shell(`module:unload("jmb", "${MUC}")`);
  const gone = await rooms(settings, root);
  expect(gone).toMatchObject({ verdict: 'wrong', detail: expect.stringContaining('the component of rooms') });
  await prosody.kill();
  await expect(rooms(settings, root)).rejects.toThrow(/jmb\/version: connection refused$/);
  expect(await rooms({ ...settings, JMB_PROSODY_SECRET_FILE: join(root, 'none') }, root)).toEqual({
    verdict: 'wrong',
    detail: `${join(root, 'none')}: no such file`,
  });
  expect(await rooms({ ...settings, JMB_PROSODY_SECRET_FILE: '' }, root)).toMatchObject({ verdict: 'off' });
  rmSync(root, { recursive: true });
});

it('is left alone where it is loaded already', async () => {
  const log = prosody.log().length;
  expect(await update(old)).toBeNull();
  expect(prosody.log().slice(log)).not.toMatch(/jmb.*(un)?load/i);
});

it('with an error of syntax leaves the old one', async () => {
  expect(await update(`${old}\nthis is no Lua`)).toBe(
    `Prosody goes on with the mod_jmb of before on ${DOMAIN}; Prosody’s log says why`,
  );
  expect(await service.version()).toEqual({ host: digest(old), rooms: digest(old) });
  expect(await tokenless('weekly')).toBe('host: not-allowed');
  expect(await service.rooms()).toHaveLength(1);
});

it('with an error as it is loaded leaves the second door, and the file of before mends it', async () => {
  expect(await update(`error("broken");\n${old}`)).toBe(`mod_jmb does not load on ${DOMAIN}; Prosody’s log says why`);
  expect(await tokenless('weekly')).toMatch(/^not-allowed/);
  expect(await tokenless('new')).toMatch(/^not-allowed/);
  expect(await update(old)).toBeNull();
  expect(await tokenless('weekly')).toBe('host: not-allowed');
  expect(await service.rooms()).toHaveLength(1);
  await service.say('weekly', 'mended');
  await expect.poll(() => heard(alice)).toContain('JMB: mended');
});
