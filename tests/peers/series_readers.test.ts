/** Series expanded by readers of calendars that are not ours: they come to the dates that we book, over every change of clocks. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import ICAL from 'ical.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { CalendarEvent } from '../../lib/calendar/event.ts';
import { fold, writeCalendar } from '../../lib/calendar/icalendar.ts';
import { zoneRules } from '../../lib/calendar/zone_rules.ts';
import { occurrenceAt, occurrencesOf, type Rhythm } from '../../lib/meetings/series.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';

const HOUSE = process.env['TZ'] ?? 'Europe/Paris';
afterAll(() => useZone(HOUSE));

/** Zone, rule, first date, how many dates, and whether the rule ends with the last one. */
const SERIES: readonly (readonly [string, Rhythm['repeat'], number, string, number, boolean])[] = [
  ['Europe/Paris', 'weekly', 1, '2026-10-06T14:00', 30, false],
  ['Europe/Paris', 'weekly', 1, '2026-10-06T14:00', 30, true],
  ['Europe/Paris', 'daily', 1, '2026-10-20T23:30', 12, true],
  ['Europe/Paris', 'weekly', 1, '2026-10-11T02:30', 30, false],
  ['Europe/Paris', 'daily', 5, '2026-10-25T02:30', 40, true],
  ['Europe/Paris', 'weekdays', 1, '2026-10-22T08:00', 60, false],
  ['Europe/Paris', 'weekdays', 2, '2026-10-22T08:00', 60, true],
  ['Europe/Paris', 'monthly', 1, '2026-08-31T14:00', 12, false],
  ['Europe/Paris', 'monthly', 2, '2026-10-29T14:00', 12, true],
  ['America/New_York', 'weekly', 2, '2026-10-18T09:00', 20, false],
  ['Australia/Sydney', 'weekly', 1, '2026-09-27T14:00', 40, true],
  ['America/Santiago', 'weekly', 1, '2026-08-30T14:00', 40, false],
  ['Africa/Casablanca', 'daily', 3, '2027-01-20T14:00', 40, false],
  ['Asia/Kolkata', 'weekly', 1, '2026-10-06T14:00', 5, true],
];

/** One date in four is left out. */
function written([zone, repeat, every, first, times, isUntil]: (typeof SERIES)[number]) {
  useZone(zone);
  const dates = occurrencesOf({ repeat, every }, occurrenceAt(first, processZone).begin, { times }, processZone);
  const excluded = dates.filter((_, number) => number % 4 === 3);
  const begin = dates[0]?.begin ?? 0;
  const until = dates.at(-1)?.begin ?? 0;
  const event: CalendarEvent = {
    ...{ uid: '1@meet.example.org', sequence: 0, cancelled: false, begin, end: begin + 3600, created: 0, modified: 0 },
    ...{ free: false, summary: 'Cours', description: 'é'.repeat(60), link: 'https://meet.example.org/join.cgi?id=x' },
    ...{ organiser: { email: 'a@example.org', name: 'A' }, attendees: [], alarms: [] },
    recurrence: {
      ...{ repeat, every, zone, first, last: dates.at(-1)?.local ?? '', until, times: isUntil ? null : times },
      excluded: excluded.map(({ local }) => local),
    },
  };
  const expected = dates.filter((one) => !excluded.includes(one)).map((one) => one.begin);
  return { text: writeCalendar([event], { method: 'REQUEST', properties: [] }), expected };
}

function byIcalJs(text: string): number[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent('vtimezone') as ICAL.Component);
  const component = calendar.getFirstSubcomponent('vevent') as ICAL.Component;
  const event = new ICAL.Event(component);
  const dates = event.iterator();
  const found: number[] = [];
  for (let next = dates.next(); next; next = dates.next()) {
    next.zone = zone;
    found.push(next.toUnixTime());
  }
  return found;
}

function byPython(texts: readonly string[]): number[][] {
  const script = fileURLToPath(new URL('./expand_series.py', import.meta.url));
  const run = spawnSync('/usr/bin/python3', [script], { input: JSON.stringify(texts), encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`python3-icalendar: ${run.stderr}`);
  return JSON.parse(run.stdout) as number[][];
}

it('python-icalendar with dateutil comes to the dates that we book', () => {
  const all = SERIES.map(written);
  const found = byPython(all.map(({ text }) => text));
  for (const [number, { expected }] of all.entries())
    expect(found[number], SERIES[number]?.join(' ')).toEqual(expected);
});

describe('ical.js, which is in Thunderbird,', () => {
  it.each(SERIES.map((series) => [series.join(' '), series] as const))('%s', (_, series) => {
    const { text, expected } = written(series);
    const found = byIcalJs(text);
    expect(found).toHaveLength(expected.length);
    // Where 02:30 is twice, or never, it takes the other one than RFC 5545 section 3.3.5 does.
    const others = found.filter((one, at) => one !== expected[at] && Math.abs(one - (expected[at] ?? 0)) === 3600);
    expect(found.filter((one, at) => one !== expected[at])).toEqual(others);
    expect(others.length).toBeLessThanOrEqual(series[3].endsWith('T02:30') ? 2 : 0);
  });
});

it('what is written beside the dates stays as it is for one meeting, folded at 75 octets', () => {
  for (const { text } of SERIES.map(written)) {
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.replace(/\r\n /g, '')).toContain('é'.repeat(60));
    expect(text.split('BEGIN:VEVENT')).toHaveLength(2);
  }
  expect(fold('x')).toBe('x');
});

describe('the rules of a zone', () => {
  it.each([
    ['Europe/Paris', ['daylight 120 2025-03-30T02:00 3 0 -1', 'standard 60 2025-10-26T03:00 10 0 -1']],
    ['America/New_York', ['daylight -240 2025-03-09T02:00 3 0 2', 'standard -300 2025-11-02T02:00 11 0 1']],
  ])('%s: two, as Outlook wants them', (zone, expected) => {
    const rules = zoneRules(zone, 2026, 2027);
    const said = rules.map(({ kind, to, begin, yearly }) =>
      [kind, to, begin, yearly?.month, yearly?.weekday, yearly?.nth].join(' '),
    );
    expect(said).toEqual(expected);
    expect(process.env['TZ']).not.toBe('');
  });

  it('a zone that never sets its clocks has one, and one by no rule each change by itself', () => {
    expect(zoneRules('Asia/Kolkata', 2026, 2026)).toHaveLength(1);
    const all = zoneRules('Africa/Casablanca', 2026, 2027);
    expect(all.every(({ yearly }) => yearly === null)).toBe(true);
    expect(all.length).toBeGreaterThan(4);
  });
});
