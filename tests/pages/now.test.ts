/** A meeting that begins as it is booked: booking.cgi?now. */
import { describe, expect, it } from 'vitest';
import { attendeesFollow } from '../../lib/pages/attendees_follow.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { nowAsk, nowBook } from '../../lib/pages/meeting_save.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import { attendeesOf, meetingById } from '../../lib/store/meetings.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { ALICE, type Asked, BOB, between, NOW, OUTSIDER, type Site, site } from './site.ts';

/** The meetings that are booked, the first first. */
const booked = (jmb: Site) =>
  jmb.store
    .all<{ id: string }>('SELECT CAST(meeting_id AS TEXT) AS id FROM meetings ORDER BY meeting_id')
    .flatMap(({ id }) => meetingById(jmb.store, id) ?? []);

const press = (jmb: Site, form: Record<string, string> = {}, asked: Partial<Asked> = {}) =>
  jmb.ask(nowBook, {
    as: 'alice',
    query: 'now',
    form: { conf_token: jmb.token('alice', asked.later), conf_guests: `${BOB} ${OUTSIDER}`, conf_object: '', ...form },
    ...asked,
  });

describe('the form', () => {
  it('asks for the people first, and for no time', async () => {
    const { status, body } = await site().ask(nowAsk, { as: 'alice', query: 'now' });
    expect(status).toBe(200);
    expect(body).toContain('<h1>Se réunir maintenant</h1>');
    expect(body).toContain('action="booking.cgi?now"');
    expect([...body.matchAll(/<(?:input|select|textarea)[^>]* name="(conf_\w+)"/g)].map(([, name]) => name)).toEqual([
      'conf_token',
      'conf_object',
      'conf_duration',
      'conf_guests',
    ]);
    expect(body).toMatch(/<textarea id="conf_guests"[^>]* autofocus/);
    expect(body).toContain('<option value="90" selected>');
    expect(body.match(/<script/g)).toHaveLength(1);
  });

  it('is reached from the list', async () => {
    expect((await site().ask(meetingList, { as: 'alice' })).body).toContain('href="booking.cgi?now"');
  });
});

describe('pressing the button', () => {
  it('opens a room for the people typed, mails them at once, and leads to the way in', async () => {
    const jmb = site();
    const { status, headers } = await press(jmb, {}, { later: 59 });
    expect(status).toBe(303);
    const [meeting] = booked(jmb);
    if (meeting === undefined) throw new Error('nothing is booked');
    // The minute that the clock shows.
    expect(meeting).toMatchObject({ begin: NOW, duration: 90 * 60, subject: 'Réunion du 24 novembre' });
    const address = headers.get('location') ?? '';
    // There is no mail server here, which a page may not have heard of in its time.
    expect(address.replace('_going', '_waiting')).toBe(`/booking.cgi?attendees&id=${meeting.id}&notice=booked_waiting`);
    const mails = outboxOf(jmb.store, meeting.id);
    expect(mails.map(({ kind, recipient }) => `${kind} ${recipient}`).sort()).toEqual(
      [ALICE, BOB, OUTSIDER].map((to) => `new ${to}`),
    );
    expect(jmb.log.some((line) => line.startsWith(`told {"id":"${meeting.id}"`))).toBe(true);

    const page = await jmb.ask(attendeesFollow, { as: 'alice', query: address.split('?')[1] ?? '', later: 60 });
    expect(page.text).toContain('La réunion est réservée.');
    expect(page.body).toContain(`href="token.cgi?room=${meeting.room}"`);
    expect(page.body).toContain(`value="https://meet.example.org/${meeting.room}"`);
    const token = await jmb.ask(tokenEnter, { as: 'alice', query: `room=${meeting.room}`, later: 60 });
    expect(token.headers.get('location')).toMatch(`/${meeting.room}?jwt=`);
    const guest = attendeesOf(jmb.store, meeting.id).find(({ email }) => email === OUTSIDER);
    const entered = await jmb.ask(roomJoin, { query: `id=${guest?.hash}`, later: 60 });
    expect(entered.headers.get('location')).toBe(`/${meeting.room}`);
  });

  it('takes subject and duration where they are said, and more where a form has it', async () => {
    const jmb = site();
    const said = { conf_object: 'Panne', conf_duration: '30', conf_moderators: 'mod@outside.org', conf_language: 'en' };
    // Whatever a form says of the time: it begins now.
    expect((await press(jmb, { ...said, conf_date: '2030-01-01', conf_time: '08:00' })).status).toBe(303);
    const [meeting] = booked(jmb);
    expect(meeting).toMatchObject({ begin: NOW, duration: 1800, subject: 'Panne', language: 'en' });
    expect(attendeesOf(jmb.store, meeting?.id ?? '').map(({ role }) => role)).toEqual([
      'owner',
      'moderator',
      'guest',
      'guest',
    ]);
  });

  it('twice, books once, also over the turn of a minute; and later, once more', async () => {
    const jmb = site();
    for (const later of [58, 59, 61]) expect((await press(jmb, {}, { later })).status).toBe(303);
    expect(booked(jmb)).toHaveLength(1);
    await press(jmb, { conf_guests: BOB }, { later: 62 });
    expect(booked(jmb)).toHaveLength(2);
    await press(jmb, {}, { later: 130 });
    expect(booked(jmb).map(({ begin }) => begin - NOW)).toEqual([0, 60, 120]);
  });

  it.each([
    ['2026-10-25T00:20:30Z', 'the first 02:20'],
    ['2026-10-25T01:20:30Z', 'the second'],
    ['2026-03-29T01:00:10Z', 'the first minute of summer time'],
    ['2026-12-31T22:59:59Z', 'the last minute of a year'],
  ])('begins in the minute of the clock at %s, %s', async (time) => {
    const jmb = site();
    const at = Date.parse(time) / 1000;
    const later = at - NOW;
    expect((await press(jmb, {}, { later })).status).toBe(303);
    expect(booked(jmb)[0]?.begin).toBe(at - (at % 60));
  });

  it('without people, or with what is none, gives the form back with what was typed', async () => {
    const jmb = site();
    for (const [guests, said] of [
      ['', 'au moins une personne'],
      ['personne', 'personne'],
    ] as const) {
      const { status, body } = await press(jmb, { conf_guests: guests, conf_object: 'Panne' });
      expect(status).toBe(400);
      expect(between(body, 'id="mistakes"', '</section>')).toContain(said);
      expect(body).toContain('action="booking.cgi?now"');
      expect(body).toContain('name="conf_object" value="Panne"');
    }
    const old = await press(jmb, { conf_token: 'x' });
    expect(old.status).toBe(403);
    expect(old.body).toContain(OUTSIDER);
    expect(booked(jmb)).toEqual([]);
  });

  it('keeps to how many mails somebody may cause in an hour', async () => {
    const jmb = site('JMB_MAX_MAILS_PER_HOUR="2"');
    const { status, body } = await press(jmb);
    expect(status).toBe(429);
    expect(body).toContain('action="booking.cgi?now"');
    expect(booked(jmb)).toEqual([]);
  });
});
