import { beforeAll, describe, expect, it } from 'vitest';
import { feed } from '../../lib/calendar/icalendar.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import { useZone } from '../../lib/text/zones.ts';
import { attendees, entry, factsOf, meeting, NOW, owner } from '../calendar/samples.ts';
import { readWithIcalJs } from '../peers/calendar_readers.ts';
import { compose, eventOf } from './samples.ts';

beforeAll(() => useZone('Europe/Paris'));

describe('the calendar part', () => {
  /** What the recipient’s calendar makes of it. */
  function read(kind: 'new' | 'edit' | 'del' | 'removed', at: 0 | 1 | 2) {
    const { calendar } = compose(eventOf(kind), { JMB_LANG: 'en' })[at].parts;
    const seen = readWithIcalJs(calendar?.body ?? '');
    expect(seen.method).toBe(calendar?.method);
    const [event, ...others] = seen.events;
    expect(others).toEqual([]);
    return { method: seen.method, event };
  }

  it('asks the recipient, and tells them about no other', () => {
    for (const at of [0, 1, 2] as const) {
      const { method, event } = read('new', at);
      const email = attendees[at]?.email;
      expect(method).toBe('REQUEST');
      expect(event?.status).toBe('CONFIRMED');
      const role = at === 0 ? 'CHAIR' : 'REQ-PARTICIPANT';
      const partstat = at === 0 ? 'ACCEPTED' : 'NEEDS-ACTION';
      expect(event?.attendees).toEqual([{ email, name: email, partstat, role, rsvp: null }]);
      const organiser = at === 0 ? 'noreply@example.org' : owner.email;
      expect(event?.organiser[0]).toMatchObject({ email: organiser, name: 'Alice Martin' });
    }
  });

  it('is the very event of the feed: UID, SEQUENCE, times, link', () => {
    for (const [at, attendee] of attendees.entries()) {
      const named = { ...entry(attendee), owner: { email: owner.email, name: 'Alice Martin' } };
      const fed = readWithIcalJs(feed(factsOf([named]))).events[0];
      for (const kind of ['new', 'edit'] as const) {
        const { event } = read(kind, at as 0 | 1 | 2);
        // What only the feed knows: the answer.
        const less = { attendees: [], alarms: [], organiser: [], transp: null };
        expect({ ...event, ...less }).toEqual({ ...fed, ...less });
      }
    }
  });

  it('cancels with a SEQUENCE above the one known', () => {
    const { method, event } = read('del', 2);
    expect(method).toBe('CANCEL');
    expect(event).toMatchObject({ status: 'CANCELLED', sequence: meeting.sequence + 1, stamp: NOW });
    expect(event?.uid).toBe(`${meeting.id}@meet.example.org`);
    // Taking someone off is a change of the meeting, which has raised it already.
    expect(read('removed', 2).event).toMatchObject({ status: 'CANCELLED', sequence: meeting.sequence });
  });

  it('is not in a reminder', () => {
    for (const { parts } of compose(eventOf('reminder'))) expect(parts.calendar).toBeUndefined();
  });
});

describe('whom a mail is from, who organises, and where answers go', () => {
  const REPLY = 'visio+{id}@example.org';

  it.each([
    ['without the setting', '', ['noreply@example.org', 'OWNER', 'OWNER', false]],
    ['with one address for all', 'visio@example.org', ['visio@example.org', 'visio@example.org', 'OWNER', true]],
    ['with an address for each', REPLY, ['noreply@example.org', 'OWN', 'OWN', true]],
  ] as const)('%s', (_, setting, [from, organiser, replyTo, asked]) => {
    const guest = attendees[2];
    if (guest === undefined) throw new Error('no guest');
    const own = replyAddressOf(REPLY, meeting, guest);
    const address = (word: string) => (word === 'OWNER' ? owner.email : word === 'OWN' ? own : word);
    const { parts } = compose(eventOf('new'), { JMB_MAIL_REPLY: setting })[2];
    const [event] = readWithIcalJs(parts.calendar?.body ?? '').events;
    expect(parts.from.address).toBe(from);
    expect(parts.replyTo.address).toBe(address(replyTo));
    expect(event?.organiser[0]?.email).toBe(address(organiser));
    expect(event?.attendees[0]?.rsvp).toBe(asked ? 'TRUE' : null);
  });
});
