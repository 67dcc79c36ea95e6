/** A meeting goes on while nothing can be written: another process holds the lock, or the disk is full. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { BOB, OUTSIDER, type Site, site } from './site.ts';

const HOUR = 3600;
const door = { SCRIPT_NAME: '/cgi-bin/join.cgi' };

let jmb: Site;
let room: string;
let hashOf: (email: string) => string;
let feed: string;
let release: () => void;

beforeEach(() => {
  jmb = site();
  const { meeting, attendees } = jmb.meeting(HOUR);
  room = meeting.room;
  hashOf = (email) => attendees.find((one) => one.email === email)?.hash ?? '';
  rememberAddresses(jmb.store, 'bob', [BOB]);
  feed = feedOf(jmb.store, 'bob');
});
afterEach(() => release());

const troubles: Record<string, () => () => void> = {
  'another holds the write lock': () => {
    const other = new Database(jmb.store.file);
    other.exec('BEGIN IMMEDIATE');
    return () => other.close();
  },
  'the disk is full': () => {
    const pages = Number(jmb.store.database.pragma('page_count', { simple: true }));
    // No room even for what a row grows by.
    const rows = jmb.store.database.prepare('INSERT INTO person (person_address, person_name) VALUES (?, ?)');
    jmb.store.database.pragma(`max_page_count = ${pages}`);
    try {
      for (let number = 0; ; number += 1) rows.run(`filler-${number}`, 'x'.repeat(number < 500 ? 400 : 4));
    } catch {
      return () => undefined;
    }
  },
};

describe.each(Object.keys(troubles))('while %s', (name) => {
  beforeEach(() => {
    release = troubles[name]?.() ?? (() => undefined);
  });

  it('people enter, read their list and their feed, soon', async () => {
    const began = performance.now();
    const guest = await jmb.ask(roomJoin, { query: `id=${hashOf(OUTSIDER)}`, env: door });
    expect([guest.status, guest.headers.get('location')]).toEqual([302, `/${room}`]);
    const owner = await jmb.ask(tokenEnter, { as: 'alice', query: `room=${room}`, env: { SCRIPT_NAME: '/token.cgi' } });
    expect(owner.headers.get('location')).toMatch(new RegExp(`^/${room}\\?jwt=`));
    const own = await jmb.ask(tokenEnter, { as: 'alice', query: 'room=alice', env: { SCRIPT_NAME: '/token.cgi' } });
    expect(own.status).toBe(302);
    const list = await jmb.ask(meetingList, { as: 'carol', addresses: 'carol.petit@example.org' });
    expect(list.status).toBe(200);
    expect(list.body).not.toContain('ical.cgi?id="');
    const read = await jmb.ask(feedRead, { query: feed, env: { SCRIPT_NAME: '/ical.cgi' } });
    expect(read.status).toBe(200);
    expect(read.body).toContain('BEGIN:VEVENT');
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

it('what could not be noted is noted again once it can be', async () => {
  release = troubles['another holds the write lock']?.() ?? (() => undefined);
  await jmb.ask(roomJoin, { query: `id=${hashOf(OUTSIDER)}`, env: door });
  release();
  await new Promise((done) => setTimeout(done, 1_050));
  await jmb.ask(roomJoin, { query: `id=${hashOf(OUTSIDER)}`, env: door });
  expect(invitationByHash(jmb.store, hashOf(OUTSIDER))?.attendee.connections).toBe(1);
});
