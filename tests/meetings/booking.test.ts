import { beforeAll, describe, expect, test } from 'vitest';
import { type BookingForm, type BookingRules, checkBooking, nextQuarter } from '../../lib/meetings/booking.ts';
import { unixOf } from '../../lib/text/dates.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';

beforeAll(() => useZone('Europe/Paris'));

const now = Date.parse('2026-11-23T13:00:00Z') / 1000;
const rules: BookingRules = {
  now,
  zone: processZone,
  minMinutes: 30,
  maxMinutes: 480,
  maxModerators: 2,
  maxGuests: 3,
  defaultSubject: (begin) => `Réunion du ${new Date(begin * 1000).getUTCDate()}`,
  filledIn: ['Réunion du 23', 'Réunion du 24'],
  owner: ['alice@example.org', 'a.martin@example.org'],
  lists: new Map([['labo@example.org', ['bob@example.org', 'carol@example.org']]]),
  aliases: new Map([['bobby@example.org', 'bob@example.org']]),
};
const form: BookingForm = {
  date: '2026-12-03',
  time: '14:30',
  duration: '60',
  subject: 'Conseil',
  moderators: '',
  guests: 'bob@example.org',
  agenda: '',
  language: '',
};

/** The names of the mistakes in each field. */
function mistakes(change: Partial<BookingForm>, other: Partial<BookingRules> = {}): Record<string, string[]> {
  const checked = checkBooking({ ...form, ...change }, { ...rules, ...other });
  if ('booking' in checked) return {};
  return Object.fromEntries(
    Object.entries(checked.mistakes).map(([field, list]) => [field, list.map((one) => one.text)]),
  );
}

function booking(change: Partial<BookingForm>, other: Partial<BookingRules> = {}) {
  const checked = checkBooking({ ...form, ...change }, { ...rules, ...other });
  if (!('booking' in checked)) throw new Error(JSON.stringify(checked.mistakes));
  return checked.booking;
}

test('a form without mistakes is a booking in Unix seconds', () => {
  expect(booking({})).toEqual({
    subject: 'Conseil',
    begin: Date.parse('2026-12-03T13:30:00Z') / 1000,
    duration: 3600,
    moderators: [],
    guests: ['bob@example.org'],
  });
});

describe('when', () => {
  test.each([
    [{ date: '2026-02-30' }, { date: ['rule.date'] }],
    [{ date: '3/12/2026' }, { date: ['rule.date'] }],
    [{ date: '' }, { date: ['rule.date'] }],
    [{ time: '25:00' }, { time: ['rule.time'] }],
    [{ time: '' }, { time: ['rule.time'] }],
    [
      { date: '', time: '' },
      { date: ['rule.date'], time: ['rule.time'] },
    ],
    [{ date: '2027-03-28', time: '02:30' }, { time: ['rule.time_skipped'] }],
    [{ date: '2026-11-22' }, { date: ['rule.past'] }],
    [{ date: '2026-11-23', time: '13:58' }, { time: ['rule.past'] }],
    [{ date: '2026-11-22', time: '23:59' }, { date: ['rule.past'] }],
    [{ date: '0026-12-03' }, { date: ['rule.date'] }],
    [{ date: '2206-12-03' }, { date: ['rule.far'] }],
    [{ date: '2036-11-23' }, {}],
  ])('%j', (change, expected) => {
    expect(mistakes(change)).toEqual(expected);
  });

  test('yesterday is a wrong date and this morning a wrong time, also just after midnight', () => {
    const midnight = Date.parse('2026-11-22T23:00:00Z') / 1000;
    expect(mistakes({ date: '2026-11-22', time: '23:00' }, { now: midnight })).toEqual({ date: ['rule.past'] });
    expect(mistakes({ date: '2026-11-23', time: '00:00' }, { now: midnight + 90 })).toEqual({ time: ['rule.past'] });
  });

  test('the minute that has just passed still counts as now', () => {
    expect(mistakes({ date: '2026-11-23', time: '14:00' })).toEqual({});
    expect(mistakes({ date: '2026-11-23', time: '14:00' }, { now: now + 60 })).toEqual({});
    expect(mistakes({ date: '2026-11-23', time: '14:00' }, { now: now + 61 })).toEqual({ time: ['rule.past'] });
  });

  test('the clock of a hidden second is accepted, others are not', () => {
    expect(mistakes({ time: '14:30:00' })).toEqual({});
    expect(mistakes({ time: '14:30:30' })).toEqual({ time: ['rule.time'] });
  });
});

test.each([
  ['', 'rule.duration'],
  ['0', 'rule.duration'],
  ['-60', 'rule.duration'],
  ['1e2', 'rule.duration'],
  ['60.5', 'rule.duration'],
  ['29', 'rule.duration_bounds'],
  ['481', 'rule.duration_bounds'],
  ['99999', 'rule.duration_bounds'],
])('duration %j: %s', (duration, text) => {
  expect(mistakes({ duration })).toEqual({ duration: [text] });
});

test('30 and 480 minutes are within the bounds', () => {
  expect(booking({ duration: '30' }).duration).toBe(1800);
  expect(booking({ duration: ' 480 ' }).duration).toBe(28_800);
});

test('of an hour that comes twice, what is changed keeps the one that it has; whatever else is typed means the first', () => {
  const twice = (date: string, time: string, was: string) =>
    booking({ date, time }, { was: Date.parse(`${was}Z`) / 1000 }).begin;
  expect(twice('2027-10-31', '02:30', '2027-10-31T01:30')).toBe(Date.parse('2027-10-31T01:30Z') / 1000);
  expect(twice('2027-10-31', '02:30', '2027-10-31T00:30')).toBe(Date.parse('2027-10-31T00:30Z') / 1000);
  expect(twice('2027-10-31', '02:45', '2027-10-31T01:30')).toBe(Date.parse('2027-10-31T00:45Z') / 1000);
});

test('a subject that the form filled in names the day that was chosen, and one that was typed stays', () => {
  expect(booking({ subject: 'Réunion du 24' }).subject).toBe('Réunion du 3');
  expect(booking({ subject: 'Réunion du 25' }).subject).toBe('Réunion du 25');
});

test('a subject is one line, at most 200 characters, and never empty', () => {
  expect(booking({ subject: ' Soutenance\r\nBcc: x@y.org\t d’Élodie \u2028 ' }).subject).toBe(
    'Soutenance Bcc: x@y.org d’Élodie',
  );
  expect(booking({ subject: 'Facture \u202efdp.exe\u202c \u2066x\u2069' }).subject).toBe('Facture fdp.exe x');
  expect(booking({ subject: 'مرحبا 👩\u200d💻' }).subject).toBe('مرحبا 👩\u200d💻');
  expect(booking({ subject: ' \n ' }).subject).toBe('Réunion du 3');
  expect(booking({ subject: '😀'.repeat(200) }).subject).toHaveLength(400);
  expect(mistakes({ subject: 'x'.repeat(201) })).toEqual({ subject: ['rule.subject_long'] });
  expect(booking({ subject: `'); DROP TABLE meetings; --` }).subject).toBe(`'); DROP TABLE meetings; --`);
});

describe('who', () => {
  test('lists become members, aliases main addresses; the owner and doubles go', () => {
    expect(
      booking({ guests: 'labo@example.org bobby@example.org Alice@example.org a.martin@example.org' }).guests,
    ).toEqual(['bob@example.org', 'carol@example.org']);
  });

  test('an alias of the owner is the owner, whichever of the two addresses is known', () => {
    const aliases = new Map([
      ['am@example.org', 'alice@example.org'],
      ['a.martin@example.org', 'alice.martin@example.org'],
    ]);
    expect(booking({ guests: 'am@example.org a.martin@example.org x@example.org' }, { aliases }).guests).toEqual([
      'x@example.org',
    ]);
  });

  test('one person in both lists is a moderator once', () => {
    const both = booking({ moderators: 'bob@example.org', guests: 'bobby@example.org carol@example.org' });
    expect(both.moderators).toEqual(['bob@example.org']);
    expect(both.guests).toEqual(['carol@example.org']);
  });

  test('bounds count people, after lists and doubles', () => {
    expect(mistakes({ guests: 'a@x.org b@x.org c@x.org d@x.org' })).toEqual({ guests: ['rule.guests'] });
    expect(mistakes({ guests: 'a@x.org labo@example.org labo@example.org' })).toEqual({});
    expect(mistakes({ moderators: 'a@x.org b@x.org c@x.org' })).toEqual({ moderators: ['rule.moderators'] });
  });

  test('at least one guest, and every mistake at once', () => {
    expect(mistakes({ guests: '' })).toEqual({ guests: ['rule.no_guest'] });
    expect(mistakes({ guests: 'alice@example.org' })).toEqual({ guests: ['rule.no_guest'] });
    expect(mistakes({ guests: 'nobody <>', moderators: 'x@', duration: '', date: '' })).toEqual({
      guests: ['rule.address'],
      moderators: ['rule.address'],
      duration: ['rule.duration'],
      date: ['rule.date'],
    });
  });
});

test('a new form begins at the next quarter of an hour, also where zones are odd', () => {
  useZone('Asia/Kathmandu');
  const quarter = unixOf(processZone, { year: 2026, month: 11, day: 23, hour: 10, minute: 15 }) ?? 0;
  expect(nextQuarter(quarter - 1)).toBe(quarter);
  expect(nextQuarter(quarter)).toBe(quarter + 900);
  useZone('Europe/Paris');
});

describe('what is said of mistakes', () => {
  const said = (change: Partial<BookingForm>, other: Partial<BookingRules> = {}) => {
    const checked = checkBooking({ ...form, ...change }, { ...rules, ...other });
    return 'mistakes' in checked ? checked.mistakes : {};
  };

  test('names the bounds', () => {
    expect(said({ duration: '29' }).duration).toEqual([
      { text: 'rule.duration_bounds', values: { min: 30, max: 480 } },
    ]);
    expect(said({ duration: 'x' }).duration).toEqual([{ text: 'rule.duration' }]);
    expect(said({ subject: 'x'.repeat(201) }).subject).toEqual([{ text: 'rule.subject_long', values: { max: 200 } }]);
    expect(said({ subject: ' '.repeat(1001) }).subject).toEqual([{ text: 'rule.subject_long', values: { max: 200 } }]);
    expect(said({ subject: ' '.repeat(1000) })).toEqual({});
    expect(said({ guests: 'a@x.org b@x.org c@x.org d@x.org' }).guests).toEqual([
      { text: 'rule.guests', values: { max: 3, number: 4 } },
    ]);
    expect(said({ moderators: 'a@x.org b@x.org c@x.org' }).moderators).toEqual([
      { text: 'rule.moderators', values: { max: 2, number: 3 } },
    ]);
    expect(said({ moderators: 'a@x.org b@x.org' })).toEqual({});
  });

  test('names the pieces that are no address and those that may be names, five of them and no longer than a line', () => {
    const bad = (text: string) => said({ guests: `bob@example.org\n${text}` }).guests;
    expect(bad('a@\nDurand')).toEqual([
      { text: 'rule.name', values: { names: 'Durand' } },
      { text: 'rule.address', values: { addresses: 'a@' } },
    ]);
    const five = ['a@', 'b@', 'c@', 'd@', 'e@'];
    expect(bad(five.join('\n'))).toEqual([{ text: 'rule.address', values: { addresses: five.join(', ') } }]);
    expect(bad([...five, 'f@'].join('\n'))).toEqual([
      { text: 'rule.address', values: { addresses: `${five.join(', ')}, …` } },
    ]);
    const long = (length: number) => `${'x'.repeat(length - 1)}@`;
    expect(bad(long(80))).toEqual([{ text: 'rule.address', values: { addresses: long(80) } }]);
    expect(bad(long(81))).toEqual([{ text: 'rule.address', values: { addresses: `${'x'.repeat(79)}…` } }]);
    expect(said({ guests: 'a@' }).guests).toEqual([{ text: 'rule.address', values: { addresses: 'a@' } }]);
  });

  test('looks at no more than a list can have', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `p${at % 3}@x.org`).join(' ');
    expect(said({ guests: many(106) })).toEqual({});
    expect(said({ guests: many(107) }).guests).toEqual([{ text: 'rule.many', values: { max: 3 } }]);
    expect(said({ moderators: many(105) }).moderators).toEqual([{ text: 'rule.many', values: { max: 2 } }]);
    expect(said({ guests: `bob@example.org${' '.repeat(300 * 106 - 15)}` })).toEqual({});
    expect(said({ guests: `bob@example.org${' '.repeat(300 * 106 - 14)}` })).toEqual({
      guests: [{ text: 'rule.long', values: { max: 300 * 106 } }],
    });
  });

  test('the same time once more, where clocks are set back, is the one that is still to come', () => {
    const twice = Date.parse('2027-10-31T01:20:00Z') / 1000;
    expect(booking({ date: '2027-10-31', time: '02:30' }, { now: twice }).begin).toBe(twice + 600);
    expect(booking({ date: '2027-10-31', time: '02:30' }, { now: twice - 3600 }).begin).toBe(twice - 3000);
    expect(mistakes({ date: '2027-10-31', time: '02:30' }, { now: twice + 700 })).toEqual({ time: ['rule.past'] });
    expect(booking({ date: '2027-10-31', time: '02:30' }, { now: twice + 660 }).begin).toBe(twice + 600);
  });

  test('a date is one and nothing else, blanks around it apart', () => {
    expect(booking({ date: ' 2026-12-03 ', time: ' 14:30 ' }).duration).toBe(3600);
    expect(mistakes({ date: '2026-12-03x' })).toEqual({ date: ['rule.date'] });
    expect(mistakes({ date: 'x2026-12-03' })).toEqual({ date: ['rule.date'] });
    expect(mistakes({ time: 'x14:30' })).toEqual({ time: ['rule.time'] });
  });

  test('the times of a meeting that runs stand', () => {
    const times = { begin: now - 600, duration: 7200 };
    expect(booking({ date: '', time: 'x', duration: '0' }, { times })).toMatchObject(times);
  });

  test('a language is one of ours or none', () => {
    expect([booking({ language: 'en' }).language, booking({ language: 'de' }).language]).toEqual(['en', undefined]);
  });
});
