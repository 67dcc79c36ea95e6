import { describe, expect, it } from 'vitest';
import { roomName } from '../../lib/jitsi/room_name.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import { close } from '../../lib/pages/ways_out.ts';
import { removeMeeting } from '../../lib/store/bookings.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const HOUR = 3600;
const DAY = 86_400;

/** What a token claims; that it is rightly signed is looked at elsewhere. */
function claims(location = ''): { room: string; exp: number; context: { user: Record<string, string> } } {
  const payload = /jwt=[\w-]+\.([\w-]+)\./.exec(location)?.[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

/** A meeting an hour from NOW with everyone's secret. */
function scene(jmb: Site, begin = HOUR) {
  const { meeting, attendees } = jmb.meeting(begin, {
    moderators: ['mod@notexample.org', 'mod@example.org'],
    names: new Map([['mod@notexample.org', 'Hans Müller']]),
  });
  const hash = (email: string) => attendees.find((one) => one.email === email)?.hash ?? '';
  const state = (email: string) => invitationByHash(jmb.store, hash(email))?.attendee;
  return { meeting, hash, state };
}

const door = { SCRIPT_NAME: '/cgi-bin/join.cgi' };

describe('join.cgi', () => {
  const jmb = site();
  const { meeting, hash, state } = scene(jmb);
  const join = (email: string, more: object = {}) =>
    jmb.ask(roomJoin, { query: `id=${hash(email)}`, env: door, ...more });

  it('lets a guest in without a token, and counts', async () => {
    const { status, headers } = await join(OUTSIDER);
    expect(status).toBe(302);
    expect(headers.get('location')).toBe(`/${meeting.room}`);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(state(OUTSIDER)?.connections).toBe(1);
    await join(OUTSIDER, { method: 'HEAD' });
    expect(state(OUTSIDER)?.connections).toBe(1);
  });

  it('gives an outside moderator a token until the end, and sends the others to sign in', async () => {
    const { headers } = await join('mod@notexample.org');
    expect(headers.get('location')).toMatch(new RegExp(`^/${meeting.room}\\?jwt=`));
    expect(claims(headers.get('location'))).toMatchObject({ room: meeting.room, exp: meeting.end + 300 });
    expect(claims(headers.get('location')).context.user).toMatchObject({
      email: 'mod@notexample.org',
      name: 'Hans Müller',
    });
    const token = `/cgi-bin/token.cgi?room=${meeting.room}`;
    expect((await join('mod@example.org')).headers.get('location')).toBe(token);
    expect((await join(ALICE)).headers.get('location')).toBe(token);
    expect(state('mod@example.org')?.connections).toBe(1);
    expect(state(ALICE)?.connections).toBe(0);
  });

  it('is open until the end, also to who declined; nobody knows a stranger', async () => {
    await jmb.ask(answerGive, { query: `decline&id=${hash(BOB)}`, form: {}, env: door });
    expect((await join(BOB, { later: 2 * HOUR - 1 })).status).toBe(302);
    expect((await jmb.ask(roomJoin, { query: 'id=nobody', env: door })).status).toBe(404);
    expect((await jmb.ask(roomJoin, { env: door })).status).toBe(404);
  });
});

describe('answering', () => {
  const jmb = site();
  const { meeting, hash, state } = scene(jmb);
  const give = (word: string, more: object = {}) =>
    jmb.ask(answerGive, { query: `${word}&id=${hash(BOB)}`, form: {}, env: door, ...more });

  it('asks at GET, and answers at POST', async () => {
    const asked = await jmb.ask(answerAsk, { query: `accept&id=${hash(BOB)}`, env: door });
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('Accepter cette invitation');
    expect(asked.body).toContain(`action="join.cgi?accept&amp;id=${hash(BOB)}"`);
    expect(state(BOB)?.answer).toBe('none');
    const given = await give('accept');
    expect(given.status).toBe(303);
    expect(given.headers.get('location')).toBe(`/cgi-bin/join.cgi?accept&id=${hash(BOB)}`);
    expect(state(BOB)?.answer).toBe('accepted');
    const told = await jmb.ask(answerAsk, { query: `accept&id=${hash(BOB)}`, env: door });
    expect(told.text).toContain('Vous avez accepté cette invitation');
    expect(told.body).toContain('join.cgi?decline');
  });

  it('can be changed until the end, and leads back to the list from there', async () => {
    const given = await give('decline', { form: { from: 'list' }, later: 2 * HOUR - 1 });
    expect(given.headers.get('location')).toBe(
      `/cgi-bin/booking.cgi?list&notice=declined&of=${meeting.id}#m${meeting.id}`,
    );
    expect(state(BOB)?.answer).toBe('declined');
    expect((await give('accept', { later: 2 * HOUR })).status).toBe(403);
    expect(state(BOB)?.answer).toBe('declined');
  });

  it('refuses strangers, owners and other sites', async () => {
    expect((await give('accept', { env: { ...door, HTTP_SEC_FETCH_SITE: 'cross-site' } })).status).toBe(403);
    expect((await give('accept', { query: 'accept&id=nobody' })).status).toBe(404);
    expect((await give('accept', { query: `accept&id=${hash(ALICE)}` })).status).toBe(403);
    expect(state(BOB)?.answer).toBe('declined');
  });
});

describe('close.cgi', () => {
  it('leads to the list who has seen it', async () => {
    const jmb = site();
    const to = async (cookies: string) =>
      (await jmb.ask(close, { env: { HTTP_COOKIE: cookies } })).headers.get('location');
    expect(await to('a=b; viajmb=1')).toBe('https://meet.example.org/booking.cgi?list');
    expect(await to('viajmb=10')).toBe('https://www.example.org/');
    expect(await to('')).toBe('https://www.example.org/');
  });

  it('does not lead to itself', async () => {
    const jmb = site('JMB_REDIRECT_CLOSE="https://meet.example.org/close.cgi"\n');
    expect((await jmb.ask(close, {})).headers.get('location')).toBe('https://meet.example.org/?jitsi');
  });
});

describe('the front page, which leads to close.cgi?front', () => {
  const ROOM = { HTTP_REFERER: 'https://meet.example.org/someroom?jwt=x' };
  const LIST = 'https://meet.example.org/booking.cgi';
  const WELCOME = 'https://meet.example.org/?jitsi';
  const BACK = [
    'https://meet.example.org/',
    'https://meet.example.org',
    'http://MEET.example.org:80/#x',
    '/',
    '',
    '//meet.example.org/',
    '/close.cgi',
    'https://meet.example.org/cgi-bin/close.cgi?front',
  ];
  const to = async (env: object, close_ = 'https://www.example.org/', more = '') => {
    const jmb = site(`JMB_REDIRECT_CLOSE="${close_}"\n${more}`);
    return (await jmb.ask(close, { query: 'front=', env: { SCRIPT_NAME: '/close.cgi', ...env } })).headers.get(
      'location',
    );
  };

  it('is the list for who has seen it, and for who came from nowhere', async () => {
    expect(await to({ ...ROOM, HTTP_COOKIE: 'viajmb=1' })).toBe(`${LIST}?list`);
    expect(await to({ HTTP_COOKIE: 'viajmb=1' })).toBe(`${LIST}?list`);
    expect(await to({})).toBe(LIST);
    expect(await to({ HTTP_REFERER: 'https://meet.example.org.evil.test/' })).toBe(LIST);
  });

  it('is where the administrator wants everyone else after a meeting', async () => {
    expect(await to(ROOM)).toBe('https://www.example.org/');
    expect(await to(ROOM, 'https://meet.example.org/static/bye.html')).toBe('https://meet.example.org/static/bye.html');
  });

  it.each(BACK)('is Jitsi’s own, and never itself again, where that is %s', async (address) => {
    expect(await to(ROOM, address)).toBe(WELCOME);
    const list = `JMB_DEFAULT_URL_REDIRECT="${address}"\n`;
    expect(await to({ HTTP_COOKIE: 'viajmb=1' }, address, list)).toBe(WELCOME);
  });
});

describe('token.cgi', () => {
  const jmb = site();
  const { meeting, state } = scene(jmb);
  const enter = (room: string, as: string, more: object = {}) =>
    jmb.ask(tokenEnter, { as, query: `room=${room}`, env: { SCRIPT_NAME: '/token.cgi' }, ...more });

  it('opens a booked room to its owner and moderators', async () => {
    const { status, headers } = await enter(meeting.room, 'alice');
    expect(status).toBe(302);
    expect(claims(headers.get('location'))).toMatchObject({ room: meeting.room, exp: meeting.end + 300 });
    expect(state(ALICE)?.connections).toBe(1);
    await enter(meeting.room, 'alice', { method: 'HEAD' });
    expect(state(ALICE)?.connections).toBe(1);
    expect((await enter(meeting.room, 'dora', { addresses: 'mod@example.org' })).status).toBe(302);
    expect((await enter(meeting.room, 'bob')).status).toBe(403);
    expect((await enter(meeting.room, 'alice', { later: 2 * HOUR })).status).toBe(403);
  });

  it('opens a private room to its user, and counts', async () => {
    const { headers } = await enter('Alice', 'alice');
    expect(claims(headers.get('location'))).toMatchObject({ room: 'alice', exp: NOW + 8 * HOUR });
    expect((await enter('alice', 'bob')).status).toBe(403);
    expect(jmb.store.get('SELECT private_count AS count FROM private')).toEqual({ count: 1 });
    await enter('alice', 'alice', { method: 'HEAD' });
    expect(jmb.store.get('SELECT private_count AS count FROM private')).toEqual({ count: 1 });
    for (const room of ['', 'a%2Fb', '%00']) expect((await enter(room, 'alice')).status).toBe(400);
  });

  it.each(['élodie', 'a+b', 'UNIV\\alice', 'alice@corp.test', "o'neil", 'alice martin', '100%25'])(
    'opens the private room of %s, named as Jitsi names it',
    async (uid) => {
      const asked = encodeURIComponent(uid);
      const { status, headers } = await enter(asked, uid, { addresses: ALICE });
      expect(status).toBe(302);
      const room = roomName(uid);
      expect(claims(headers.get('location')).room).toBe(room);
      // Jitsi asks by the name that it made itself.
      const again = await enter(encodeURIComponent(room ?? ''), uid, { addresses: ALICE });
      expect(claims(again.headers.get('location')).room).toBe(room);
      expect((await enter(asked, 'bob')).status).toBe(403);
    },
  );

  it('says so where no room can stand for a name', async () => {
    const { status, text } = await enter('..', '..', { addresses: ALICE });
    expect(status).toBe(400);
    expect(text).toContain('Aucune salle de Jitsi ne peut s’appeler');
  });

  it('opens no earlier than an hour before the begin, says when, and counts nothing before', async () => {
    const early = site();
    const { meeting: later, hash, state: of } = scene(early, 3 * HOUR);
    const token = (more: object = {}) =>
      early.ask(tokenEnter, { as: 'alice', query: `room=${later.room}`, env: { SCRIPT_NAME: '/token.cgi' }, ...more });
    const join = (email: string, more: object = {}) =>
      early.ask(roomJoin, { query: `id=${hash(email)}`, env: door, ...more });
    const refused = await token();
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('Pas encore ouverte');
    expect(refused.text).toContain('La salle de cette réunion ouvre le');
    expect(refused.text).toContain('heure de Europe/Paris');
    const english = await token({ env: { SCRIPT_NAME: '/token.cgi', HTTP_ACCEPT_LANGUAGE: 'en' } });
    expect(english.text).toMatch(/opens on \w+day,? \d+ November 2026 at \d\d:\d\d/);
    expect([of(ALICE)?.connections, of('mod@notexample.org')?.connections]).toEqual([0, 0]);
    expect((await token({ later: 2 * HOUR - 1 })).status).toBe(403);
    expect((await token({ later: 2 * HOUR })).status).toBe(302);
    expect((await join('mod@notexample.org', { later: 2 * HOUR })).status).toBe(302);
    const any = site('JMB_ROOM_OPENS=""');
    const far = scene(any, 300 * DAY);
    const { headers } = await any.ask(tokenEnter, {
      as: 'alice',
      query: `room=${far.meeting.room}`,
      env: { SCRIPT_NAME: '/token.cgi' },
    });
    expect(claims(headers.get('location')).exp).toBe(NOW + 8 * HOUR);
  });
});

describe('ical.cgi', () => {
  const jmb = site();
  rememberAddresses(jmb.store, 'alice', [ALICE]);
  const hash = feedOf(jmb.store, 'alice');
  const feed = (more: object = {}) => jmb.ask(feedRead, { query: hash, env: { SCRIPT_NAME: '/ical.cgi' }, ...more });
  const unchanged = (etag: string, more: object = {}) => feed({ ...more, env: { HTTP_IF_NONE_MATCH: etag } });

  it('is found by every form of its address that calendar programs make', async () => {
    for (const query of [hash, `id=${hash}`, `${hash}=`, `${hash}&x=1`, `id=${hash}&x=1`]) {
      expect((await feed({ query })).status).toBe(200);
    }
    for (const query of ['', 'id=', `x=${hash}`, `${hash}x`]) expect((await feed({ query })).status).toBe(404);
  });

  it('gives the feed, and 304 while nothing changes', async () => {
    const { meeting } = jmb.meeting(DAY, { subject: 'Point; hebdo' });
    const { status, headers, body } = await feed();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(headers.get('cache-control')).toContain('private');
    expect(body).toContain(`UID:${meeting.id}@meet.example.org`);
    const etag = headers.get('etag') ?? '';
    expect((await feed()).body).toBe(body);
    expect((await unchanged(etag)).status).toBe(304);
    expect((await unchanged(`W/"x", W/${etag}`)).status).toBe(304);
    expect((await unchanged(etag.replace(/"$/, '-gzip"'))).status).toBe(304);
    expect((await unchanged('"x"')).status).toBe(200);
    jmb.meeting(2 * DAY);
    const changed = await unchanged(etag);
    expect(changed.status).toBe(200);
    expect(changed.body.match(/BEGIN:VEVENT/g)).toHaveLength(2);
    expect((await feed({ later: 3 * DAY })).body).not.toContain('BEGIN:VEVENT');
  });

  it('says since when it reads so, also where what it showed is gone', async () => {
    const at = (seconds: number) => new Date((NOW + seconds) * 1000).toUTCString();
    const since = (when: string, later: number, more: object = {}) =>
      feed({ later, env: { HTTP_IF_MODIFIED_SINCE: when, ...more } });
    const own = site();
    rememberAddresses(own.store, 'alice', [ALICE]);
    const query = feedOf(own.store, 'alice');
    const feed = (more: object) => own.ask(feedRead, { query, ...more });
    const { meeting } = own.meeting(5 * DAY);
    const first = await feed({ later: 100 });
    expect(first.headers.get('last-modified')).toBe(at(100));
    expect((await feed({ later: 900 })).headers.get('last-modified')).toBe(at(100));
    expect((await since(at(100), 900)).status).toBe(304);
    expect((await since(at(99), 900)).status).toBe(200);
    expect((await since('yesterday', 900)).status).toBe(200);
    // The stronger one decides alone (RFC 9110 section 13.2.2).
    expect((await since(at(900), 900, { HTTP_IF_NONE_MATCH: '"x"' })).status).toBe(200);
    removeMeeting(own.store, meeting.id, NOW + 900);
    const gone = await since(at(100), 1000);
    expect([gone.status, gone.headers.get('last-modified')]).toEqual([200, at(1000)]);
    // Another change within the second: nobody is told that they have it.
    own.meeting(6 * DAY);
    const again = await feed({ later: 1000 });
    expect(again.headers.get('last-modified')).toBe(at(1000));
    expect((await since(at(1000), 1001)).status).toBe(200);
  });

  it('does not know everyone', async () => {
    expect((await feed({ query: 'nobody' })).status).toBe(404);
    expect((await feed({ query: '' })).status).toBe(404);
  });
});
