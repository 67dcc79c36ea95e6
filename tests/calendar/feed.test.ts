import { describe, expect, it } from 'vitest';
import { alarmsToCome, feedFacts } from '../../lib/calendar/feed_facts.ts';
import { feed } from '../../lib/calendar/icalendar.ts';
import {
  type attendees,
  BEGIN,
  entry,
  factsOf,
  guest,
  meeting,
  moderator,
  NOW,
  owner,
  settings,
  texts,
} from './samples.ts';

/** Content lines, unfolded. */
function lines(text: string): string[] {
  return text.replace(/\r\n /g, '').split('\r\n');
}

describe('the feed', () => {
  it('keeps the letter of RFC 5545: CRLF, 75 octets, one begin for each end', () => {
    const text = feed(factsOf([entry(owner)]));
    expect(text.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.match(/^BEGIN:/gm)).toHaveLength(text.match(/^END:/gm)?.length ?? 0);
  });

  it('is an empty calendar for someone without meetings', () => {
    expect(lines(feed(factsOf([])))).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'CALSCALE:GREGORIAN',
      'PRODID:-//Jitsi Meet Booking//JMB//EN',
      'NAME:Visio\\, "Example" \\; réunions',
      'X-WR-CALNAME:Visio\\, "Example" \\; réunions',
      'X-WR-CALDESC:Les réunions à distance de l’université',
      'X-WR-TIMEZONE:Europe/Paris',
      'REFRESH-INTERVAL;VALUE=DURATION:PT15M',
      'X-PUBLISHED-TTL:PT15M',
      'END:VCALENDAR',
      '',
    ]);
  });

  it('writes an event whole', () => {
    const text = lines(feed(factsOf([entry(owner)])));
    const event = text.slice(text.indexOf('BEGIN:VEVENT'));
    expect(event.slice(0, event.indexOf('BEGIN:VALARM'))).toEqual([
      'BEGIN:VEVENT',
      'UID:1763910000123456789@meet.example.org',
      'SUMMARY:Soutenance d’Élodie \\; jury "restreint"\\, salle A\\\\B 🎓',
      'DTSTAMP:20261126T120000Z',
      'DTSTART:20261203T130000Z',
      'DTEND:20261203T143000Z',
      'SEQUENCE:2',
      "DESCRIPTION:Online meeting organised by Alice 'Al' Martin. To join: https://meet.example.org/token.cgi?room=abcdefghijklmnop",
      'URL:https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      'LOCATION:https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      'CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO,CHAT:https://meet.example.org/token.cgi?room=abcdefghijklmnop',
      'STATUS:CONFIRMED',
      'ORGANIZER;CN="Alice \'Al\' Martin":mailto:alice.martin@example.org',
      'CREATED:20261125T130000Z',
      'LAST-MODIFIED:20261126T120000Z',
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN="dana@outside.example":mailto:dana@outside.example',
      'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN="o\'neil+reunion@example.net":mailto:o\'neil+reunion@example.net',
    ]);
  });

  it('escapes the text of alarms and counts them in minutes', () => {
    const text = lines(feed(factsOf([entry(moderator)])));
    expect(text.filter((line) => line.startsWith('TRIGGER'))).toEqual([
      'TRIGGER:-PT1440M',
      'TRIGGER:-PT60M',
      'TRIGGER:-PT10M',
    ]);
    const at = text.indexOf('BEGIN:VALARM');
    expect(text.slice(at, at + 5)).toEqual([
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      'DESCRIPTION:Soutenance d’Élodie \\; jury "restreint"\\, salle A\\\\B 🎓',
      'TRIGGER:-PT1440M',
      'END:VALARM',
    ]);
  });

  it('leaves the time of a declined meeting free and reminds of it no more', () => {
    const declined = lines(feed(factsOf([entry(guest)])));
    expect(declined).toContain('TRANSP:TRANSPARENT');
    expect(declined).not.toContain('BEGIN:VALARM');
    expect(feed(factsOf([entry(moderator)]))).not.toContain('TRANSP');
  });

  it('leaves a declined meeting out where the settings say so', () => {
    const hiding = { ...settings, JMB_ICAL_DECLINED: 'hidden' } as const;
    expect(feedFacts([entry(guest)], hiding, texts, NOW).events).toEqual([]);
    expect(feedFacts([entry(moderator)], hiding, texts, NOW).events).toHaveLength(1);
  });

  it('moves its stamps when an answer changes', () => {
    const answeredAt = NOW - 60;
    const stamp = 'DTSTAMP:20261126T125900Z';
    const own = lines(feed(factsOf([entry({ ...guest, answeredAt })])));
    expect(own).toContain(stamp);
    expect(own).toContain(stamp.replace('DTSTAMP', 'LAST-MODIFIED'));
    const organised = { ...entry(owner), attendees: [owner, { ...guest, answeredAt }] };
    expect(lines(feed(factsOf([organised])))).toContain(stamp);
    expect(lines(feed(factsOf([{ ...organised, attendee: moderator }])))).not.toContain(stamp);
  });

  it('shows attendees to the owner only', () => {
    expect(feed(factsOf([entry(moderator)]))).not.toContain('ATTENDEE');
    expect(feed(factsOf([entry(guest)]))).not.toContain('ATTENDEE');
  });

  it('gives each role its link', () => {
    const link = (who: (typeof attendees)[number]) =>
      lines(feed(factsOf([entry(who)]))).find((line) => line.startsWith('URL:'));
    expect(link(owner)).toBe('URL:https://meet.example.org/token.cgi?room=abcdefghijklmnop');
    expect(link(moderator)).toBe('URL:https://meet.example.org/join.cgi?id=moderator0000001');
    expect(link(guest)).toBe('URL:https://meet.example.org/join.cgi?id=guesthash0000001');
  });

  it('lets the highest role win where one person is in a meeting twice', () => {
    for (const order of [
      [entry(guest), entry(owner), entry(moderator)],
      [entry(owner), entry(guest)],
    ]) {
      const text = feed(factsOf(order));
      expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
      expect(text).toContain('token.cgi');
    }
  });

  it('leaves out what has ended, keeps what is running, and sorts by begin', () => {
    const running = entry(guest, { id: '2', begin: NOW - 60, end: NOW + 60 });
    const over = entry(guest, { id: '3', begin: NOW - 120, end: NOW });
    const uids = lines(feed(factsOf([entry(guest), over, running]))).filter((line) => line.startsWith('UID:'));
    expect(uids).toEqual(['UID:2@meet.example.org', `UID:${meeting.id}@meet.example.org`]);
  });

  it('sorts those that begin at once by UID', () => {
    for (const ids of [
      ['2', '1', '3'],
      ['3', '1', '2'],
    ]) {
      const uids = factsOf(ids.map((id) => entry(guest, { id }))).events.map(({ uid }) => uid.split('@')[0]);
      expect(uids).toEqual(['1', '2', '3']);
    }
  });

  it('has the first of two addresses of one person that are in a meeting alike', () => {
    const [event] = factsOf([entry(guest), entry({ ...guest, hash: 'other' })]).events;
    expect(event?.link).toContain(guest.hash);
  });

  it('survives a subject of control characters and foreign line ends', () => {
    const subject = 'one\r\nATTENDEE:mailto:x@example.org\rtwo\u2028three\u0085four\u0000\u001b[2J';
    const text = feed(factsOf([entry(guest, { subject })]));
    expect(lines(text)).toContain('SUMMARY:one ATTENDEE:mailto:x@example.org two three four [2J');
    expect(text).not.toContain('\r\nATTENDEE');
  });

  it('calls a meeting without subject a meeting', () => {
    expect(lines(feed(factsOf([entry(guest, { subject: ' \n' })])))).toContain('SUMMARY:Meeting');
  });

  it('survives an old row whose address no calendar can hold', () => {
    const odd = { ...guest, email: 'é@example.org' };
    const facts = factsOf([{ ...entry(owner), attendees: [owner, odd, moderator], owner: { email: 'nobody' } }]);
    const text = feed(facts);
    expect(text.match(/\r\nATTENDEE/g)).toHaveLength(1);
    expect(text).not.toContain('ORGANIZER');
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'https://Meet.Example.org', 'https://[::1]:8443'])(
    'is written whatever the public address is: %s',
    (base) => {
      const facts = factsOf([entry(guest)]);
      const events = facts.events.map((event) => ({ ...event, link: `${base}/join.cgi?id=x` }));
      expect(lines(feed({ ...facts, events }))).toContain(`LOCATION:${base}/join.cgi?id=x`);
    },
  );
});

describe('alarms', () => {
  it('are those still to come, each once, earliest first', () => {
    expect(alarmsToCome(BEGIN, [10, 1440, 60, 60, 10080], NOW)).toEqual([1440, 60, 10]);
    expect(alarmsToCome(BEGIN, [10, 60], BEGIN - 600)).toEqual([]);
    expect(alarmsToCome(BEGIN, [10, 0], BEGIN - 1)).toEqual([0]);
    expect(alarmsToCome(BEGIN, [], NOW)).toEqual([]);
  });

  it('are none after the begin', () => {
    expect(alarmsToCome(BEGIN, [10, -10], NOW)).toEqual([10]);
  });

  it('may be at the begin itself', () => {
    const facts = factsOf([entry(guest)]);
    const events = facts.events.map((event) => ({ ...event, alarms: [0] }));
    expect(lines(feed({ ...facts, events }))).toContain('TRIGGER:PT0S');
  });
});
