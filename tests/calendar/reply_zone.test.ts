/** The zones that an answer brings with it (VTIMEZONE, RFC 5545 section 3.6.5): which times they count for. */
import { describe, expect, it } from 'vitest';
import { readReplies } from '../../lib/calendar/reply.ts';

describe('a zone of its own', () => {
  const fixed = (name: string, ...more: readonly string[]) => [
    ...['BEGIN:VTIMEZONE', name, 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0530'],
    ...['TZOFFSETTO:+0530', 'END:STANDARD', ...more, 'END:VTIMEZONE'],
  ];
  const daily = ['BEGIN:DAYLIGHT', 'DTSTART:19700101T000000', 'TZOFFSETTO:+0200', 'RRULE:FREQ=DAILY', 'END:DAYLIGHT'];
  const begin = async (zone: readonly string[], tzid = 'Büro') => {
    const event = ['UID:7@x', 'ATTENDEE:mailto:zoe@example.net', `DTSTART;TZID=${tzid}:20261203T140000`];
    const lines = ['METHOD:REPLY', ...zone, 'BEGIN:VEVENT', ...event, 'END:VEVENT'];
    const [reply] = await readReplies(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join('\r\n'));
    return typeof reply?.begin === 'number' && new Date(reply.begin * 1000).toISOString();
  };
  const KNOWN = '2026-12-03T08:30:00.000Z';

  it.each(['TZID:Büro', 'tzid: Büro ', 'TZID;X-A=b:Büro'])('has the name that it says: %s', async (line) => {
    expect(await begin(fixed(line))).toBe(KNOWN);
    expect(await begin(fixed(line), 'Home')).toBe(false);
  });

  it('has no other name, and none of another zone', async () => {
    expect(await begin(fixed('TZID:Büro', 'X-TZID:Home'))).toBe(KNOWN);
    expect(await begin(fixed('X-TZID:Büro'))).toBe(false);
    const both = [...fixed('TZID:Home'), ...fixed('TZID:Büro').map((line) => line.replace('+0530', '+0100'))];
    expect(await begin(both)).toBe('2026-12-03T13:00:00.000Z');
    expect(await begin(both, 'Home')).toBe(KNOWN);
  });

  it('says nothing where a rule of it is of a kind that is not read, and leaves the next one', async () => {
    expect(await begin(fixed('TZID:Büro', ...daily))).toBe(false);
    expect(await begin([...fixed('TZID:Home', ...daily), ...fixed('TZID:Büro')])).toBe(KNOWN);
  });

  it('says nothing either where one that is read stands before it', async () => {
    const winter = ['BEGIN:VTIMEZONE', 'TZID:Büro', 'BEGIN:STANDARD', 'DTSTART:19701025T030000', 'TZOFFSETTO:+0100'];
    const rule = ['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'];
    expect(await begin([...winter, ...rule, ...daily, 'END:VTIMEZONE'])).toBe(false);
  });

  it('counts in the calendar, not within another part of it', async () => {
    expect(await begin(['BEGIN:X-PART', ...fixed('TZID:Büro'), 'END:X-PART'])).toBe(false);
    expect(await begin(fixed('TZID:Büro').map((line) => line.replace('VTIMEZONE', 'X-ZONE')))).toBe(false);
  });

  it('gives way to the one of this machine', async () => {
    expect(await begin(fixed('TZID:Europe/Paris'), 'Europe/Paris')).toBe('2026-12-03T13:00:00.000Z');
  });
});
