/**
 * Jitsi's own modules and ours in a real Prosody, configured by install.sh's edit of the package's example. Skipped where
 * JMB_JITSI_PLUGINS names no folder of them. Not run here: Jicofo (an account of its name makes rooms), a browser.
 */
import { basename, dirname } from 'node:path';
import xml from '@xmpp/xml';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Recipe } from '../../lib/install/prosody.ts';
import { type RoomService, roomService } from '../../lib/jitsi/rooms.ts';
import { makeToken } from '../../lib/jitsi/token.ts';
import { readSettings } from '../../lib/settings.ts';
import { APP_SECRET, RELEASES, recipesOf, releaseConfig } from '../support/jitsi_release.ts';
import { DOMAIN, MUC, type Prosody, startProsody } from '../support/prosody.ts';
import {
  configure,
  endOf,
  enter,
  FOCUS,
  GUEST,
  heard,
  type Session,
  type Stanza,
  signIn,
  standing,
  type Way,
} from '../support/xmpp_session.ts';
import { UIDS } from './uids.ts';

const sets: (readonly [string, Recipe, string])[] = RELEASES.flatMap((plugins) =>
  recipesOf(plugins).map((recipe) => [basename(dirname(dirname(plugins))), recipe, plugins] as const),
);

const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.leave();
});

const soon = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Jicofo's word on who is what in a room (XEP-0045 section 10.6). */
function affiliate(room: string, session: Session, affiliation: string): Stanza {
  const mine = session.stanzas.find((one) => one.is('iq') && one.getChild('bind') !== undefined);
  const jid = mine?.getChild('bind')?.getChildText('jid')?.split('/')[0] ?? '';
  const query = xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, xml('item', { affiliation, jid }));
  return xml('iq', { type: 'set', to: `${room}@${MUC}`, id: 'affiliate' }, query);
}

/** The address of the breakout room that the moderators were told of. */
function breakoutOf(session: Session): string | undefined {
  const told = session.stanzas.flatMap((stanza) => stanza.getChildText('json-message') ?? []).join('\n');
  return /[0-9a-f-]{36}@breakout\.[a-z.]+/.exec(told)?.[0];
}

describe.runIf(sets.length > 0).each(sets.length > 0 ? sets : [['none', 'current' as Recipe, '']])(
  'Jitsi of %s, %s recipe',
  (_name, recipe, plugins) => {
    let prosody: Prosody;
    let service: RoomService;
    beforeAll(async () => {
      prosody = await startProsody({ release: { plugins, config: releaseConfig(plugins, recipe) } });
      const made = roomService({ ...readSettings('/nowhere', {}), ...prosody.settings });
      if (made === undefined) throw new Error('not set');
      service = made;
    });
    afterAll(() => prosody?.stop());

    async function come(way: Way, visitor: object): Promise<Session> {
      const session = await signIn(prosody, way, visitor);
      sessions.push(session);
      return session;
    }

    async function tokenFor(room: string, id = 'alice'): Promise<string> {
      const settings = { ...readSettings('/nowhere', {}), JMB_JWT_SECRET: APP_SECRET, JMB_JWT_ISS: 'jmb' };
      const claims = { room, end: soon(), id, name: 'Alice', email: `${id}@example.org` };
      return await makeToken(claims, { ...settings, JMB_SERVER_NAME: DOMAIN }, Math.floor(Date.now() / 1000));
    }

    /** Jicofo makes each room before its people come. */
    async function jicofo(room: string): Promise<Session> {
      const focus = await come('websocket', FOCUS);
      expect(await enter(focus, room, 'focus')).toBe('in');
      return focus;
    }

    async function holder(room: string, id = 'alice', way: Way = 'websocket'): Promise<Session> {
      return come(way, { room, token: await tokenFor(room, id) });
    }

    async function refusal(way: Way, visitor: object, room: string): Promise<string> {
      try {
        return await enter(await come(way, { room, ...visitor }), room, 'stranger');
      } catch (error) {
        return `host: ${error instanceof Error ? error.message : error}`;
      }
    }

    it('lets a token holder in, as a moderator', async () => {
      await jicofo('weekly');
      const alice = await holder('weekly');
      expect(await enter(alice, 'weekly', 'alice')).toBe('in');
      if (recipe === 'current') {
        await expect.poll(() => standing(alice, 'weekly', 'alice').role).toBe('moderator');
      }
    });

    it.each<[Way, object]>([
      ['websocket', {}],
      ['websocket', { token: '' }],
      ['bosh', {}],
      ['c2s', {}],
    ])('refuses ?login=true without a token, alone and in a running meeting (%s %j)', async (way, visitor) => {
      expect(await refusal(way, visitor, 'alone')).toMatch(/^host: not-allowed/);
      await jicofo('running');
      const alice = await holder('running');
      expect(await enter(alice, 'running', 'alice')).toBe('in');
      expect(await refusal(way, visitor, 'running')).toMatch(/^host: not-allowed/);
    });

    it('refuses a token of another room, and one that nobody signed', async () => {
      await jicofo('one');
      const alice = await come('websocket', { room: 'one', token: await tokenFor('another') });
      expect(await enter(alice, 'one', 'alice')).toMatch(/^not-allowed/);
      const bad = `${(await tokenFor('one')).slice(0, -4)}AAAA`;
      expect(await refusal('websocket', { token: bad }, 'one')).toMatch(/^host: not-allowed/);
    });

    it('lets guests in once somebody has opened', async () => {
      await jicofo('open');
      const alice = await holder('open');
      expect(await enter(alice, 'open', 'alice')).toBe('in');
      const guest = await come('websocket', { ...GUEST, room: 'open' });
      expect(await enter(guest, 'open', 'guest')).toBe('in');
      await expect.poll(() => standing(guest, 'open', 'guest').role).toBe('participant');
    });

    it.runIf(recipe === 'current')('has guests wait who come first, and in when the host comes', async () => {
      const focus = await jicofo('later');
      const guest = await come('websocket', { ...GUEST, room: 'later' });
      expect(await enter(guest, 'later', 'guest')).toMatch(/^registration-required/);
      const alice = await holder('later');
      expect(await enter(alice, 'later', 'alice')).toBe('in');
      await expect.poll(() => enter(guest, 'later', 'guest')).toBe('in');
      await focus.leave();
    });

    it.each(UIDS)('opens the room of %s by the token of token.cgi', async (uid, name) => {
      await jicofo(name);
      const alice = await come('websocket', { room: name, token: await tokenFor(uid) });
      expect(await enter(alice, name, 'alice')).toBe('in');
    });

    it('has our module speak, count and end', async () => {
      await jicofo('told');
      const alice = await holder('told');
      await enter(alice, 'told', 'alice');
      const guest = await come('websocket', { ...GUEST, room: 'told' });
      await enter(guest, 'told', 'guest');
      expect(await service.say('told', 'five minutes')).toBe('said');
      for (const one of [alice, guest]) await expect.poll(() => heard(one)).toContain('JMB: five minutes');
      const row = (await service.rooms()).find(({ room }) => room === 'told');
      expect(row).toMatchObject({ participants: 2, breakout: 0, waiting: 0 });
      expect(Math.abs((row?.since ?? 0) - Date.now() / 1000)).toBeLessThan(60);
      expect(await service.close('told', { message: 'the end', reason: 'over', until: soon() })).toBe('closed');
      for (const one of [alice, guest]) {
        await expect.poll(() => heard(one)).toContain('JMB: the end');
        await expect.poll(() => endOf(one, 'told')).toBe('over');
      }
      const again = await holder('told');
      expect(await enter(again, 'told', 'alice')).toMatch(/^gone/);
      await service.open('told');
      await jicofo('told');
      expect(await enter(again, 'told', 'alice')).toBe('in');
    });

    it('speaks past a password', async () => {
      const focus = await jicofo('locked');
      const alice = await holder('locked');
      await enter(alice, 'locked', 'alice');
      expect(await configure(focus, 'locked', { 'muc#roomconfig_roomsecret': 'hidden' })).toBe('result');
      const guest = await come('websocket', { ...GUEST, room: 'locked' });
      expect(await enter(guest, 'locked', 'guest')).toMatch(/^not-authorized/);
      expect(await service.say('locked', 'soon')).toBe('said');
      await expect.poll(() => heard(alice)).toContain('JMB: soon');
    });

    it('speaks past a lobby, counts who waits, and ends it too', async () => {
      const focus = await jicofo('guarded');
      const alice = await holder('guarded');
      await enter(alice, 'guarded', 'alice');
      await focus.send(affiliate('guarded', alice, 'owner'));
      await expect.poll(() => standing(alice, 'guarded', 'alice').role).toBe('moderator');
      expect(await configure(alice, 'guarded', { 'muc#roomconfig_membersonly': '1' })).toBe('result');
      const guest = await come('websocket', { ...GUEST, room: 'guarded' });
      expect(await enter(guest, 'guarded', 'guest')).toMatch(/^registration-required/);
      expect(await enter(guest, `guarded@lobby.${DOMAIN}`, 'guest')).toBe('in');
      expect(await service.say('guarded', 'soon')).toBe('said');
      await expect.poll(() => heard(alice)).toContain('JMB: soon');
      const rooms = await service.rooms();
      expect(rooms.find(({ room }) => room === 'guarded')).toMatchObject({ participants: 1, waiting: 1 });
      await service.close('guarded', { message: 'the end', reason: 'over', until: soon() });
      await expect.poll(() => endOf(alice, 'guarded')).toBe('over');
      await expect.poll(() => endOf(guest, 'guarded')).toBeDefined();
    });

    it('speaks in breakout rooms, counts who is there, and ends them with the meeting', async () => {
      const focus = await jicofo('split');
      const alice = await holder('split');
      await enter(alice, 'split', 'alice');
      const bob = await holder('split', 'bob');
      await enter(bob, 'split', 'bob');
      // Only moderators make breakout rooms; the older recipe leaves it to Jicofo who is one.
      await focus.send(affiliate('split', alice, 'owner'));
      await expect.poll(() => standing(bob, 'split', 'alice').role).toBe('moderator');
      const add = { type: 'features/breakout-rooms/add', subject: 'A' };
      await alice.send(xml('message', { to: `breakout.${DOMAIN}` }, xml('breakout_rooms', add)));
      await expect.poll(() => breakoutOf(alice)).toBeDefined();
      const breakout = breakoutOf(alice) ?? '';
      expect(await enter(await come('websocket', FOCUS), breakout, 'focus')).toBe('in');
      expect(await enter(bob, breakout, 'bob')).toBe('in');
      expect(await service.say('split', 'five minutes')).toBe('said');
      for (const one of [alice, bob]) await expect.poll(() => heard(one)).toContain('JMB: five minutes');
      const rooms = await service.rooms();
      expect(rooms.find(({ room }) => room === 'split')).toMatchObject({ breakout: 1 });
      await service.close('split', { message: 'the end', reason: 'over', until: soon() });
      await expect.poll(() => endOf(alice, 'split')).toBe('over');
      await expect.poll(() => endOf(bob, breakout.split('@')[0] ?? '')).toBeDefined();
    });

    it.runIf(recipe === 'current')('ends a moderator’s ownership, at each return too', async () => {
      await jicofo('moderated');
      const alice = await holder('moderated');
      await enter(alice, 'moderated', 'alice');
      const bob = await holder('moderated', 'bob');
      await enter(bob, 'moderated', 'bob');
      await expect.poll(() => standing(alice, 'moderated', 'bob').role).toBe('moderator');
      await service.revoke('moderated', ['bob'], soon());
      await expect.poll(() => standing(alice, 'moderated', 'bob').role).toBe('participant');
      const again = await holder('moderated', 'bob');
      expect(await enter(again, 'moderated', 'bob2')).toBe('in');
      await expect.poll(() => standing(alice, 'moderated', 'bob2').role).toBe('participant');
      expect(standing(alice, 'moderated', 'alice').role).toBe('moderator');
    });

    it('leaves no error of ours in the log', () => {
      expect(prosody.log()).not.toMatch(/mod_jmb.*error|error.*mod_jmb|traceback/i);
    });
  },
);
