import { describe, expect, it } from 'vitest';
import { feed } from '../../lib/calendar/icalendar.ts';
import { BEGIN, entry, factsOf, guest, meeting, moderator, NOW, owner } from '../calendar/samples.ts';
import { readWithIcalJs, readWithPython } from './calendar_readers.ts';

/** What both readers understood; they must agree. */
function read(text: string) {
  const seen = readWithIcalJs(text);
  expect(readWithPython(text)).toEqual(seen);
  return seen;
}

describe('two foreign readers of a feed say the same, and what we meant', () => {
  it('an empty calendar', () => {
    expect(read(feed(factsOf([])))).toEqual({
      version: '2.0',
      product: '-//Jitsi Meet Booking//JMB//EN',
      method: null,
      name: 'Visio, "Example" ; réunions',
      description: 'Les réunions à distance de l’université',
      zone: 'Europe/Paris',
      refresh: 'PT15M',
      events: [],
    });
  });

  it('the owner’s feed', () => {
    const [event, ...others] = read(feed(factsOf([entry(owner)]))).events;
    expect(others).toEqual([]);
    expect(event).toEqual({
      uid: '1763910000123456789@meet.example.org',
      sequence: 2,
      status: 'CONFIRMED',
      begin: BEGIN,
      end: BEGIN + 5400,
      stamp: meeting.modified,
      created: meeting.created,
      modified: meeting.modified,
      summary: meeting.subject,
      description:
        "Online meeting organised by Alice 'Al' Martin. To join: https://meet.example.org/token.cgi?room=abcdefghijklmnop",
      location: 'https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      url: 'https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      conference: 'https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      transp: null,
      organiser: [{ email: owner.email, name: "Alice 'Al' Martin", partstat: null, role: null, rsvp: null }],
      attendees: [
        { email: moderator.email, name: moderator.email, partstat: 'ACCEPTED', role: 'REQ-PARTICIPANT', rsvp: null },
        { email: guest.email, name: guest.email, partstat: 'DECLINED', role: 'REQ-PARTICIPANT', rsvp: null },
      ],
      alarms: [1440, 60, 10].map((minutes) => ({ action: 'DISPLAY', seconds: -minutes * 60, text: meeting.subject })),
      errors: [],
    });
  });

  it('a meeting that its reader has declined', () => {
    const [event] = read(feed(factsOf([entry(guest)]))).events;
    expect([event?.transp, event?.alarms]).toEqual(['TRANSPARENT', []]);
  });

  it.each(["o'brien+x%y?cc=z&a=b@example.org", 'a/b#c{d}|e^f`g!$*~h@example.org'])(
    'the address %s, and no other recipient',
    (email) => {
      const [event] = read(
        feed(factsOf([{ ...entry(owner), owner: { email }, attendees: [owner, { ...guest, email }] }])),
      ).events;
      for (const person of [...(event?.organiser ?? []), ...(event?.attendees ?? [])]) {
        const { pathname, search, hash } = new URL(`mailto:${person.email}`);
        expect([decodeURIComponent(pathname), search, hash]).toEqual([email, '', '']);
      }
      expect([event?.organiser.length, event?.attendees.length]).toEqual([1, 1]);
    },
  );

  it.each([
    'emoji 👩‍👩‍👧 and ünïcödé, again and again '.repeat(12),
    'a:b;c=d,"e" \'f\' ^n <b>&amp;</b>',
    '\u0644\u0642\u0627\u0621 \u2067rtl\u2069 會議',
    'x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:y',
    'tab\tand\u0085next line\u2028and\u2029paragraph',
  ])('the subject %j', (subject) => {
    const events = read(feed(factsOf([entry(guest, { subject })]))).events;
    expect(events).toHaveLength(1);
    expect(events[0]?.summary).toBe(subject.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim());
  });

  it('the subject that python3-icalendar 4.0 misreads: it takes an escaped backslash before an n for a newline', () => {
    const subject = 'back\\slash \\n no newline, \\, no comma';
    expect(readWithIcalJs(feed(factsOf([entry(guest, { subject })]))).events[0]?.summary).toBe(subject);
  });

  it.each([`"Jo" O'Neil; Dr, PhD: x`, '^ caret ^n', 'Ünïcödé '.repeat(15).trim(), 'back\\slash\\', '\r\nX: y'])(
    'the organiser %j',
    (name) => {
      const facts = factsOf([{ ...entry(guest), owner: { email: owner.email, name } }]);
      const expected = name.replace(/"/g, "'").replace(/\^/g, '').trim();
      expect(read(feed(facts)).events[0]?.organiser[0]?.name).toBe(expected);
    },
  );

  it.each(['bob.durand@example.org', "o'brien+x%y?cc=z@example.org"])('who acts in the organiser’s place: %s', (by) => {
    const facts = factsOf([{ ...entry(guest), owner: { email: owner.email, name: 'Alice', by: { email: by } } }]);
    const [organiser] = read(feed(facts)).events[0]?.organiser ?? [];
    expect(organiser).toMatchObject({ email: owner.email, name: 'Alice' });
    expect(decodeURIComponent(new URL(organiser?.sentBy ?? '').pathname)).toBe(by);
  });

  it('a hundred meetings, with an alarm at the begin', () => {
    const entries = Array.from({ length: 100 }, (_, n) =>
      entry(owner, { id: String(n), begin: BEGIN + n, end: BEGIN + n + 60 }),
    );
    const facts = factsOf(entries);
    const events = facts.events.map((event) => ({ ...event, alarms: [0] }));
    expect(read(feed({ ...facts, events })).events.map((event) => [event.begin, event.alarms[0]?.seconds])).toEqual(
      entries.map(({ meeting: { begin } }) => [begin, 0]),
    );
  });
});

describe('times hold on both sides of a change of clocks', () => {
  /** What a reader who lives in the zone sees on the clock. */
  function wall(zone: string, unix: number): string {
    return new Date(unix * 1000).toLocaleString('sv-SE', { timeZone: zone });
  }

  it.each([
    ['Europe/Paris', Date.UTC(2027, 2, 28, 0, 30), '2027-03-28 01:30:00', '2027-03-28 03:30:00'],
    ['Europe/Paris', Date.UTC(2027, 9, 31, 0, 30), '2027-10-31 02:30:00', '2027-10-31 02:30:00'],
    ['America/New_York', Date.UTC(2027, 2, 14, 6, 30), '2027-03-14 01:30:00', '2027-03-14 03:30:00'],
    ['America/New_York', Date.UTC(2027, 10, 7, 5, 30), '2027-11-07 01:30:00', '2027-11-07 01:30:00'],
    ['Asia/Kolkata', Date.UTC(2027, 2, 28, 0, 30), '2027-03-28 06:00:00', '2027-03-28 07:00:00'],
  ])('%s at %i', (zone, milliseconds, first, last) => {
    const begin = milliseconds / 1000;
    const facts = factsOf([entry(guest, { begin, end: begin + 3600, duration: 3600 })], NOW);
    const event = read(feed({ ...facts, zone })).events[0];
    expect(wall(zone, event?.begin ?? 0)).toBe(first);
    expect(wall(zone, event?.end ?? 0)).toBe(last);
  });
});
