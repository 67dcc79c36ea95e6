/** Times as other programs write them: in zones by name, or that a file describes. */
import { describe, expect, it } from 'vitest';
import { changeOf, unixAt, unixInForeign, unixInZone } from '../../lib/calendar/foreign_time.ts';

const wall = (text: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/\D/).map(Number);
  return { year, month, day, hour, minute, second };
};
const iso = (unix: number | undefined): string | undefined =>
  unix === undefined ? undefined : new Date(unix * 1000).toISOString().slice(0, 19);

describe('a time on the wall', () => {
  it('at an offset', () => {
    expect(iso(unixAt(wall('2026-12-03 14:30:05')))).toBe('2026-12-03T14:30:05');
    expect(iso(unixAt(wall('2026-12-03 14:30:05'), 3600))).toBe('2026-12-03T13:30:05');
  });

  it.each([
    ['Europe/Paris', '2026-12-03 14:30:00', '2026-12-03T13:30:00'],
    ['Europe/Paris', '2026-07-03 00:30:00', '2026-07-02T22:30:00'],
    ['Europe/Paris', '2026-10-25 02:30:00', '2026-10-25T00:30:00'],
    ['Europe/Paris', '2026-10-25 03:30:00', '2026-10-25T02:30:00'],
    ['Europe/Paris', '2026-03-29 03:30:00', '2026-03-29T01:30:00'],
    ['America/St_Johns', '2026-12-03 14:30:00', '2026-12-03T18:00:00'],
    ['Asia/Kolkata', '2026-12-03 14:30:00', '2026-12-03T09:00:00'],
    ['UTC', '2026-12-03 14:30:00', '2026-12-03T14:30:00'],
    ['Nowhere/At_All', '2026-12-03 14:30:00', undefined],
  ])('in %s, %s', (zone, at, expected) => {
    expect(iso(unixInZone(wall(at), zone))).toBe(expected);
  });
});

describe('a zone that a file describes', () => {
  const change = (offset: string, start: string, rule: string) =>
    changeOf([`DTSTART:${start}`, `TZOFFSETTO:${offset}`, ...(rule ? [`RRULE:${rule}`] : [])]);
  const winter = change('+0100', '16010101T030000', 'FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10');
  const summer = change('+0200', '16010101T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU');
  const paris = [winter, summer].filter((one) => one !== null);

  it('has changes by the day of a month', () => {
    expect(winter).toEqual({ offset: 3600, from: { month: 10, nth: -1, weekday: 0, hour: 3 } });
    expect(change('-0330', '20000101T000000', '')).toEqual({ offset: -12_600, from: null });
    expect(
      changeOf(['dtstart;X=1:19700101T020000', 'tzoffsetto: +0530', 'rrule:freq=yearly;byday=2mo;bymonth=3']),
    ).toEqual({
      offset: 19_800,
      from: { month: 3, nth: 2, weekday: 1, hour: 2 },
    });
  });

  it.each([
    ['x', '16010101T020000', ''],
    ['by +0100', '16010101T020000', ''],
    ['+01', '16010101T020000', ''],
    ['+0100', '16010101T020000', 'FREQ=DAILY;BYDAY=1SU;BYMONTH=3'],
    ['+0100', '16010101T020000', 'FREQ=YEARLY;BYMONTH=3'],
    ['+0100', '16010101T020000', 'FREQ=YEARLY;BYDAY=1SU'],
    ['+0100', '16010101', 'FREQ=YEARLY;BYDAY=1SU;BYMONTH=3'],
    ['+0100', '16010101T020000', 'FREQ=YEARLY;BYDAY=6SU;BYMONTH=3'],
  ])('is not read where it says %s, %s, %s', (offset, start, rule) => {
    expect(change(offset, start, rule)).toBeNull();
  });

  it.each([
    ['2026-01-15 12:00:00', '2026-01-15T11:00:00'],
    ['2026-03-29 01:59:00', '2026-03-29T00:59:00'],
    ['2026-03-29 02:00:00', '2026-03-29T00:00:00'],
    ['2026-07-15 12:00:00', '2026-07-15T10:00:00'],
    ['2026-10-25 02:59:00', '2026-10-25T00:59:00'],
    ['2026-10-25 03:00:00', '2026-10-25T02:00:00'],
  ])('%s by the rules of Paris', (at, expected) => {
    expect(iso(unixInForeign(wall(at), paris))).toBe(expected);
    expect(iso(unixInForeign(wall(at), paris.toReversed()))).toBe(expected);
  });

  it('has the second Sunday of March where its rule says so', () => {
    const zone = [
      change('-0400', '20070311T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'),
      change('-0500', '20071104T020000', 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'),
    ].filter((one) => one !== null);
    expect(iso(unixInForeign(wall('2026-03-08 01:00:00'), zone))).toBe('2026-03-08T06:00:00');
    expect(iso(unixInForeign(wall('2026-03-08 03:00:00'), zone))).toBe('2026-03-08T07:00:00');
    expect(iso(unixInForeign(wall('2026-11-01 03:00:00'), zone))).toBe('2026-11-01T08:00:00');
    expect(iso(unixInForeign(wall('2026-10-31 23:00:00'), zone))).toBe('2026-11-01T03:00:00');
  });

  // Days of 2026 by any calendar; on each the clock goes from 12:00 on by another hour.
  it.each([
    ['1SU', 4, '2026-04-05'],
    ['1MO', 9, '2026-09-07'],
    ['2TU', 11, '2026-11-10'],
    ['3WE', 6, '2026-06-17'],
    ['4TH', 11, '2026-11-26'],
    ['1FR', 5, '2026-05-01'],
    ['2SA', 8, '2026-08-08'],
    ['5FR', 5, '2026-05-29'],
    ['-1MO', 5, '2026-05-25'],
    ['-1FR', 4, '2026-04-24'],
    ['-1TH', 10, '2026-10-29'],
    ['-1SA', 2, '2026-02-28'],
    ['-2SU', 10, '2026-10-18'],
    ['-3WE', 7, '2026-07-15'],
  ])('is set on the %s of month %i: %s', (day, month, date) => {
    const zone = [
      change('+0100', '19700101T120000', `FREQ=YEARLY;BYDAY=${day};BYMONTH=${month}`),
      change('+0200', '19700101T000000', 'FREQ=YEARLY;BYDAY=1TH;BYMONTH=1'),
    ].filter((one) => one !== null);
    expect(iso(unixInForeign(wall(`${date} 11:59:00`), zone))).toBe(`${date}T09:59:00`);
    expect(iso(unixInForeign(wall(`${date} 12:00:00`), zone))).toBe(`${date}T11:00:00`);
  });

  it('of one offset has that all the year; of none, or of three, it says nothing', () => {
    const fixed = { offset: 19_800, from: null };
    expect(iso(unixInForeign(wall('2026-07-15 12:00:00'), [fixed]))).toBe('2026-07-15T06:30:00');
    const mixed = paris.flatMap((one) => [
      [one, fixed],
      [fixed, one],
    ]);
    for (const zone of [[], [fixed, fixed], [...paris, fixed], ...mixed])
      expect(unixInForeign(wall('2026-07-15 12:00:00'), zone)).toBeUndefined();
  });
});
