/** Our module in a real Prosody, met by people who come as browsers and programs do. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RoomService, roomService } from '../../lib/jitsi/rooms.ts';
import { readSettings } from '../../lib/settings.ts';
import { MUC, type Prosody, startProsody } from '../support/prosody.ts';
import {
  configure,
  endOf,
  enter,
  FOCUS,
  GUEST,
  heard,
  type Session,
  signIn,
  standing,
  type Visitor,
  type Way,
} from '../support/xmpp_session.ts';

const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.leave();
});

async function come(prosody: Prosody, way: Way, visitor: Visitor = {}): Promise<Session> {
  const session = await signIn(prosody, way, visitor);
  sessions.push(session);
  return session;
}

/** What becomes of somebody who wants into a room: refused at the door of the host, of the room, or in. */
async function attempt(prosody: Prosody, way: Way, visitor: Visitor, room: string): Promise<string> {
  let session: Session;
  try {
    session = await come(prosody, way, { room, ...visitor });
  } catch (error) {
    return `host: ${error instanceof Error ? error.message : error}`;
  }
  return enter(session, room, 'someone');
}

function serviceOf(prosody: Prosody): RoomService {
  const service = roomService({ ...readSettings('/nowhere', {}), ...prosody.settings });
  if (service === undefined) throw new Error('not set');
  return service;
}

const soon = (): number => Math.floor(Date.now() / 1000) + 3600;

/** A token holder who opens a room. */
function holder(prosody: Prosody, room: string, id = 'alice'): Promise<Session> {
  return come(prosody, 'websocket', { room, token: `${id}.${room}` });
}

const WAYS: readonly (readonly [Way, Visitor])[] = [
  ['websocket', {}],
  ['websocket', { token: '' }],
  ['bosh', {}],
  ['bosh', { token: '' }],
  ['c2s', {}],
];

describe.each([
  ['both doors', { host: true, component: true }, /^host: not-allowed$/],
  ['the door of the host alone', { host: true, component: false }, /^host: not-allowed$/],
  [
    'the doors of the rooms alone',
    { host: false, component: true },
    /^not-allowed: token required$|^host: not-allowed$/,
  ],
])('%s', (_name, parts, refusal) => {
  let prosody: Prosody;
  beforeAll(async () => {
    prosody = await startProsody(parts);
  });
  afterAll(() => prosody?.stop());

  it.each(WAYS)('keep a session without a token from making a room (%s %j)', async (way, visitor) => {
    expect(await attempt(prosody, way, visitor, 'new')).toMatch(refusal);
    const alice = await holder(prosody, 'new');
    expect(await enter(alice, 'new', 'alice')).toBe('in');
  });

  it.each(WAYS)('keep it out of a running one (%s %j)', async (way, visitor) => {
    const alice = await holder(prosody, 'running');
    expect(await enter(alice, 'running', 'alice')).toBe('in');
    expect(await attempt(prosody, way, visitor, 'running')).toMatch(refusal);
    expect(standing(alice, 'running', 'someone')).toEqual({});
    expect(standing(alice, 'running', 'alice')).toEqual({ role: 'moderator', affiliation: 'owner' });
  });

  it.each(['websocket', 'bosh'] as const)('let token holders, then guests and Jicofo in (%s)', async (way) => {
    expect(await attempt(prosody, way, { token: 'alice.open' }, 'open')).toBe('in');
    expect(await attempt(prosody, way, GUEST, 'open').catch(String)).not.toBe('in');
    const guest = await come(prosody, way, GUEST);
    expect(await enter(guest, 'open', 'guest')).toBe('in');
    const focus = await come(prosody, 'c2s', FOCUS);
    expect(await enter(focus, 'open', 'focus')).toBe('in');
    expect(await enter(focus, 'made-by-focus', 'focus')).toBe('in');
  });
});

describe('asked by JMB', () => {
  let prosody: Prosody;
  let service: RoomService;
  beforeAll(async () => {
    prosody = await startProsody();
    service = serviceOf(prosody);
  });
  afterAll(() => prosody?.stop());

  it('says a line to everybody in a room, as the room', async () => {
    const alice = await holder(prosody, 'said');
    await enter(alice, 'said', 'alice');
    const guest = await come(prosody, 'bosh', GUEST);
    await enter(guest, 'said', 'guest');
    expect(await service.say('said', 'La réunion se termine dans 15 minutes <&>')).toBe('said');
    for (const one of [alice, guest]) {
      await expect.poll(() => heard(one)).toEqual(['JMB: La réunion se termine dans 15 minutes <&>']);
    }
  });

  it('says it with a password, members only and moderation on', async () => {
    const alice = await holder(prosody, 'shut');
    await enter(alice, 'shut', 'alice');
    const guest = await come(prosody, 'websocket', GUEST);
    await enter(guest, 'shut', 'guest');
    const shut = {
      'muc#roomconfig_passwordprotectedroom': '1',
      'muc#roomconfig_roomsecret': 'geheim',
      'muc#roomconfig_moderatedroom': '1',
      'muc#roomconfig_membersonly': '0',
    };
    expect(await configure(alice, 'shut', shut)).toBe('result');
    const other = await come(prosody, 'websocket', GUEST);
    expect(await enter(other, 'shut', 'other')).toMatch(/^not-authorized/);
    expect(await service.say('shut', 'Encore 5 minutes')).toBe('said');
    for (const one of [alice, guest]) await expect.poll(() => heard(one)).toContain('JMB: Encore 5 minutes');
    expect(heard(other)).toEqual([]);
  });

  it('opens no room to say it, and says it to nobody but Jicofo neither', async () => {
    expect(await service.say('empty', 'hello')).toBe('empty');
    const focus = await come(prosody, 'c2s', FOCUS);
    await enter(focus, 'focus-only', 'focus');
    expect(await service.say('focus-only', 'hello')).toBe('empty');
    expect(heard(focus)).toEqual([]);
  });

  it('tells which rooms are open, with how many people', async () => {
    const alice = await holder(prosody, 'counted');
    await enter(alice, 'counted', 'alice');
    const guest = await come(prosody, 'websocket', GUEST);
    await enter(guest, 'counted', 'guest');
    const focus = await come(prosody, 'c2s', FOCUS);
    await enter(focus, 'counted', 'focus');
    await enter(focus, 'health-check', 'focus');
    const names = ['alice', 'guest'];
    expect({ ...(await service.people('counted')) }).toEqual({
      names: expect.arrayContaining(names),
      unnamed: 0,
      waiting: 0,
    });
    expect(await service.people('nobody-is-here')).toEqual({ names: [], unnamed: 0, waiting: 0 });
    const rooms = await service.rooms();
    const counted = rooms.find(({ room }) => room === 'counted');
    expect(counted).toMatchObject({ participants: 2, breakout: 0, waiting: 0 });
    expect(Math.abs((counted?.since ?? 0) - Date.now() / 1000)).toBeLessThan(5);
    expect(rooms.map(({ room }) => room)).not.toContain('health-check');
  });

  it('ends a room with a line and a reason, keeps it closed, and opens it again', async () => {
    const alice = await holder(prosody, 'ended');
    await enter(alice, 'ended', 'alice');
    const guest = await come(prosody, 'bosh', GUEST);
    await enter(guest, 'ended', 'guest');
    const how = { message: 'La salle ferme', reason: 'La réunion est finie', until: soon() };
    expect(await service.close('ended', how)).toBe('closed');
    for (const one of [alice, guest]) {
      await expect.poll(() => endOf(one, 'ended')).toBe('La réunion est finie');
      expect(heard(one)).toEqual(['JMB: La salle ferme']);
    }
    expect(await enter(alice, 'ended', 'alice')).toBe('gone: The meeting has been terminated');
    const late = await come(prosody, 'websocket', GUEST);
    expect(await enter(late, 'ended', 'late')).toMatch(/^gone/);
    const focus = await come(prosody, 'c2s', FOCUS);
    expect(await enter(focus, 'ended', 'focus')).toMatch(/^gone/);
    await service.open('ended');
    expect(await enter(alice, 'ended', 'alice')).toBe('in');
  });

  it('closes a room in which nobody is yet, only until then', async () => {
    expect(await service.close('later', { message: 'm', reason: 'r', until: Math.floor(Date.now() / 1000) + 2 })).toBe(
      'empty',
    );
    const alice = await holder(prosody, 'later');
    expect(await enter(alice, 'later', 'alice')).toMatch(/^gone/);
    await expect.poll(() => enter(alice, 'later', 'alice'), { interval: 300 }).toBe('in');
  });

  it('keeps rooms closed when Prosody starts anew', async () => {
    await service.close('kept', { message: 'm', reason: 'r', until: soon() });
    await prosody.kill();
    await prosody.start();
    const alice = await holder(prosody, 'kept');
    expect(await enter(alice, 'kept', 'alice')).toMatch(/^gone/);
    await service.open('kept');
    expect(await enter(alice, 'kept', 'alice')).toBe('in');
  });

  it('ends somebody’s ownership at once and at each return, and gives it back', async () => {
    const alice = await holder(prosody, 'moderated', 'alice');
    await enter(alice, 'moderated', 'alice');
    const bob = await holder(prosody, 'moderated', 'bob');
    await enter(bob, 'moderated', 'bob');
    await expect.poll(() => standing(alice, 'moderated', 'bob').affiliation).toBe('owner');
    await service.revoke('moderated', ['bob', 'bob@example.org'], soon());
    await expect.poll(() => standing(alice, 'moderated', 'bob')).toEqual({ role: 'participant', affiliation: 'none' });
    expect(standing(alice, 'moderated', 'alice').role).toBe('moderator');
    const again = await holder(prosody, 'moderated', 'bob');
    expect(await enter(again, 'moderated', 'bob2')).toBe('in');
    await expect.poll(() => standing(alice, 'moderated', 'bob2').role).toBe('participant');
    expect(standing(alice, 'moderated', 'bob2').affiliation).not.toBe('owner');
    await service.restore('moderated', ['bob']);
    const back = await holder(prosody, 'moderated', 'bob');
    await enter(back, 'moderated', 'bob3');
    await expect.poll(() => standing(alice, 'moderated', 'bob3').role).toBe('moderator');
  });

  it('answers nobody without the secret, nor what came through a proxy', async () => {
    const ask = (headers: Record<string, string>): Promise<number> =>
      import('node:http').then(
        ({ request }) =>
          new Promise((done, fail) => {
            const options = { method: 'POST', headers: { Host: prosody.settings['JMB_PROSODY_HOST'], ...headers } };
            const asked = request(`http://127.0.0.1:${prosody.http}/jmb/rooms`, options, (response) => {
              response.resume();
              done(response.statusCode ?? 0);
            });
            asked.on('error', fail);
            asked.end('{}');
          }),
      );
    const known = { Authorization: 'Bearer the secret of the tests' };
    expect(await ask(known)).toBe(200);
    expect(await ask({})).toBe(403);
    expect(await ask({ Authorization: 'Bearer wrong' })).toBe(403);
    expect(await ask({ Authorization: 'Bearer ' })).toBe(403);
    expect(await ask({ ...known, 'X-Forwarded-For': '127.0.0.1' })).toBe(403);
    expect(await ask({ ...known, Forwarded: 'for=127.0.0.1' })).toBe(403);
    expect(await ask({ ...known, Host: `guest.${prosody.settings['JMB_PROSODY_HOST']}` })).toBe(404);
  });

  it('takes no question that it does not understand', async () => {
    await expect(service.say('', 'x')).rejects.toThrow(/status 400/);
    await expect(service.say('a@b', 'x')).rejects.toThrow(/status 400/);
    await expect(service.say('room', 'x'.repeat(5_000))).rejects.toThrow(/status 400/);
    await expect(service.close('room', { message: 'm', reason: '', until: soon() })).rejects.toThrow(/status 400/);
    await expect(service.revoke('room', ['x'.repeat(2_000)], soon())).rejects.toThrow(/status 400/);
    expect(prosody.log()).not.toMatch(/traceback/i);
    expect(MUC).toMatch(/^conference/);
  });
});
