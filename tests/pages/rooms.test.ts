/** What a change of a booking asks of Prosody. It is away here: pages succeed all the same, and cron has the rest. */
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../lib/meetings/booking.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingRemove } from '../../lib/pages/meeting_part.ts';
import { meetingExtend } from '../../lib/pages/meeting_running.ts';
import { meetingChange } from '../../lib/pages/meeting_save.ts';
import { tokenEnter } from '../../lib/pages/room_enter.ts';
import { meetingById } from '../../lib/store/meetings.ts';
import { countPrivate, markOrderDone, openOrders, orderRoom } from '../../lib/store/rooms.ts';
import { clockTime, isoDate } from '../../lib/text/dates.ts';
import { processZone } from '../../lib/text/zones.ts';
import { BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const CAROL = 'carol.petit@example.org';
/** The discard port of this machine, where nobody listens. */
const AWAY = 'JMB_PROSODY_URL="http://127.0.0.1:9/jmb"\nJMB_PROSODY_SECRET_FILE="ROOT/etc/jmb_local.cf"';

/** What is still to be told, in short. */
const orders = (jmb: Site) => openOrders(jmb.store, NOW).map(({ does, person, room }) => ({ does, person, room }));

/** Saves the form with other people in it. */
async function save(jmb: Site, id: string, people: Partial<Booking>) {
  const meeting = meetingById(jmb.store, id);
  if (meeting === undefined) throw new Error(`no meeting ${id}`);
  const form = {
    conf_token: jmb.token('alice'),
    conf_tsn: id,
    conf_version: String(meeting.version),
    conf_date: isoDate(processZone, meeting.begin),
    conf_time: clockTime(processZone, meeting.begin),
    conf_duration: String(meeting.duration / 60),
    conf_object: meeting.subject,
    conf_moderators: (people.moderators ?? []).join(' '),
    conf_guests: (people.guests ?? []).join(' '),
  };
  expect((await jmb.ask(meetingChange, { as: 'alice', query: 'register_edit', form })).status).toBe(303);
}

describe('with Prosody away', () => {
  it('a meeting is deleted, its room stays to be closed, and the log says so in one line', async () => {
    const jmb = site(AWAY);
    const { meeting } = jmb.meeting(HOUR);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(303);
    expect(orders(jmb)).toEqual([{ does: 'cancel', person: '', room: meeting.room }]);
    expect(jmb.log.filter((line) => line.startsWith('rooms-unreachable'))).toHaveLength(1);
  });

  it('the room of a deleted meeting that is somebody’s own is left alone', async () => {
    const jmb = site(AWAY);
    const { meeting } = jmb.meeting(HOUR);
    countPrivate(jmb.store, meeting.room, NOW);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(303);
    expect(orders(jmb)).toEqual([]);
  });

  it('a moderator taken off is one whose ownership is to end, under the address and the account', async () => {
    const jmb = site(AWAY);
    const { meeting } = jmb.meeting(600, { moderators: [BOB, OUTSIDER], guests: [CAROL] });
    // The account is known by the token that it was given.
    const entered = await jmb.ask(tokenEnter, {
      as: 'bob',
      addresses: `bob@example.org ${BOB}`,
      query: `room=${meeting.room}`,
    });
    expect(entered.status).toBe(302);
    await save(jmb, meeting.id, { guests: [CAROL, BOB], moderators: [OUTSIDER] });
    expect(orders(jmb)).toEqual([
      { does: 'revoke', person: BOB, room: meeting.room },
      { does: 'revoke', person: 'bob', room: meeting.room },
    ]);
    // Who is put back gets it back, whether Prosody had heard of it or not; the others are left alone.
    for (const order of openOrders(jmb.store, NOW)) markOrderDone(jmb.store, order, NOW);
    await save(jmb, meeting.id, { guests: [CAROL], moderators: [OUTSIDER, BOB] });
    expect(orders(jmb).map(({ does, person }) => `${does} ${person}`)).toEqual([`restore ${BOB}`, 'restore bob']);
    await save(jmb, meeting.id, { guests: [CAROL], moderators: [BOB] });
    expect(orders(jmb).map(({ does, person }) => `${does} ${person}`)).toContain(`revoke ${OUTSIDER}`);
  });

  it('who moderates under another address besides keeps it', async () => {
    const jmb = site(AWAY);
    const { meeting } = jmb.meeting(600, { moderators: [BOB, 'b.durand@example.org'], guests: [CAROL] });
    await jmb.ask(tokenEnter, { as: 'bob', addresses: `${BOB} b.durand@example.org`, query: `room=${meeting.room}` });
    await save(jmb, meeting.id, { guests: [CAROL], moderators: [BOB] });
    expect(orders(jmb)).toEqual([{ does: 'revoke', person: 'b.durand@example.org', room: meeting.room }]);
  });

  it.each([
    ['runs', -600, 'soft', true],
    ['is over', -HOUR - 60, 'soft', false],
    ['is over, and its room has still to close', -HOUR - 60, 'hard', true],
    ['is over, and its room has closed', -HOUR - 700, 'hard', false],
  ])('one that %s is deleted: %i s, %s end, closed: %s', async (_, begin, end, closed) => {
    const jmb = site(`${AWAY}\nJMB_ROOM_END="${end}"\nJMB_ROOM_GRACE="10"`);
    const { meeting } = jmb.meeting(begin);
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(303);
    expect(orders(jmb)).toEqual(closed ? [{ does: 'cancel', person: '', room: meeting.room }] : []);
  });

  it('a meeting that is extended has its closed room opened', async () => {
    const jmb = site(AWAY);
    const { meeting } = jmb.meeting(-HOUR - 60);
    const { id, room } = meeting;
    orderRoom(jmb.store, { room, person: '', does: 'end', meetingId: id, until: NOW + DAY });
    const form = { conf_token: jmb.token('alice'), conf_tsn: id, conf_end: String(meeting.end), conf_minutes: '15' };
    expect((await jmb.ask(meetingExtend, { as: 'alice', query: 'extend', form })).status).toBe(303);
    expect(orders(jmb)).toEqual([{ does: 'open', person: '', room }]);
    expect(jmb.log.filter((line) => line.startsWith('rooms-unreachable'))).toHaveLength(1);
  });

  it('the list is as ever', async () => {
    const jmb = site(AWAY);
    jmb.meeting(-600);
    const { status, text } = await jmb.ask(meetingList, { as: 'alice' });
    expect(status).toBe(200);
    expect(text).toContain('En cours');
    expect(text).not.toContain('dans la salle');
  });
});

describe('where Prosody has no module of ours', () => {
  it('nothing is ordered, and nothing logged', async () => {
    const jmb = site();
    const { meeting } = jmb.meeting(600, { moderators: [BOB], guests: [CAROL] });
    await save(jmb, meeting.id, { guests: [CAROL], moderators: [] });
    const form = { conf_token: jmb.token('alice'), conf_tsn: meeting.id };
    expect((await jmb.ask(meetingRemove, { as: 'alice', query: 'del', form })).status).toBe(303);
    expect(jmb.store.all('SELECT * FROM room_order')).toEqual([]);
    expect(jmb.log.join()).not.toContain('rooms');
  });
});
