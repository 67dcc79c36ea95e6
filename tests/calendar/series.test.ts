/** A series as it is written: zone, rule, dates that are left out, and the events beside it. */
import { describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../lib/calendar/event.ts';
import { writeCalendar } from '../../lib/calendar/icalendar.ts';
import type { Recurrence } from '../../lib/calendar/recurrence.ts';
import { BEGIN } from './samples.ts';

const once: CalendarEvent = {
  ...{ uid: '1@meet.example.org', sequence: 0, cancelled: false, free: false, begin: BEGIN, end: BEGIN + 5400 },
  ...{
    created: 0,
    modified: 0,
    summary: 'UID:x\r\n',
    description: 'd',
    link: 'https://meet.example.org/join.cgi?id=x',
  },
  ...{ organiser: { email: 'a@example.org', name: 'A' }, attendees: [], alarms: [] },
};
const recurrence: Recurrence = {
  ...{ repeat: 'weekly', every: 2, zone: 'Europe/Paris', first: '2026-12-03T14:00', last: '2026-12-31T14:00' },
  ...{ times: 3, until: BEGIN + 28 * 86_400, excluded: ['2026-12-17T14:00'] },
};
/** A UID that is longer than a line. */
const long = `${'7'.repeat(70)}@meet.example.org`;

/** The lines of what is written of these, unfolded. */
const lines = (...events: readonly CalendarEvent[]) =>
  writeCalendar(events, { properties: [] }).replace(/\r\n /g, '').split('\r\n');
const inEvent = (written: readonly string[], name: string) => {
  const event = written.slice(written.indexOf('BEGIN:VEVENT'));
  return event.filter((line) => line.startsWith(name));
};

describe('a series', () => {
  const written = () => lines({ ...once, recurrence });

  it('has its zone before it, with what holds from when', () => {
    const text = written();
    expect(text.slice(text.indexOf('BEGIN:VTIMEZONE'), text.indexOf('BEGIN:VEVENT'))).toEqual([
      ...['BEGIN:VTIMEZONE', 'TZID:Europe/Paris'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:20250330T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'END:DAYLIGHT'],
      ...['BEGIN:STANDARD', 'DTSTART:20251026T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
      ...['RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD', 'END:VTIMEZONE'],
    ]);
  });

  it('keeps its time by that zone, for as long as one meeting is', () => {
    expect([...inEvent(written(), 'DT'), ...inEvent(written(), 'EXDATE')]).toEqual([
      ...['DTSTAMP:19700101T000000Z', 'DTSTART;TZID=Europe/Paris:20261203T140000'],
      ...['DTEND;TZID=Europe/Paris:20261203T153000', 'EXDATE;TZID=Europe/Paris:20261217T140000'],
    ]);
  });

  it.each([
    ['weekly', 2, 3, 'FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=TH'],
    ['daily', 1, 3, 'FREQ=DAILY;COUNT=3'],
    ['weekdays', 1, 3, 'FREQ=WEEKLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR'],
    ['monthly', 3, null, 'FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=3;UNTIL=20261231T130000Z'],
  ] as const)('is %s, each %i, %j times', (repeat, every, times, rule) => {
    expect(inEvent(lines({ ...once, recurrence: { ...recurrence, repeat, every, times } }), 'RRULE')).toEqual([
      `RRULE:${rule}`,
    ]);
  });

  it('in a zone without a rule has each time that clocks are set, through all of its years', () => {
    const far = { ...recurrence, zone: 'Africa/Casablanca', last: '2035-12-31T14:00' };
    const text = lines({ ...once, recurrence: far });
    const begins = text.slice(0, text.indexOf('BEGIN:VEVENT')).filter((line) => line.startsWith('DTSTART'));
    expect([begins[0], begins.at(-1)?.slice(0, 12)]).toEqual(['DTSTART:20250101T000000', 'DTSTART:2035']);
  });

  it('stands among others whole, each with its zone, whatever it is called', () => {
    const far = { ...recurrence, zone: 'Asia/Kolkata' };
    const text = lines(
      { ...once, uid: '1@x', recurrence, summary: 'UID:2@x BEGIN:VEVENT' },
      { ...once, uid: '2@x', recurrence: far, summary: 'BEGIN:VEVENT ' },
    );
    for (const [line, count] of [
      ...['BEGIN:VTIMEZONE', 'END:VTIMEZONE', 'BEGIN:VEVENT', 'END:VEVENT'].map((one) => [one, 2] as const),
      ...['TZID:Europe/Paris', 'TZID:Asia/Kolkata'].map((one) => [one, 1] as const),
    ])
      expect(text.filter((one) => one === line)).toHaveLength(count);
    expect(inEvent(text, 'DTSTART')).toEqual([
      'DTSTART;TZID=Europe/Paris:20261203T140000',
      'DTSTART;TZID=Asia/Kolkata:20261203T140000',
    ]);
  });

  it('leaves the others as they are, and shares a zone with its likes', () => {
    const text = lines(
      { ...once, uid: long },
      { ...once, uid: '2@x', recurrence },
      { ...once, uid: `9${long}`, recurrence },
    );
    const beside = lines({ ...once, uid: long });
    const [from, to] = [text.indexOf('BEGIN:VEVENT'), text.indexOf('END:VEVENT')];
    expect(text.slice(from, to)).toEqual(beside.slice(beside.indexOf('BEGIN:VEVENT'), beside.indexOf('END:VEVENT')));
    expect(text.filter((line) => line === 'BEGIN:VTIMEZONE')).toHaveLength(1);
    expect(inEvent(text, 'RRULE')).toHaveLength(2);
    expect(inEvent(text, 'DTSTART')).toEqual([
      'DTSTART:20261203T130000Z',
      ...Array(2).fill('DTSTART;TZID=Europe/Paris:20261203T140000'),
    ]);
  });
});
