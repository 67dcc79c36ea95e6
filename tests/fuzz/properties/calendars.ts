/** Calendars out and in: what we write is what ical.js reads (RFC 5545), and what others write is read, or nothing is. */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { type CalendarEvent, called } from '../../../lib/calendar/event.ts';
import { fold, writeCalendar } from '../../../lib/calendar/icalendar.ts';
import { readReplies } from '../../../lib/calendar/reply.ts';
import { readTnef } from '../../../lib/calendar/tnef.ts';
import { occurrenceAt, occurrencesOf, REPEATS } from '../../../lib/meetings/series.ts';
import { oneLine, straightLines } from '../../../lib/text/plain_text.ts';
import { zoneOf } from '../../../lib/text/zones.ts';
import { winmail } from '../../support/tnef.ts';
import { anyAddress } from './people.ts';
import { anyText, holds, type Property, same } from './property.ts';

/** Text as it comes to a calendar: without halves of characters, which no file in UTF-8 can hold. */
const whole = (text: string): string => Buffer.from(text).toString().replaceAll('\ufffd', '?');
const line = (length: number) => anyText(length).map((text) => oneLine(whole(text)));
const lines = (length: number) => anyText(length).map((text) => straightLines(whole(text)));

const begin = fc.integer({ min: 1_700_000_000, max: 2_100_000_000 });

const event: fc.Arbitrary<CalendarEvent> = fc
  .record({
    uid: fc.bigInt({ min: 10n ** 18n, max: 10n ** 19n }).map((id) => `${id}@meet.example.org`),
    sequence: fc.nat(999),
    cancelled: fc.boolean(),
    free: fc.boolean(),
    begin,
    minutes: fc.integer({ min: 1, max: 1440 }),
    created: begin,
    modified: begin,
    summary: line(120).map((text) => text || 'x'),
    description: lines(300),
    link: fc.constantFrom('https://meet.example.org/join.cgi?id=abc', 'http://127.0.0.1:8080/token.cgi?room=x'),
    organiser: fc.record({ email: anyAddress, name: line(60) }),
    attendees: fc.array(
      fc.record({
        email: anyAddress,
        name: line(60),
        role: fc.constantFrom('owner', 'moderator', 'guest'),
        answer: fc.constantFrom('none', 'accepted', 'declined', 'tentative'),
        asked: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    alarms: fc.uniqueArray(fc.nat(20_160), { maxLength: 3 }),
  })
  .map(({ minutes, organiser, attendees, ...rest }) => ({
    ...rest,
    end: rest.begin + minutes * 60,
    organiser: named(organiser),
    attendees: attendees.map(named),
  }));

/** As events name people. ical.js drops a backslash in a parameter, where RFC 5545 knows no escapes: these names have none. */
function named<Person extends { readonly email: string; readonly name: string }>(person: Person): Person {
  return { ...person, ...called(person.email, person.name.replaceAll('\\', '/')) };
}

const PARTSTAT = { none: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED', tentative: 'TENTATIVE' } as const;

function octets(text: string): void {
  if (/(^|[^\r])\n|\r(?!\n)/.test(text)) throw new Error('a line ends in another way than CRLF');
  for (const one of text.split('\r\n')) if (Buffer.byteLength(one) > 75) throw new Error(`a long line: ${one}`);
  if (Buffer.from(text).toString() !== text) throw new Error('half a character');
}

const written = holds(
  'a calendar has lines of 75 octets, and ical.js reads what was meant',
  3,
  fc.array(event, { minLength: 1, maxLength: 3 }),
  (events) => {
    const text = writeCalendar(events, { method: 'REQUEST', properties: [] });
    octets(text);
    const read = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent');
    same(read.length, events.length, 'the number of events');
    for (const [at, { summary, description, organiser, attendees, alarms, ...one }] of events.entries()) {
      const component = read[at] as ICAL.Component;
      const value = (name: string): string => String(component.getFirstPropertyValue(name) ?? '');
      const unix = (name: string): number => (component.getFirstPropertyValue(name) as ICAL.Time).toUnixTime();
      same(value('uid'), one.uid);
      same([value('summary'), value('description')], [summary, description], 'the texts');
      same(
        [unix('dtstart'), unix('dtend'), Number(value('sequence'))],
        [one.begin, one.end, one.sequence],
        'the times',
      );
      same(
        [value('status'), value('transp')],
        [one.cancelled ? 'CANCELLED' : 'CONFIRMED', one.free ? 'TRANSPARENT' : ''],
      );
      const person = (property: ICAL.Property): string[] => [
        decodeURIComponent(String(property.getFirstValue()).replace(/^mailto:/, '')),
        String(property.getParameter('cn')),
      ];
      same(component.getAllProperties('organizer').map(person), [[organiser.email, organiser.name]], 'the organiser');
      const answers = component.getAllProperties('attendee');
      same(
        answers.map(person),
        attendees.map(({ email, name }) => [email, name]),
        'the attendees',
      );
      same(
        answers.map((each) => each.getParameter('partstat')),
        attendees.map(({ answer }) => PARTSTAT[answer]),
      );
      const seconds = component
        .getAllSubcomponents('valarm')
        .map((alarm) => (alarm.getFirstPropertyValue('trigger') as ICAL.Duration).toSeconds());
      same(
        seconds,
        alarms.map((minutes) => -minutes * 60 + 0),
        'the alarms',
      );
    }
  },
);

const folding = holds('whatever line is folded is the same when it is unfolded', 1, anyText(400).map(whole), (text) => {
  const folded = fold(text);
  for (const part of folded.split('\r\n ')) if (Buffer.byteLength(part) > 75) throw new Error(`long: ${part}`);
  if (!/\r\n /.test(text)) same(folded.replaceAll('\r\n ', ''), text);
});

const ZONES = Intl.supportedValuesOf('timeZone').filter((name) => zoneOf(name) !== null);

const series = fc.record({
  zone: fc.constantFrom(...ZONES),
  repeat: fc.constantFrom(...REPEATS),
  every: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 20_400, max: 24_000 }),
  minute: fc.nat(1439),
  times: fc.integer({ min: 2, max: 30 }),
  isUntil: fc.boolean(),
  leftOut: fc.nat(9),
});

const recurring = holds(
  'the dates of a series are those to which ical.js comes by what we write, in every zone',
  30,
  series,
  ({ zone: name, repeat, every, day, minute, times, isUntil, leftOut }) => {
    const zone = zoneOf(name);
    if (zone === null) throw new Error(`no zone ${name}`);
    const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const date = new Date(day * 86_400_000);
    if (repeat === 'weekdays' && date.getUTCDay() % 6 === 0) date.setUTCDate(date.getUTCDate() + 2);
    const first = occurrenceAt(`${date.toISOString().slice(0, 10)}T${clock}`, zone);
    const dates = occurrencesOf({ repeat, every }, first.begin, { times }, zone);
    const last = dates.at(-1);
    if (last === undefined || dates[0]?.local !== first.local) return;
    const excluded = dates.filter((_, at) => at > 0 && at % 10 === leftOut);
    const text = writeCalendar(
      [
        {
          ...{ uid: '1@x.org', sequence: 0, cancelled: false, free: false, created: 0, modified: 0, attendees: [] },
          ...{ begin: first.begin, end: first.begin + 3600, summary: 'x', description: 'x', link: 'x', alarms: [] },
          organiser: { email: 'a@x.org', name: 'A' },
          recurrence: {
            ...{ repeat, every, zone: name, first: first.local, last: last.local, until: last.begin },
            ...{ times: isUntil ? null : dates.length, excluded: excluded.map(({ local }) => local) },
          },
        },
      ],
      { method: 'REQUEST', properties: [] },
    );
    octets(text);
    const kept = dates.filter((one) => !excluded.includes(one));
    const found = expanded(text);
    same(
      found.map(({ local }) => local),
      kept.map(({ local }) => local),
      'the dates on the wall',
    );
    for (const [at, { unix }] of found.entries()) {
      const { begin: ours = 0 } = kept[at] ?? {};
      // Where a time is twice, or never, ical.js takes the other one than RFC 5545 section 3.3.5 does.
      if (unix === ours || isOdd(zone.offsetAt, ours)) continue;
      throw new Error(`${kept[at]?.local} in ${name} is ${unix} by ical.js and ${ours} by us`);
    }
  },
);

/** Whether clocks are set within some hours. */
function isOdd(offsetAt: (unix: number) => number, unix: number): boolean {
  return offsetAt(unix - 10_800) !== offsetAt(unix + 10_800);
}

function expanded(text: string): { local: string; unix: number }[] {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zone = new ICAL.Timezone(calendar.getFirstSubcomponent('vtimezone') as ICAL.Component);
  const dates = new ICAL.Event(calendar.getFirstSubcomponent('vevent') as ICAL.Component).iterator();
  const found: { local: string; unix: number }[] = [];
  for (let next = dates.next(); next; next = dates.next()) {
    next.zone = zone;
    found.push({ local: next.toString().slice(0, 16), unix: next.toUnixTime() });
  }
  return found;
}

const ANSWERS = { ACCEPTED: 'accepted', DECLINED: 'declined', TENTATIVE: 'tentative' } as const;
const reply = fc.record({
  uid: fc.stringMatching(/^[\w@.-]{1,60}$/),
  sequence: fc.nat(999),
  begin,
  email: anyAddress,
  partstat: fc.constantFrom('ACCEPTED', 'DECLINED', 'TENTATIVE'),
  comment: line(200).map((text) => text.replaceAll('\u00a0', ' ').trim()),
  end: fc.constantFrom('\r\n', '\n'),
  order: fc.array(fc.nat(99), { minLength: 8, maxLength: 8 }),
});

const replies = holds(
  'an answer that ical.js writes is read as it was given, in any order of its lines',
  2,
  reply,
  async (one) => {
    const component = new ICAL.Component('vevent');
    component.addPropertyWithValue('uid', one.uid);
    component.addPropertyWithValue('sequence', one.sequence);
    const time = ICAL.Time.fromJSDate(new Date(one.begin * 1000), true);
    for (const name of ['dtstart', 'dtstamp']) component.addPropertyWithValue(name, time);
    const attendee = new ICAL.Property('attendee');
    attendee.setValue(`mailto:${encodeURIComponent(one.email).replace('%40', '@')}`);
    attendee.setParameter('partstat', one.partstat);
    component.addProperty(attendee);
    component.addPropertyWithValue('comment', one.comment);
    const own = component.toString().split('\r\n');
    const folded = own
      .slice(1, -1)
      .join('\r\n')
      .split(/\r\n(?! )/);
    const shuffled = folded.map((text, at) => ({ text, by: one.order[at] ?? 0 })).sort((a, b) => a.by - b.by);
    const text = [
      'BEGIN:VCALENDAR',
      'METHOD:REPLY',
      own[0],
      ...shuffled.map(({ text }) => text),
      'END:VEVENT',
      'END:VCALENDAR',
    ];
    const [read, ...more] = await readReplies(`${text.join('\r\n')}\r\n`.replaceAll('\r\n', one.end));
    same(more, [], 'what else was read');
    same(
      [read?.uid, read?.sequence, read?.begin, read?.stamp, read?.named, read?.comment],
      [
        ...[
          one.uid,
          one.sequence,
          one.begin,
          one.begin,
          [{ email: one.email, answer: ANSWERS[one.partstat as 'ACCEPTED'] }],
        ],
        [...one.comment].slice(0, 300).join('').trim(),
      ],
    );
  },
);

const contentLine = fc
  .tuple(
    fc.constantFrom(
      'BEGIN',
      'END',
      'METHOD',
      'UID',
      'DTSTART',
      'ATTENDEE',
      'COMMENT',
      'RRULE',
      'TZID',
      'TZOFFSETTO',
      'X',
    ),
    fc.constantFrom('', ';PARTSTAT=ACCEPTED', ';TZID=Europe/Paris', ';TZID="x', ';VALUE=DATE', ';X="a:b";Y=c'),
    fc.oneof(fc.constantFrom('VCALENDAR', 'VEVENT', 'VTIMEZONE', 'STANDARD', 'REPLY', '20261126T100000Z'), anyText(40)),
  )
  .map(([name, parameter, value]) => `${name}${parameter}:${value}`);

const anyCalendar = holds(
  'whatever calendar comes, nothing is thrown, and what is read has its form',
  2,
  fc
    .array(contentLine, { maxLength: 40 })
    .map((all) => `BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n${all.join('\r\n')}`),
  async (text) => {
    for (const { uid, named: people, begin: from, end, stamp, comment } of await readReplies(text)) {
      if (uid === '' || people.length === 0 || [...comment].length > 300) throw new Error('an answer by nobody');
      for (const time of [from, end, stamp]) if (Number.isNaN(time)) throw new Error('a time that is none');
    }
  },
);

const invitation = fc.record({
  uid: fc.stringMatching(/^[\x21-\x7e]{1,80}$/),
  begin,
  sequence: fc.nat(9999),
  comment: line(200),
});

const tnefs = holds(
  'an answer in TNEF is read as it was given',
  1,
  invitation,
  ({ uid, begin: from, sequence, comment }) => {
    const person = { name: '', address: 'a@x.org' };
    const invited = { uid, sequence, begin: from, end: from + 3600, summary: 'x', location: '', asked: true };
    const said = { partstat: 'DECLINED', comment, at: from - 99, id: 'x' } as const;
    const [read] = readTnef(winmail({ ...invited, organiser: person, attendee: person }, said), 'a@x.org');
    same([read?.uid, read?.sequence, read?.begin, read?.stamp], [uid, sequence, from, from - 99]);
    same(
      [read?.named, read?.comment],
      [[{ email: 'a@x.org', answer: 'declined' }], [...comment.trim()].slice(0, 300).join('')],
    );
  },
);

const spoilt = fc.tuple(fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { maxLength: 6 }), fc.nat(3000));
const anyTnef = holds('whatever bytes come as TNEF, nothing is thrown', 1, spoilt, ([changes, length]) => {
  const person = { name: '', address: 'a@x.org' };
  const invited = { uid: 'x', sequence: 1, begin: 1, end: 2, summary: 'x', location: '', asked: true };
  const bytes = winmail(
    { ...invited, organiser: person, attendee: person },
    { partstat: 'ACCEPTED', comment: 'y', at: 1, id: 'x' },
  );
  for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
  if (readTnef(bytes.subarray(0, length), 'a@x.org').length > 1) throw new Error('more than one answer');
});

export const CALENDARS: readonly Property[] = [...[written, folding, recurring, replies, anyCalendar, tnefs, anyTnef]];
