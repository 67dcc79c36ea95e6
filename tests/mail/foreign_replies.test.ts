/** Calendars as other programs write them, down to what nobody should: garbage, rules without end, zones of their own. */
import { expect, test } from 'vitest';
import { readReplies } from '../../lib/calendar/reply.ts';
import { readMail } from '../../lib/mail/incoming.ts';
import { judge } from '../../lib/meetings/reply.ts';
import { attendees, meeting } from '../calendar/samples.ts';

const guest = attendees.find(({ role }) => role === 'guest');
if (guest === undefined) throw new Error('no guest');

const utc = (unix: number) => new Date(unix * 1000).toISOString().replace(/[-:]|\.\d+/g, '');

function event(...lines: string[]): string {
  return [
    'BEGIN:VEVENT',
    `UID:${meeting.id}@meet.example.org`,
    `DTSTAMP:${utc(meeting.begin - 9000)}`,
    `DTSTART:${utc(meeting.begin)}`,
    `SEQUENCE:${meeting.sequence}`,
    ...lines,
    'END:VEVENT',
  ].join('\r\n');
}

const calendar = (...events: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'METHOD:REPLY', ...events, 'END:VCALENDAR', ''].join('\r\n');

const mail = (head: string, type: string, body: string) =>
  Buffer.from(
    `${head}\r\nSubject: Re\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n${type}\r\n\r\n${body}\r\n--b--\r\n`,
  );

async function judged(raw: Buffer) {
  const read = await readMail({ raw, recipients: [] });
  const [reply] = await readReplies(read?.calendars[0] ?? '');
  if (read === null || reply === undefined) return undefined;
  return judge(meeting, attendees, reply, { known: undefined, writers: read.writers });
}

const OWN = `ATTENDEE;PARTSTAT=DECLINED:mailto:${guest.email}`;

test('several events in one reply, garbage, and rules that never end: each event is read, and no rule', async () => {
  const endless = 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31';
  const text = `\ufeff${calendar(event(OWN, endless, 'no line at all', 'RRULE:FREQ=NEVER'), event(OWN, 'COMMENT:Désolé'))}`;
  const replies = await readReplies(text.replace('END:VCALENDAR', ''));
  expect(replies.map(({ comment }) => comment)).toEqual(['', 'Désolé']);
  expect(await readReplies(calendar('BEGIN:A\r\n'.repeat(20_000)))).toEqual([]);
});

test('an occurrence that is another instant is stale, the same one in any zone is not', async () => {
  const stale = calendar(event(OWN, `RECURRENCE-ID:${utc(meeting.begin + 86_400)}`));
  const same = calendar(event(OWN, `RECURRENCE-ID:${utc(meeting.begin)}`));
  const type = 'Content-Type: text/calendar';
  expect(await judged(mail(`From: ${guest.email}`, type, stale))).toEqual({ nothing: 'stale' });
  expect(await judged(mail(`From: ${guest.email}`, type, same))).toMatchObject({ attendee: guest });
});

test('a zone of Windows goes by its two rules', async () => {
  const zone = [
    ...['BEGIN:VTIMEZONE', 'TZID:Romance Standard Time'],
    ...['BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
    ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
    ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
    ...['RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
  ].join('\r\n');
  const ended = (time: string) => event(OWN, `DTEND;TZID=Romance Standard Time:${time}`);
  const replies = await readReplies(
    calendar(zone, ended('20260701T120000'), ended('20261201T120000'), ended('20261025T040000')),
  );
  expect(replies.map(({ end }) => end)).toEqual(
    ['2026-07-01T10:00:00Z', '2026-12-01T11:00:00Z', '2026-10-25T03:00:00Z'].map((iso) => Date.parse(iso) / 1000),
  );
});

test('millions of short lines take neither long nor the memory', async () => {
  const head = `From: ${guest.email}\r\nContent-Type: text/calendar\r\n\r\n`;
  const raw = Buffer.from(`${head}${calendar(event(OWN))}${'\n'.repeat(2_000_000)}`);
  const before = { cpu: process.cpuUsage(), memory: process.memoryUsage().rss };
  expect((await readMail({ raw, recipients: [] }))?.calendars).toHaveLength(1);
  const { user, system } = process.cpuUsage(before.cpu);
  expect((user + system) / 1e6).toBeLessThan(3);
  expect(process.memoryUsage().rss - before.memory).toBeLessThan(400 * 1024 * 1024);
});
