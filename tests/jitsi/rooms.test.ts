import { existsSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock } from '../../lib/clock.ts';
import { peopleInRooms } from '../../lib/jitsi/people_in_rooms.ts';
import { type RoomService, roomService } from '../../lib/jitsi/rooms.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';
import { scratch } from '../store/scratch.ts';
import { type RoomModule, startRoomModule } from '../support/room_module.ts';

const ABC = { room: 'abc', participants: 3, breakout: 2, waiting: 1, since: 1_795_510_800 };

let module: RoomModule;
let settings: Settings;
let service: RoomService;

beforeAll(async () => {
  module = await startRoomModule();
});
afterAll(() => module.stop());

beforeEach(() => {
  module.told.length = 0;
  module.rooms = [ABC];
  module.mood = 'well';
  settings = { ...readSettings('/nowhere', {}), ...module.settings, JMB_DB: scratch('jmb.db') };
  const set = roomService(settings);
  if (set === undefined) throw new Error('not set');
  service = set;
});

describe('the module’s client', () => {
  it('is nobody where no secret is set', () => {
    expect(roomService({ ...settings, JMB_PROSODY_SECRET_FILE: '' })).toBeUndefined();
  });

  it('asks and tells', async () => {
    expect(await service.version()).toEqual({ host: '1', rooms: '1' });
    expect(await service.rooms()).toEqual([ABC]);
    expect(await service.say('abc', 'Bonjour')).toBe('said');
    expect(await service.say('nobody', 'Bonjour')).toBe('empty');
    expect(await service.close('abc', { message: 'm', reason: 'r', until: 12 })).toBe('closed');
    await service.open('abc');
    await service.revoke('abc', ['bob'], 12);
    await service.restore('abc', ['bob']);
    expect(module.told.slice(4)).toEqual([
      'close {"room":"abc","message":"m","reason":"r","until":12}',
      'open {"room":"abc"}',
      'revoke {"room":"abc","ids":["bob"],"until":12}',
      'restore {"room":"abc","ids":["bob"]}',
    ]);
  });

  it('says what is wrong, and never the secret', async () => {
    module.mood = 'broken';
    await expect(service.rooms()).rejects.toThrow(/\/jmb\/rooms: status 500$/);
    module.mood = 'odd';
    await expect(service.rooms()).rejects.toThrow('no JSON object');
    const stranger = roomService({ ...settings, JMB_PROSODY_HOST: 'other.example.org' });
    await expect(stranger?.rooms()).rejects.toThrow('status 403');
    const away = roomService({ ...settings, JMB_PROSODY_URL: 'http://127.0.0.1:9/jmb' });
    await expect(away?.rooms()).rejects.toThrow('connection refused');
  });
});

describe('the people in rooms', () => {
  const log: string[] = [];
  const ask = (after: number) =>
    peopleInRooms({
      settings,
      clock: fixedClock(1_795_510_800 + after),
      log: { event: (name, fields) => void log.push(`${name} ${JSON.stringify(fields)}`) },
    });

  it('are asked for once in five seconds', async () => {
    expect([...((await ask(0)) ?? [])]).toEqual([['abc', 5]]);
    module.rooms = [];
    expect((await ask(4))?.get('abc')).toBe(5);
    expect(module.told).toHaveLength(1);
    expect((await ask(5))?.size).toBe(0);
    expect(module.told).toHaveLength(2);
  });

  it('are not waited for longer than 300 ms, nor asked for again at once; the answer before holds for a minute', async () => {
    await ask(0);
    module.mood = 'slow';
    const begin = performance.now();
    expect((await ask(10))?.get('abc')).toBe(5);
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(290);
    expect(took).toBeLessThan(600);
    expect((await ask(12))?.get('abc')).toBe(5);
    expect(performance.now() - begin).toBeLessThan(700);
    expect(log.at(-1)).toContain('no answer within 300 ms');
    module.mood = 'broken';
    expect(await ask(70)).toBeNull();
  });

  it('are kept for the programs, not for the world, and said to be unknown in the log', async () => {
    log.length = 0;
    await ask(0);
    expect(statSync(`${settings.JMB_DB}-rooms`).mode & 0o777).toBe(0o640);
    expect(log).toEqual([]);
    module.mood = 'broken';
    expect((await ask(59))?.get('abc')).toBe(5);
    expect(await ask(65)).toBeNull();
    expect(log).toHaveLength(2);
    expect(log[0]).toMatch(/^rooms-unknown \{"reason":"http.*\/jmb\/rooms: status 500"\}$/);
  });

  it('say nothing from a minute on', async () => {
    await ask(0);
    module.mood = 'broken';
    expect(await ask(60)).toBeNull();
  });

  it('are asked of nobody where no module is set up', async () => {
    log.length = 0;
    settings = { ...settings, JMB_PROSODY_SECRET_FILE: '' };
    expect(await ask(0)).toBeNull();
    expect([log, existsSync(`${settings.JMB_DB}-rooms`)]).toEqual([[], false]);
  });

  it('are not known where nothing can be written, read or asked, and that is all', async () => {
    settings = { ...settings, JMB_DB: '/nowhere/jmb.db' };
    expect(await ask(0)).toBeNull();
    settings = { ...settings, JMB_DB: scratch('jmb.db'), JMB_PROSODY_SECRET_FILE: '/nowhere' };
    writeFileSync(`${settings.JMB_DB}-rooms`, '[');
    expect(await ask(0)).toBeNull();
  });
});
