/** A series as an organiser books it, changes and deletes parts of it, and as its people answer: rows, mails and calendars. */
import { describe, expect, it } from 'vitest';
import { fixedClock } from '../../lib/clock.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { occurrencesOf } from '../../lib/meetings/series.ts';
import { feedRead, invitationEvent } from '../../lib/pages/calendar_read.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingEdit, meetingNew } from '../../lib/pages/meeting_form.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingRemove, removalAsk } from '../../lib/pages/meeting_part.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { feedOf, rememberAddresses } from '../../lib/store/feeds.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { insertSeries } from '../../lib/store/series_changes.ts';
import { dateAndTime } from '../../lib/text/dates.ts';
import { processZone } from '../../lib/text/zones.ts';
import { processorTime } from '../support/processor_time.ts';
import {
  begins,
  bookAt,
  booked,
  change,
  EARLY,
  linkIn,
  linkOf,
  type Mail,
  mailsSince,
  meetings,
  part,
  sendAll,
} from './courses.ts';
import { ALICE, BOB, NOW, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;

describe('booking', () => {
  it('twelve weekly courses are twelve meetings with rooms and secrets of their own, at one time of the day', async () => {
    const { all, jmb } = await booked();
    expect(all).toHaveLength(12);
    expect(begins(jmb)[2]).toBe('2026-10-20 14:00');
    expect(begins(jmb)[3]).toBe('2026-10-27 14:00');
    expect((all[3]?.begin ?? 0) - (all[2]?.begin ?? 0)).toBe(7 * DAY + 3600);
    expect(begins(jmb)[11]).toBe('2026-12-22 14:00');
    expect(new Set(all.map(({ room }) => room)).size).toBe(12);
    const hashes = all.flatMap(({ id }) => attendeesOf(jmb.store, id).map(({ hash }) => hash));
    expect(new Set(hashes).size).toBe(36);
  });

  it('and one mail a person, whose one event says all dates', async () => {
    const jmb = site();
    await bookAt(jmb);
    const mails = mailsSince(jmb);
    expect(mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`new ${ALICE}`, `new ${BOB}`, `new ${OUTSIDER}`]);
    for (const mail of mails) {
      expect(part(mail, 'BEGIN:VEVENT')).toHaveLength(1);
      expect(part(mail, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU']);
      expect(part(mail, 'DTSTART;')).toEqual(['DTSTART;TZID=Europe/Paris:20261006T140000']);
      expect(part(mail, 'DTEND;')).toEqual(['DTEND;TZID=Europe/Paris:20261006T150000']);
      expect(part(mail, 'METHOD')).toEqual(['METHOD:REQUEST']);
      expect(part(mail, 'BEGIN:VTIMEZONE')).toHaveLength(1);
      expect(part(mail, 'RECURRENCE-ID').concat(part(mail, 'RDATE'))).toEqual([]);
      expect(mail.text).toContain('chaque mardi, jusqu’au mardi 22 décembre 2026');
    }
    expect(new Set(mails.map(linkIn)).size).toBe(3);
    expect(jmb.store.all('SELECT * FROM mail_reminder')).not.toEqual([]);
  });

  it('dates to be left out are meetings that are not there, and EXDATE', async () => {
    const jmb = site();
    const { status } = await bookAt(jmb, { conf_skip: '2026-10-27 3/11/2026' });
    expect(status).toBe(303);
    expect(begins(jmb).map((one) => one.slice(0, 10))).not.toContain('2026-10-27');
    expect(meetings(jmb)).toHaveLength(10);
    const [mail] = mailsSince(jmb);
    expect(mail && part(mail, 'EXDATE')).toEqual([
      'EXDATE;TZID=Europe/Paris:20261027T140000',
      'EXDATE;TZID=Europe/Paris:20261103T140000',
    ]);
    expect(mail?.text).toContain('Sauf le\u00a0: 27 octobre, 3 novembre');
  });

  it('is done once where it is sent twice, and twice where the dates differ', async () => {
    const jmb = site();
    await bookAt(jmb);
    await bookAt(jmb);
    expect(meetings(jmb)).toHaveLength(12);
    await bookAt(jmb, { conf_times: '13' });
    expect(meetings(jmb)).toHaveLength(25);
    await bookAt(jmb, { conf_repeat: '' });
    expect(meetings(jmb)).toHaveLength(26);
  });

  it('says what is wrong at each field, with what is wrong of the rest', async () => {
    const jmb = site();
    const { status, body } = await bookAt(jmb, { conf_every: '13', conf_times: '1', conf_guests: '' });
    expect(status).toBe(400);
    for (const name of ['conf_every', 'conf_times', 'conf_guests']) {
      expect(body).toContain(`id="${name}-error"`);
      expect(body).toContain(`<a href="#${name}">`);
    }
    expect(body).toContain('<option value="weekly" selected>');
    expect(meetings(jmb)).toEqual([]);
  });

  it('a form for one meeting offers none of it', async () => {
    const { jmb, all } = await booked();
    expect((await jmb.ask(meetingNew, { as: 'alice' })).body).toContain('name="conf_repeat"');
    const edit = await jmb.ask(meetingEdit, { as: 'alice', query: `edit&id=${all[11]?.id}`, later: EARLY });
    expect(edit.body).not.toContain('name="conf_repeat"');
    expect(edit.body).toMatch(/name="conf_scope" value="one" checked/);
  });

  it('a hundred for fifty people at once, and twelve for thirty in a moment', async () => {
    const jmb = site('JMB_MAX_GUESTS="60"');
    const people = (count: number) => [...Array(count).keys()].map((number) => `guest${number}@example.org`);
    const { status } = await bookAt(jmb, {
      conf_repeat: 'daily',
      conf_times: '100',
      conf_guests: people(50).join(' '),
    });
    expect(status).toBe(303);
    expect(meetings(jmb)).toHaveLength(100);
    expect(jmb.store.get('SELECT count(*) AS count FROM attendees')).toEqual({ count: 5100 });
    const begin = NOW + DAY;
    const occurrences = occurrencesOf({ repeat: 'weekly', every: 1 }, begin, { times: 12 }, processZone);
    const repetition = {
      ...({ repeat: 'weekly', every: 1, ends: 'times' } as const),
      occurrences: occurrences.map((one) => ({ ...one, skipped: false })),
    };
    const booking = { subject: 'Cours', begin, duration: 3600, moderators: [], guests: people(29) };
    const start = processorTime();
    insertSeries(jmb.store, fixedClock(NOW), ALICE, booking, { repetition, zone: 'Europe/Paris' });
    expect(processorTime() - start).toBeLessThan(500);
  });
});

describe('the link to a series', () => {
  it('leads to the meeting that is now or next, and after the last one says that it is over', async () => {
    const jmb = site('JMB_ROOM_OPENS="15"');
    await bookAt(jmb);
    const all = meetings(jmb);
    const link = linkIn(mailsSince(jmb)[2] as Mail);
    const at = (unix: number) => jmb.ask(roomJoin, { query: `id=${link}`, later: unix - NOW });
    const [first, second] = all;
    if (first === undefined || second === undefined) throw new Error('no meetings');
    const before = await at(first.begin - 3600);
    expect(before.status).toBe(200);
    expect(before.text).toContain('mardi 6 octobre 2026');
    expect((await at(first.begin)).headers.get('location')).toContain(`/${first.room}`);
    expect((await at(first.end)).text).toContain('mardi 13 octobre 2026');
    expect((await at(second.end - 1)).headers.get('location')).toContain(`/${second.room}`);
    const over = await at((all[11]?.end ?? 0) + 1);
    expect(over.status).toBe(200);
    expect(over.text).toContain('terminée');
    expect((await jmb.ask(roomJoin, { query: 'id=AAAAAAAAAAAAAAAA' })).status).toBe(404);
  });
});

describe('deleting', () => {
  const del = (jmb: Site, id: string | undefined, scope: string, later = EARLY) =>
    jmb.ask(meetingRemove, {
      as: 'alice',
      form: { conf_token: jmb.token('alice', later), conf_tsn: id ?? '', conf_scope: scope },
      later,
    });

  it('one, after clocks are set back, leaves eleven, and an EXDATE in one mail a person', async () => {
    const { jmb, all, sent } = await booked();
    const asked = await jmb.ask(removalAsk, { as: 'alice', query: `del&id=${all[3]?.id}`, later: EARLY });
    expect(asked.body).toMatch(/value="one" checked/);
    expect((await del(jmb, all[3]?.id, 'one')).status).toBe(303);
    expect(meetings(jmb)).toHaveLength(11);
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`edit ${ALICE}`, `edit ${BOB}`, `edit ${OUTSIDER}`]);
    for (const mail of mails) {
      expect(part(mail, 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Paris:20261027T140000']);
      expect(part(mail, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU']);
      expect(part(mail, 'METHOD')).toEqual(['METHOD:REQUEST']);
      expect(part(mail, 'SEQUENCE')).toEqual(['SEQUENCE:1']);
      expect(mail.subject).toBe('Une date est annulée\u00a0: Cours – mardi 27 octobre 2026');
      expect(mail.text).toContain('La réunion du mardi 27 octobre 2026 n’a pas lieu.');
    }
  });

  it('those from one on ends the series before it', async () => {
    const { jmb, all, sent } = await booked();
    await del(jmb, all[4]?.id, 'following');
    expect(meetings(jmb)).toHaveLength(4);
    for (const mail of mailsSince(jmb, sent)) {
      expect(part(mail, 'METHOD')).toEqual(['METHOD:REQUEST']);
      // 14:00 in Paris, once clocks were set back.
      expect(part(mail, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261027T130000Z']);
    }
    expect(mailsSince(jmb, sent)).toHaveLength(3);
  });

  it('all cancels the whole, whose links say so', async () => {
    const { jmb, all, sent } = await booked();
    const link = linkOf(jmb, BOB);
    await del(jmb, all[4]?.id, 'all');
    expect(meetings(jmb)).toEqual([]);
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`del ${ALICE}`, `del ${BOB}`, `del ${OUTSIDER}`]);
    for (const mail of mails) {
      expect(part(mail, 'METHOD')).toEqual(['METHOD:CANCEL']);
      expect(part(mail, 'UID')).toEqual([`UID:${mail.about}@meet.example.org`]);
      expect(part(mail, 'STATUS')).toEqual(['STATUS:CANCELLED']);
    }
    expect((await jmb.ask(roomJoin, { query: `id=${link}`, later: EARLY })).status).toBe(410);
    expect(jmb.store.all('SELECT * FROM series')).toEqual([]);
    expect(jmb.store.all('SELECT * FROM series_meeting')).toEqual([]);
  });
});

describe('changing', () => {
  it('the time of one makes it an event of its own, and an EXDATE of the series', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[3], { conf_time: '16:00', conf_scope: 'one' });
    expect(begins(jmb)[3]).toBe('2026-10-27 16:00');
    const mails = mailsSince(jmb, sent).filter(({ to }) => to === BOB);
    expect(mails.map(({ kind }) => kind)).toEqual(['edit', 'edit']);
    const [series, own] = mails as [Mail, Mail];
    expect(part(series, 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Paris:20261027T140000']);
    expect(series.subject).toContain('Une date est modifiée');
    expect(part(own, 'UID')).toEqual([`UID:${all[3]?.id}@meet.example.org`]);
    expect(part(own, 'DTSTART:20261027')).toEqual(['DTSTART:20261027T150000Z']);
    expect(part(own, 'RRULE')).toEqual([]);
    expect(mailsSince(jmb, sent)).toHaveLength(6);
    // From then on it is told of alone.
    const before = sendAll(jmb);
    await change(jmb, all[3], { conf_time: '17:00' });
    expect(mailsSince(jmb, before).map(({ about }) => about)).toEqual(Array(3).fill(all[3]?.id));
  });

  it('somebody more for one is invited to that alone, and nobody else is told', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[2], { conf_guests: `${BOB} ${OUTSIDER} new@example.org` });
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind, about }) => [to, kind, about])).toEqual([['new@example.org', 'new', all[2]?.id]]);
  });

  it('somebody less for one keeps the others, without that date', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[2], { conf_guests: OUTSIDER });
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind }) => [to, kind])).toEqual([[BOB, 'edit']]);
    expect(mails[0] && part(mails[0], 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Paris:20261020T140000']);
    expect(mails[0]?.text).toContain('ne vous invite plus le mardi 20 octobre 2026');
    // Another mail to all leaves the date in the calendars of those who are in it.
    await jmb.ask(meetingRemove, {
      as: 'alice',
      form: { conf_token: jmb.token('alice', EARLY), conf_tsn: all[5]?.id ?? '' },
      later: EARLY,
    });
    const excluded = (to: string) =>
      mailsSince(jmb, sent + 1).flatMap((mail) => (mail.to === to ? part(mail, 'EXDATE') : []));
    expect(excluded(BOB)).toHaveLength(2);
    expect(excluded(OUTSIDER)).toHaveLength(1);
  });

  it('the time of all moves each by the clock on the wall, under the same UID', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[4], { conf_date: '2026-11-04', conf_time: '09:30', conf_scope: 'all' });
    expect(begins(jmb)[0]).toBe('2026-10-07 09:30');
    expect(begins(jmb)[11]).toBe('2026-12-23 09:30');
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual([`edit ${ALICE}`, `edit ${BOB}`, `edit ${OUTSIDER}`]);
    for (const mail of mails) {
      expect(part(mail, 'DTSTART;')).toEqual(['DTSTART;TZID=Europe/Paris:20261007T093000']);
      expect(part(mail, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=WE']);
      expect(part(mail, 'SEQUENCE')).toEqual(['SEQUENCE:1']);
    }
    expect(meetings(jmb).map(({ id, room }) => `${id} ${room}`)).toEqual(all.map(({ id, room }) => `${id} ${room}`));
  });

  it('those from one on become a series of their own, with the same rooms', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[4], { conf_time: '15:00', conf_scope: 'following' });
    expect(begins(jmb)[3]).toBe('2026-10-27 14:00');
    expect(begins(jmb)[4]).toBe('2026-11-03 15:00');
    const mails = mailsSince(jmb, sent).filter(({ to }) => to === BOB);
    expect(mails.map(({ kind }) => kind)).toEqual(['edit', 'new']);
    const [old, next] = mails as [Mail, Mail];
    expect(part(old, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261027T130000Z']);
    expect(part(next, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TU']);
    expect(part(next, 'DTSTART;')).toEqual(['DTSTART;TZID=Europe/Paris:20261103T150000']);
    expect(part(next, 'UID')).not.toEqual(part(old, 'UID'));
    expect(meetings(jmb).map(({ room }) => room)).toEqual(all.map(({ room }) => room));
    const opened = await jmb.ask(roomJoin, { query: `id=${linkIn(next)}`, later: (all[2]?.begin ?? 0) - NOW });
    expect(opened.text).toContain('mardi 3 novembre 2026');
  });

  it('all, once some have begun, leaves those as they were', async () => {
    const { jmb, all, sent } = await booked();
    const later = (all[2]?.end ?? 0) - NOW;
    await change(jmb, all[5], { conf_time: '18:00', conf_scope: 'all' }, later);
    expect(begins(jmb).slice(0, 4)).toEqual([
      '2026-10-06 14:00',
      '2026-10-13 14:00',
      '2026-10-20 14:00',
      '2026-10-27 18:00',
    ]);
    expect(
      mailsSince(jmb, sent)
        .filter(({ to }) => to === BOB)
        .map(({ kind }) => kind),
    ).toEqual(['edit', 'new']);
  });

  it('people of all are invited to all, and told of it once', async () => {
    const { jmb, all, sent } = await booked();
    await change(jmb, all[1], { conf_guests: `${OUTSIDER} new@example.org`, conf_scope: 'all' });
    const mails = mailsSince(jmb, sent);
    expect(mails.map(({ to, kind }) => `${kind} ${to}`)).toEqual(['new new@example.org', `del ${BOB}`]);
    const [invited, cancelled] = mails as [Mail, Mail];
    expect(part(invited, 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU']);
    expect(part(cancelled, 'METHOD')).toEqual(['METHOD:CANCEL']);
    for (const { id } of all) {
      expect(attendeesOf(jmb.store, id).map(({ email }) => email)).toEqual([ALICE, OUTSIDER, 'new@example.org']);
    }
  });

  it('to a date that the rule does not make is refused, and nothing is done', async () => {
    const { jmb, all } = await booked({ conf_repeat: 'weekdays' });
    const { status, body } = await change(jmb, all[1], { conf_date: '2026-10-10', conf_scope: 'all' });
    expect(status).toBe(400);
    expect(body).toContain('id="conf_date-error"');
    expect(begins(jmb)).toEqual(all.map(({ begin }) => dateAndTime(begin)));
  });
});

describe('answering', () => {
  const answersOf = (jmb: Site, all: readonly Meeting[]): string[] =>
    all.map(({ id }) => attendeesOf(jmb.store, id).find(({ email }) => email === BOB)?.answer ?? '');
  const answerBy = (jmb: Site, hash: string, form: Record<string, string> = {}, word = 'accept') =>
    jmb.ask(answerGive, { query: `${word}&id=${hash}`, form: { comment: '', ...form }, later: EARLY });
  const own = (jmb: Site, meeting: Meeting | undefined): string =>
    attendeesOf(jmb.store, meeting?.id ?? '').find(({ email }) => email === BOB)?.hash ?? '';

  it('by the link of the series is for all, as the page says first', async () => {
    const { jmb, all } = await booked();
    const link = linkOf(jmb, BOB);
    const asked = await jmb.ask(answerAsk, { query: `accept&id=${link}`, later: EARLY });
    expect(asked.body).toMatch(/name="conf_scope" value="all" checked/);
    expect(asked.body).toContain(`join.cgi?accept&amp;id=${link}`);
    expect(asked.text).toContain('chaque mardi, jusqu’au mardi 22 décembre 2026');
    const given = await answerBy(jmb, link);
    expect(given.headers.get('location')).toBe(`/join.cgi?accept&id=${link}`);
    expect(answersOf(jmb, all)).toEqual(Array(12).fill('accepted'));
  });

  it('by the link of one is for that one, and for those after it where that is chosen', async () => {
    const { jmb, all } = await booked();
    await answerBy(jmb, linkOf(jmb, BOB));
    await answerBy(jmb, own(jmb, all[2]), {}, 'decline');
    await answerBy(jmb, own(jmb, all[9]), { conf_scope: 'following' }, 'decline');
    const expected = all.map((_, number) => (number === 2 || number >= 9 ? 'declined' : 'accepted'));
    expect(answersOf(jmb, all)).toEqual(expected);
  });

  it('tells the owner once', async () => {
    const { jmb, sent } = await booked();
    await answerBy(jmb, linkOf(jmb, BOB), {}, 'decline');
    const mails = jmb.store.all<{ content: string }>(
      'SELECT outbox_content AS content FROM outbox WHERE outbox_id > ?',
      sent,
    );
    expect(mails).toHaveLength(1);
    expect(JSON.parse(mails[0]?.content ?? '{}').text).toContain('De même pour 11 autres dates de la série.');
  });
});

describe('a feed', () => {
  async function eventsOf(jmb: Site, uid: string, address: string, later = EARLY): Promise<string[][]> {
    rememberAddresses(jmb.store, uid, [address]);
    const { body } = await jmb.ask(feedRead, { query: `id=${feedOf(jmb.store, uid)}`, later });
    const lines = body.replace(/\r\n[ \t]/g, '');
    return lines
      .split('BEGIN:VEVENT')
      .slice(1)
      .map((event) => event.split('\r\n'));
  }
  const among = (events: string[][], name: string): string[] => events.flat().filter((line) => line.startsWith(name));

  it('has a series as one event, and what stands apart beside it', async () => {
    const { jmb, all } = await booked({ conf_skip: '2026-11-10' });
    expect(among(await eventsOf(jmb, 'bob', BOB), 'RRULE')).toEqual(['RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU']);
    // 27 October is moved, and 3 November has another subject.
    await change(jmb, all[3], { conf_time: '16:00' });
    await change(jmb, all[4], { conf_object: 'Examen' });
    const events = await eventsOf(jmb, 'bob', BOB);
    expect(among(events, 'SUMMARY').sort()).toEqual(['SUMMARY:Cours', 'SUMMARY:Cours', 'SUMMARY:Examen']);
    expect(among(events, 'EXDATE')).toEqual([
      'EXDATE;TZID=Europe/Paris:20261027T140000',
      'EXDATE;TZID=Europe/Paris:20261103T140000',
      'EXDATE;TZID=Europe/Paris:20261110T140000',
    ]);
    expect(among(events, 'URL')).toContain(`URL:https://meet.example.org/join.cgi?id=${linkOf(jmb, BOB)}`);
    // What is over stays in the event of the series.
    const later = await eventsOf(jmb, 'bob', BOB, (all[2]?.end ?? 0) - NOW);
    expect(among(later, 'DTSTART;')).toEqual(['DTSTART;TZID=Europe/Paris:20261006T140000']);
    expect(among(later, 'EXDATE')).toHaveLength(3);
  });

  it('has a date that its reader declined by itself, where time stays free', async () => {
    const { jmb, all } = await booked();
    const hash = attendeesOf(jmb.store, all[1]?.id ?? '').find(({ email }) => email === BOB)?.hash ?? '';
    await jmb.ask(answerGive, { query: `decline&id=${hash}`, form: { comment: '' }, later: EARLY });
    const events = await eventsOf(jmb, 'bob', BOB);
    expect(among(events, 'EXDATE')).toEqual(['EXDATE;TZID=Europe/Paris:20261013T140000']);
    expect(among(events, 'TRANSP:TRANSPARENT')).toHaveLength(1);
    expect(among(events, 'UID')).toContain(`UID:${all[1]?.id}@meet.example.org`);
  });

  it('shows its owner what most dates were answered with', async () => {
    const { jmb, all } = await booked();
    await jmb.ask(answerGive, { query: `accept&id=${linkOf(jmb, BOB)}`, form: { comment: '' }, later: EARLY });
    const hash = attendeesOf(jmb.store, all[1]?.id ?? '').find(({ email }) => email === BOB)?.hash ?? '';
    await jmb.ask(answerGive, { query: `decline&id=${hash}`, form: { comment: '' }, later: EARLY });
    const [line] = among(await eventsOf(jmb, 'alice', ALICE), `ATTENDEE`).filter((one) => one.endsWith(BOB));
    expect(line).toContain('PARTSTAT=ACCEPTED');
  });

  it('and the event of one date are the series, as it was invited to', async () => {
    const { jmb, all } = await booked();
    const hash = attendeesOf(jmb.store, all[1]?.id ?? '').find(({ email }) => email === BOB)?.hash ?? '';
    const uid = async (id: string) =>
      /UID:.*/.exec((await jmb.ask(invitationEvent, { query: `event&id=${id}` })).body)?.[0];
    expect(await uid(hash)).toBe(await uid(linkOf(jmb, BOB)));
    await change(jmb, all[1], { conf_time: '16:00' });
    expect(await uid(hash)).toContain(all[1]?.id);
  });
});

describe('the list', () => {
  it('folds a series under its next date, and counts it as one invitation', async () => {
    const { jmb, all } = await booked();
    const list = await jmb.ask(meetingList, { as: 'bob', query: 'list', later: EARLY });
    expect(list.text).toContain('chaque mardi, encore 11 dates');
    expect(list.text).toContain('1 invitation');
    for (const { id } of all) expect(list.body.split(`id="m${id}"`)).toHaveLength(2);
    expect(list.body).not.toContain('<details class="more" open>');
    expect(list.body).toContain('name="conf_scope" value="following"');
    expect(list.text).toContain('Tout accepter');
    await jmb.ask(answerGive, {
      query: `accept&id=${attendeesOf(jmb.store, all[0]?.id ?? '').find(({ email }) => email === BOB)?.hash}`,
      form: { comment: '', from: 'list', conf_scope: 'following' },
      later: EARLY,
    });
    const after = await jmb.ask(meetingList, { as: 'bob', query: 'list', later: EARLY });
    expect(after.text).not.toContain('1 invitation');
    expect(after.text).not.toContain('Tout accepter');
    const told = await jmb.ask(meetingList, {
      as: 'alice',
      query: `list&notice=changed&of=${all[4]?.id}`,
      later: EARLY,
    });
    expect(told.body).toContain('<details class="more" open>');
  });
});
