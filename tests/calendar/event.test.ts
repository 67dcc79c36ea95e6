/** The one description of an event that feed and mails are written from, and the links in it. */
import { describe, expect, it } from 'vitest';
import {
  answered,
  answerLink,
  bookingLink,
  called,
  describeEvent,
  eventUid,
  feedLink,
  invited,
  meetingLink,
  nameForCalendar,
  repeating,
  subscriptionLink,
} from '../../lib/calendar/event.ts';
import { writeCalendar } from '../../lib/calendar/icalendar.ts';
import type { Series, Turn } from '../../lib/meetings/series.ts';
import { BEGIN, guest, meeting, moderator, NOW, owner, settings, texts } from './samples.ts';

const WEEK = 7 * 86_400;
const turn = (number: number, more: Partial<Turn> = {}): Turn => ({
  local: `2026-12-${String(3 + 7 * number).padStart(2, '0')}T14:00`,
  ...{ begin: BEGIN + number * WEEK, meetingId: String(number), off: false, apart: false, absent: [], ...more },
});

/** Four Thursdays; the second was left out, and the guest is not in the third. */
const series: Series = {
  ...{ repeat: 'weekly', every: 1, ends: 'times', zone: 'Europe/Paris', next: '0', over: BEGIN + 3 * WEEK + 5400 },
  turns: [turn(0), turn(1, { off: true }), turn(2, { absent: [guest.email] }), turn(3)],
};
const weekly = { ...meeting, series };

describe('an event', () => {
  it('is described whole', () => {
    const agenda = 'Welcome\nVote';
    const host = { email: owner.email, name: 'Alice Martin', by: { email: 'bob@example.org' } };
    const link = 'https://meet.example.org/join.cgi?id=guesthash0000001';
    expect(describeEvent({ ...meeting, agenda }, guest, host, settings, texts)).toEqual({
      uid: '1763910000123456789@meet.example.org',
      ...{ sequence: 2, cancelled: false, free: false, begin: BEGIN, end: BEGIN + 5400 },
      ...{ created: NOW - 86_400, modified: NOW - 3600, summary: meeting.subject, link, attendees: [], alarms: [] },
      description: `Online meeting organised by Alice Martin. To join: ${link}\n\nWelcome\nVote`,
      organiser: { email: owner.email, name: 'Alice Martin', sentBy: 'bob@example.org' },
    });
  });

  it('tells nothing of who acts for the owner where nobody does, and nothing of dates where it is held once', () => {
    const event = describeEvent(meeting, owner, { email: owner.email }, settings, texts);
    expect(event.organiser).toEqual({ email: owner.email, name: owner.email });
    expect(event).not.toHaveProperty('recurrence');
  });

  it('of a series begins with its first date and says how it goes on', () => {
    const begun = { ...weekly, begin: BEGIN + WEEK, end: BEGIN + WEEK + 5400 };
    expect(describeEvent(begun, moderator, owner, settings, texts)).toMatchObject({
      ...{ begin: BEGIN, end: BEGIN + 5400 },
      recurrence: { repeat: 'weekly', every: 1, zone: 'Europe/Paris', excluded: ['2026-12-10T14:00'] },
    });
  });

  it('has in a mail who acts for the owner, in quotes', () => {
    const host = { email: owner.email, by: { email: 'bob+x@example.org' } };
    const event = describeEvent(meeting, guest, host, settings, texts);
    const text = writeCalendar([event], { method: 'REQUEST', properties: [] }).replace(/\r\n /g, '');
    expect(text).toContain(
      '\r\nORGANIZER;SENT-BY="mailto:bob+x@example.org";CN="alice.martin@example.org":mailto:alice.martin@example.org\r\n',
    );
  });

  it('that is none is not written', () => {
    const event = { ...describeEvent(meeting, guest, owner, settings, texts), begin: Number.NaN };
    expect(() => writeCalendar([event], { properties: [] })).toThrow(/^calendar not written: \{/);
  });
});

describe('the dates of a series', () => {
  const rule = { repeat: 'weekly', every: 1, zone: 'Europe/Paris', until: BEGIN + 3 * WEEK };

  it('are those of the rule, less what this reader has no part in', () => {
    expect(repeating(weekly, guest)).toEqual({
      ...{ begin: BEGIN, end: BEGIN + 5400 },
      recurrence: {
        ...{ ...rule, first: '2026-12-03T14:00', last: '2026-12-24T14:00', times: 4 },
        excluded: ['2026-12-10T14:00', '2026-12-17T14:00'],
      },
    });
  });

  it('go on from any of them', () => {
    expect(repeating(weekly, moderator, 2)).toEqual({
      ...{ begin: BEGIN + 2 * WEEK, end: BEGIN + 2 * WEEK + 5400 },
      recurrence: { ...rule, first: '2026-12-17T14:00', last: '2026-12-24T14:00', times: 2, excluded: [] },
    });
    expect(repeating(weekly, moderator, 3)?.recurrence).toMatchObject({ first: '2026-12-24T14:00', times: 1 });
  });

  it('have no number where the last day was given', () => {
    const until = { ...weekly, series: { ...series, ends: 'until' as const } };
    expect(repeating(until, moderator)?.recurrence).toMatchObject({ times: null, last: '2026-12-24T14:00' });
  });

  it('are none of a meeting that is held once, nor after the last one', () => {
    expect(repeating(meeting, guest)).toBeUndefined();
    expect(repeating(weekly, guest, 4)).toBeUndefined();
  });
});

describe('someone in a calendar', () => {
  it('has a name that RFC 5545 can write', () => {
    expect(nameForCalendar('Alice "Al" ^n Martin\r\nx')).toBe("Alice 'Al' n Martin x");
    expect(called('a@example.org', 'Alice')).toEqual({ email: 'a@example.org', name: 'Alice' });
    for (const name of [undefined, '', ' ', '^'])
      expect(called('a^"b@example.org', name)).toEqual({ email: 'a^"b@example.org', name: "a'b@example.org" });
  });

  it.each([
    ['a guest', guest, true, false, { role: 'guest', answer: 'none', asked: true }],
    ['a guest whose answer nobody reads', guest, false, false, { role: 'guest', answer: 'none', asked: false }],
    ['a moderator who wanted it so', moderator, true, true, { role: 'moderator', answer: 'accepted', asked: false }],
    ['the owner', owner, true, false, { role: 'owner', answer: 'accepted', asked: false }],
  ] as const)('is asked for an answer: %s', (_, attendee, isRead, suits, expected) => {
    expect(invited(attendee, isRead, suits)).toEqual({ email: attendee.email, name: attendee.email, ...expected });
  });

  it('suits only who says so, and has answered in the owner’s feed', () => {
    expect(invited(guest, true).answer).toBe('none');
    expect(answered({ ...guest, name: 'Nell' })).toEqual({
      ...{ email: guest.email, name: 'Nell', role: 'guest', answer: 'declined', asked: false },
    });
  });
});

describe('a link', () => {
  it.each(['https://meet.example.org', 'https://meet.example.org/', 'https://meet.example.org//'])(
    'below %s',
    (base) => {
      expect([
        meetingLink(base, { room: 'a/b' }, owner),
        meetingLink(base, weekly, owner),
        meetingLink(base, meeting, { role: 'guest', hash: 'a&b' }),
        answerLink(base, 'a&b', 'accept'),
        answerLink(base, 'x', 'decline'),
        bookingLink(base),
        feedLink(base, 'a&b'),
        subscriptionLink(base, 'a&b'),
      ]).toEqual([
        'https://meet.example.org/token.cgi?room=a%2Fb',
        'https://meet.example.org/join.cgi?id=ownerhash0000001',
        'https://meet.example.org/join.cgi?id=a%26b',
        'https://meet.example.org/join.cgi?accept&id=a%26b',
        'https://meet.example.org/join.cgi?decline&id=x',
        'https://meet.example.org/booking.cgi',
        'https://meet.example.org/ical.cgi?id=a%26b',
        'webcals://meet.example.org/ical.cgi?id=a%26b',
      ]);
    },
  );

  it('to subscribe by is without TLS where the address is', () => {
    expect(subscriptionLink('http://127.0.0.1:8080', 'x')).toBe('webcal://127.0.0.1:8080/ical.cgi?id=x');
  });

  it('and a UID hold the server’s name', () => {
    expect(eventUid({ id: '7' }, 'meet.example.org')).toBe('7@meet.example.org');
  });
});
