/** A time zone of one's own (booking.cgi?me): pages say times by it, forms mean it, and nobody else's are other than they were. */
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enqueueReminders } from '../../cron/reminders.ts';
import { fixedClock } from '../../lib/clock.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { busyShow } from '../../lib/pages/form_busy.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { attendeesCsv } from '../../lib/pages/meeting_give.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingBook, meetingChange } from '../../lib/pages/meeting_save.ts';
import { mineKeep, mineShow } from '../../lib/pages/mine.ts';
import { roomJoin, tokenEnter } from '../../lib/pages/room_enter.ts';
import { readSettings } from '../../lib/settings.ts';
import { saidOf } from '../../lib/store/answers.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { mineOf } from '../../lib/store/mine.ts';
import { mailsIn } from '../../lib/store/outbox.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import { commandContext } from '../support/command_context.ts';
import { bookAt, EARLY, meetings, sendAll } from './courses.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site, type Told } from './site.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const TOKYO = 'Fuseau horaire : Asia/Tokyo, UTC+09:00.';

const utc = (text: string) => Date.parse(`${text}Z`) / 1000;
const keep = (jmb: Site, as: string, zone: string, later = 0) =>
  jmb.ask(mineKeep, { as, query: 'me', later, form: { conf_token: jmb.token(as, later), me_zone: zone } });
const option = ({ body }: Told) =>
  [...body.matchAll(/<option value="([^"]*)" selected>([^<]*)/g)].map((all) => all.slice(1));
/** What the inputs of a form hold. */
const fields = ({ body }: Told, form: RegExp): Record<string, string> => {
  const [part = ''] = form.exec(body) ?? [];
  return Object.fromEntries([
    ...[...part.matchAll(/<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ...[...part.matchAll(/<select[^>]* name="([^"]*)"[\s\S]*?<option value="([^"]*)" selected/g)].map(
      ([, name, value]) => [name, value],
    ),
    ...[...part.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n?([^<]*)/g)].map(([, name, value]) => [name, value]),
  ]);
};
const BOOKING = /<form class="sheet" id="booking"[\s\S]*?<\/form>/;

describe('my settings', () => {
  it('offer the house’s zone first, and all others by the part of the world that they are in', async () => {
    const jmb = site();
    const { body } = await jmb.ask(mineShow, { as: 'bob', query: 'me' });
    const choice = /<select id="me_zone"[\s\S]*?<\/select>/.exec(body)?.[0] ?? '';
    expect(choice).toMatch(/^<select [^>]*>\n<option value="" selected>Celui du service \(Europe\/Paris\)<\/option>/);
    expect(choice.match(/ selected/g)).toHaveLength(1);
    for (const [value, name] of [
      ['Asia/Kathmandu', 'Kathmandu'],
      ['Europe/Kyiv', 'Kyiv'],
      ['America/New_York', 'New York'],
      ['America/Argentina/Buenos_Aires', 'Buenos Aires (Argentina)'],
      ['UTC', 'UTC'],
    ])
      expect(choice).toContain(`<option value="${value}">${name}</option>`);
    expect(choice).not.toContain('Katmandu');
    expect([...choice.matchAll(/optgroup label="([^"]*)"/g)].map(([, label]) => label)).toContain('Océan Indien');
    // Each that is offered can be kept.
    for (const [, value = ''] of choice.matchAll(/<option value="([^"]+)"/g)) {
      expect((await keep(jmb, 'bob', value)).status, value).toBe(303);
      expect(mineOf(jmb.store, 'bob').zone?.name).toBe(value);
    }
  });

  it('keep one, and the house’s again', async () => {
    const jmb = site();
    expect((await keep(jmb, 'bob', 'Asia/Tokyo')).status).toBe(303);
    expect(jmb.log.at(-1)).toBe('mine-kept {"uid":"bob","language":"","zone":"Asia/Tokyo","reminders":"off"}');
    const shown = await jmb.ask(mineShow, { as: 'bob', query: 'me' });
    expect(option(shown)).toEqual([['Asia/Tokyo', 'Tokyo']]);
    expect(shown.text).toContain('Il y est 18:00 (Asia/Tokyo, UTC+09:00).');
    expect(shown.text).toContain(TOKYO);
    expect((await jmb.ask(mineShow, { as: 'alice', query: 'me' })).text).not.toContain(TOKYO);
    await keep(jmb, 'bob', '');
    expect(mineOf(jmb.store, 'bob').zone).toBeNull();
    expect((await jmb.ask(mineShow, { as: 'bob', query: 'me' })).text).toContain(
      'Il y est 10:00 (Europe/Paris, UTC+01:00).',
    );
  });

  it('say what is no zone, keep nothing of it and lose nothing that was typed', async () => {
    const jmb = site();
    await keep(jmb, 'bob', 'Asia/Tokyo');
    for (const zone of ['Nowhere/Else', 'europe/paris', '<b>', '../../etc/passwd', 'GMT+3', 'x'.repeat(5000)]) {
      const form = { conf_token: jmb.token('bob'), conf_language: 'en', conf_reminders: 'on', me_zone: zone };
      const answer = await jmb.ask(mineKeep, { as: 'bob', query: 'me', form });
      expect(answer.status, zone).toBe(400);
      expect(answer.body).toContain('aria-invalid="true"');
      expect(answer.body).toContain('<title>Erreur');
      expect(answer.text).toContain('Aucun fuseau horaire ne s’appelle ainsi');
      expect(answer.body).toMatch(/name="conf_language" value="en" checked/);
      expect(answer.body).toMatch(/name="conf_reminders" value="on" checked/);
      expect(option(answer)).toHaveLength(1);
      expect(answer.body.length).toBeLessThan(60_000);
      expect(mineOf(jmb.store, 'bob')).toMatchObject({
        language: undefined,
        reminders: false,
        zone: { name: 'Asia/Tokyo' },
      });
    }
  });
});

describe('pages', () => {
  it('say times by it, and that they do; to everybody else as before', async () => {
    const jmb = site();
    // 23:30 in Paris is the next day in Tokyo.
    jmb.meeting(13.5 * HOUR, { subject: 'Nuit' });
    const before = await jmb.ask(meetingList, { as: 'alice', query: 'list' });
    await keep(jmb, 'bob', 'Asia/Tokyo');
    const his = await jmb.ask(meetingList, { as: 'bob', query: 'list' });
    expect(his.text).toContain('07:30');
    expect(his.text).toContain('demain, mercredi 25 novembre');
    expect(his.text).toContain(TOKYO);
    const hers = await jmb.ask(meetingList, { as: 'alice', query: 'list' });
    expect(hers.body).toBe(before.body);
    expect(hers.text).toContain('23:30');
    expect(hers.text).toContain('Fuseau horaire : Europe/Paris.');
  });

  it('of an invitation by that of who is invited, where they have one', async () => {
    const jmb = site();
    const { attendees } = jmb.meeting(2 * HOUR);
    await keep(jmb, 'bob', 'Asia/Tokyo');
    const hash = (email: string) => attendees.find((one) => one.email === email)?.hash ?? '';
    for (const [handler, query] of [
      [answerAsk, 'accept'],
      [roomJoin, ''],
    ] as const) {
      const his = await jmb.ask(handler, { query: `${query}&id=${hash(BOB)}` });
      expect(his.text).toContain('20:00');
      expect(his.text).toContain(TOKYO);
      // By the clock of the device is what is said by no other.
      expect(his.body).not.toContain('class="own"');
      const theirs = await jmb.ask(handler, { query: `${query}&id=${hash(OUTSIDER)}` });
      expect(theirs.text).toContain('12:00');
      expect(theirs.text).toContain(', Europe/Paris');
      expect(theirs.text).not.toContain('Tokyo');
      expect(theirs.body.includes('class="own"')).toBe(handler === roomJoin);
    }
  });

  it('a time that is proposed is meant by the clock that the form said', async () => {
    const jmb = site();
    const { meeting, attendees } = jmb.meeting(2 * DAY);
    await keep(jmb, 'bob', 'Asia/Tokyo');
    const hash = attendees.find(({ email }) => email === BOB)?.hash ?? '';
    const answer = { comment: '', date: '2026-11-27', time: '09:00' };
    const give = (form: Record<string, string>) => jmb.ask(answerGive, { query: `tentative&id=${hash}`, form });
    const proposed = () => saidOf(jmb.store, meeting.id).get(hash)?.proposal?.begin;
    await give({ ...answer, zone: 'Asia/Tokyo' });
    expect(proposed()).toBe(utc('2026-11-27T00:00'));
    await give({ ...answer, zone: 'Europe/Paris' });
    expect(proposed()).toBe(utc('2026-11-27T08:00'));
    const shown = await jmb.ask(answerAsk, { query: `tentative&id=${hash}` });
    expect(shown.text).toContain('vendredi 27 novembre 2026 à 17:00');
  });

  it('of a room that is not open yet, and the table of responses', async () => {
    const jmb = site('JMB_ROOM_OPENS="30"');
    const { meeting } = jmb.meeting(2 * DAY);
    await keep(jmb, 'alice', 'America/New_York');
    const early = await jmb.ask(tokenEnter, { as: 'alice', query: `room=${meeting.room}` });
    expect(early.status).toBe(403);
    expect(early.text).toContain('jeudi 26 novembre 2026 à 03:30 (heure de America/New York)');
    const table = await jmb.ask(attendeesCsv, { as: 'alice', query: `csv&id=${meeting.id}` });
    expect(table.body).toContain('"Répondu le (America/New York, UTC\u221205:00)"');
  });

  it('the feed stays as it is', async () => {
    const jmb = site();
    jmb.meeting(2 * DAY);
    const feed = () => jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, 'bob')}` });
    await jmb.ask(meetingList, { as: 'bob' });
    const before = await feed();
    expect(before.body).toContain('DTSTART:20261126T090000Z');
    await keep(jmb, 'bob', 'Asia/Tokyo');
    expect((await feed()).body).toBe(before.body);
  });
});

describe('the form', () => {
  const typed = { conf_duration: '60', conf_object: 'Jury', conf_guests: `${BOB}, ${OUTSIDER}`, conf_moderators: '' };
  const book = (jmb: Site, date: string, time: string, more: Record<string, string> = {}) =>
    jmb.ask(meetingBook, {
      as: 'alice',
      form: { conf_token: jmb.token('alice'), ...typed, conf_date: date, conf_time: time, ...more },
    });
  const open = (jmb: Site) => jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${meetings(jmb)[0]?.id}` });
  const save = (jmb: Site, form: Record<string, string>) => jmb.ask(meetingChange, { as: 'alice', form });
  const begin = (jmb: Site) => meetings(jmb)[0]?.begin;

  it('offers and means times of that zone', async () => {
    const jmb = site();
    await keep(jmb, 'alice', 'Asia/Kathmandu');
    const empty = fields(await jmb.ask(meetingNew, { as: 'alice' }), BOOKING);
    expect(empty).toMatchObject({ conf_zone: 'Asia/Kathmandu', conf_date: '2026-11-24', conf_time: '15:00' });
    expect((await book(jmb, '2026-11-26', '00:15')).status).toBe(303);
    expect(begin(jmb)).toBe(utc('2026-11-25T18:30'));
    const shown = await open(jmb);
    expect(shown.text).toContain('Fuseau horaire : Asia/Kathmandu, UTC+05:45.');
    const form = fields(shown, BOOKING);
    expect(form).toMatchObject({ conf_date: '2026-11-26', conf_time: '00:15' });
    const unchanged = await save(jmb, form);
    expect(unchanged.headers.get('location')).toContain('notice=unchanged');
  });

  it.each([
    ['America/New_York', '2027-03-14', '02:30'],
    ['Australia/Lord_Howe', '2027-10-03', '02:15'],
  ])('%s: says that %s has no %s, and has it typed still', async (zone, date, time) => {
    const jmb = site();
    await keep(jmb, 'alice', zone);
    const answer = await book(jmb, date, time);
    expect(answer.status).toBe(400);
    expect(fields(answer, BOOKING)).toMatchObject({ conf_date: date, conf_time: time, conf_zone: zone });
    expect(meetings(jmb)).toEqual([]);
  });

  it.each([
    ['', '2027-10-31T01:30', '02:30'],
    ['America/New_York', '2027-11-07T06:30', '01:30'],
    ['Australia/Lord_Howe', '2027-04-03T15:15', '01:45'],
  ])('%s: the second of two hours that read alike stays the second', async (zone, second, time) => {
    const jmb = site();
    await keep(jmb, 'alice', zone);
    jmb.meeting(utc(second) - NOW);
    const form = fields(await open(jmb), BOOKING);
    expect(form['conf_time']).toBe(time);
    expect((await save(jmb, form)).headers.get('location')).toContain('notice=unchanged');
    expect((await save(jmb, { ...form, conf_object: 'Autre' })).status).toBe(303);
    expect(begin(jmb)).toBe(utc(second));
  });

  it('that was opened by another clock still means that one', async () => {
    const jmb = site();
    jmb.meeting(2 * DAY);
    const form = fields(await open(jmb), BOOKING);
    expect(form).toMatchObject({ conf_time: '10:00', conf_zone: 'Europe/Paris' });
    await keep(jmb, 'alice', 'Asia/Tokyo');
    await save(jmb, { ...form, conf_time: '11:00' });
    expect(begin(jmb)).toBe(NOW + 2 * DAY + HOUR);
    // What somebody else saved meanwhile is said by the same clock as what was typed.
    const conflict = await save(jmb, { ...form, conf_time: '12:00' });
    expect(conflict.status).toBe(409);
    expect(conflict.body).toContain('<dd>11:00</dd>');
    expect(fields(conflict, BOOKING)).toMatchObject({ conf_time: '12:00', conf_zone: 'Europe/Paris' });
  });

  it('says who is taken, and the next times of that working day', async () => {
    const jmb = site();
    for (const as of ['alice', 'bob', 'carol']) await jmb.ask(meetingList, { as });
    await keep(jmb, 'alice', 'America/New_York');
    // 17:00 to 18:00 in New York is 23:00 to midnight in Paris.
    jmb.meeting(2 * DAY + 13 * HOUR, { guests: [BOB] }, 'carol.petit@example.org');
    const form = { conf_token: jmb.token('alice'), ...typed, conf_date: '2026-11-26', conf_time: '17:00' };
    const answer = await jmb.ask(busyShow, { as: 'alice', query: 'busy', form });
    expect(answer.text).toContain('Bob Durand n’est pas libre de 17:00 à 18:00');
    const suits = [...answer.body.matchAll(/data-date="([^"]*)" data-time="([^"]*)"/g)].map((all) => all.slice(1));
    expect(suits[0]).toEqual(['2026-11-26', '18:00']);
    expect(suits[1]).toEqual(['2026-11-27', '08:00']);
  });
});

describe('a series', () => {
  it('keeps its time in the zone that it was booked in, whoever changes it from wherever', async () => {
    const jmb = site();
    await keep(jmb, 'alice', 'Asia/Tokyo', EARLY);
    expect((await bookAt(jmb, { conf_time: '09:00' })).status).toBe(303);
    const begins = () => meetings(jmb).map(({ begin }) => new Date(begin * 1000).toISOString().slice(11, 16));
    // Clocks are set in Paris on the way, and not in Tokyo.
    expect(new Set(begins())).toEqual(new Set(['00:00']));
    expect(jmb.store.all('SELECT series_zone AS zone FROM series')).toEqual([{ zone: 'Asia/Tokyo' }]);
    sendAll(jmb);

    const his = await jmb.ask(meetingList, { as: 'bob', query: 'list', later: EARLY });
    expect(his.text).toContain('chaque mardi à 09:00 (Asia/Tokyo)');
    const hers = await jmb.ask(meetingList, { as: 'alice', query: 'list', later: EARLY });
    expect(hers.text).toMatch(/chaque mardi, encore 11/);

    await keep(jmb, 'alice', '', EARLY);
    const [first] = meetings(jmb);
    const edit = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${first?.id}`, later: EARLY });
    expect(edit.text).toContain('chaque mardi à 09:00 (Asia/Tokyo), jusqu’au mardi 22 décembre 2026');
    const form = fields(edit, BOOKING);
    expect(form).toMatchObject({ conf_date: '2026-10-06', conf_time: '02:00', conf_zone: 'Europe/Paris' });
    // An hour later by whichever clock.
    const moved = { ...form, conf_token: jmb.token('alice', EARLY), conf_time: '03:00', conf_scope: 'all' };
    expect((await jmb.ask(meetingChange, { as: 'alice', form: moved, later: EARLY })).status).toBe(303);
    expect(new Set(begins())).toEqual(new Set(['01:00']));
    const turn = jmb.store.get('SELECT turn_local AS local FROM series_meeting ORDER BY turn_number DESC LIMIT 1');
    expect(turn).toEqual({ local: '2026-12-22T10:00' });
  });
});

it('is somebody’s whose account is written in any way, and not of who has their address no more', async () => {
  const jmb = site();
  await keep(jmb, 'bob', 'Asia/Tokyo');
  const list = await jmb.ask(meetingList, { as: 'Bob', addresses: BOB, query: 'list' });
  expect(list.text).toContain(TOKYO);
  expect((await jmb.ask(meetingList, { as: 'alice', addresses: ALICE, query: 'list' })).text).not.toContain(TOKYO);
});

describe('mails', () => {
  /** What was written of a kind, by the name in the recipient's address. */
  const written = (jmb: Site, kind: string): Record<string, MailParts> =>
    Object.fromEntries(
      mailsIn(jmb.store, 'waiting', 50)
        .filter((mail) => mail.kind === kind)
        .map(({ recipient, content }) => [recipient.split('@')[0] ?? '', JSON.parse(content) as MailParts]),
    );

  /** 23:30 in Paris on the 25th: 17:30 in New York, and 07:30 of the next day in Tokyo. */
  const LATE = 37.5 * HOUR;

  it('each say the time by the clock of who reads them: invitation, reminder, answer', async () => {
    const jmb = site('JMB_MAIL_ANSWERS="declines"');
    await keep(jmb, 'alice', 'America/New_York');
    await keep(jmb, 'bob', 'Asia/Tokyo');
    const form = { conf_token: jmb.token('alice'), conf_date: '2026-11-25', conf_time: '17:30', conf_duration: '60' };
    const people = { conf_object: 'Jury', conf_guests: `${BOB}, ${OUTSIDER}`, conf_moderators: '' };
    expect((await jmb.ask(meetingBook, { as: 'alice', form: { ...form, ...people } })).status).toBe(303);
    expect(meetings(jmb)[0]?.begin).toBe(NOW + LATE);
    const expected = {
      'alice.martin': ['mercredi 25 novembre 2026', '17:30 – 18:30 (America/New York, UTC\u221205:00)'],
      'bob.durand': ['jeudi 26 novembre 2026', '07:30 – 08:30 (Asia/Tokyo, UTC+09:00)'],
      invite: ['mercredi 25 novembre 2026', '23:30 – jeudi'],
    };
    const check = (mails: Record<string, MailParts>) => {
      expect(Object.keys(mails).sort()).toEqual(Object.keys(expected));
      for (const [name, [date = '', hours = '']] of Object.entries(expected)) {
        expect(mails[name]?.subject).toContain(date);
        expect(mails[name]?.text).toContain(`Date\u00a0: ${date}`);
        expect(mails[name]?.text).toContain(hours);
        expect(mails[name]?.html).toContain(hours);
      }
      expect(mails['invite']?.text).toContain('(Europe/Paris, UTC+01:00)');
    };
    const invitations = written(jmb, 'new');
    check(invitations);
    // Calendars have it by universal time, whoever reads.
    for (const { calendar } of Object.values(invitations)) expect(calendar?.body).toContain('DTSTART:20261125T223000Z');

    const id = meetings(jmb)[0]?.id ?? '';
    planReminderRows(jmb.store, 'mail', id, [NOW]);
    // Who keeps settings by a form without reminders gets none.
    for (const [as, zone] of [
      ['alice', 'America/New_York'],
      ['bob', 'Asia/Tokyo'],
    ] as const) {
      const more = { conf_token: jmb.token(as), me_zone: zone, conf_reminders: 'on' };
      await jmb.ask(mineKeep, { as, query: 'me', form: more });
    }
    const settings = readSettings(dirname(jmb.store.file), {});
    enqueueReminders(commandContext(jmb.store, settings, fixedClock(NOW)));
    check(written(jmb, 'reminder'));

    const hash = attendeesOf(jmb.store, id).find(({ email }) => email === OUTSIDER)?.hash ?? '';
    await jmb.ask(answerGive, {
      query: `decline&id=${hash}`,
      form: { comment: '', date: '2026-11-27', time: '08:00', zone: 'Europe/Paris' },
    });
    const { text = '' } = written(jmb, 'answers')['alice.martin'] ?? {};
    expect(text).toContain('vendredi 27 novembre 2026 à 02:00 (America/New York, UTC\u221205:00)');
    expect(process.env['TZ']).toBe('Europe/Paris');
  });

  it('of a series say by which clock it repeats, where that is not the reader’s', async () => {
    const jmb = site();
    await keep(jmb, 'bob', 'Asia/Tokyo', EARLY);
    await bookAt(jmb, { conf_time: '18:00' });
    const { 'bob.durand': his, invite: theirs } = written(jmb, 'new');
    expect(his?.text).toContain('chaque mardi à 18:00 (Europe/Paris), jusqu’au mardi 22 décembre 2026');
    expect(his?.text).toContain('01:00 – 02:00 (Asia/Tokyo, UTC+09:00)');
    expect(theirs?.text).toContain('chaque mardi, jusqu’au mardi 22 décembre 2026');
    for (const mail of [his, theirs])
      expect(mail?.calendar?.body).toContain('DTSTART;TZID=Europe/Paris:20261006T180000');
  });
});
