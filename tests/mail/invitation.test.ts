import { beforeAll, describe, expect, it } from 'vitest';
import { feed } from '../../lib/calendar/icalendar.ts';
import { useZone } from '../../lib/text/dates.ts';
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
      expect(event?.attendees).toEqual([{ email, name: email, partstat: 'NEEDS-ACTION', role, rsvp: 'TRUE' }]);
      expect(event?.organiser[0]).toMatchObject({ email: owner.email, name: 'Alice Martin' });
    }
  });

  it('is the very event of the feed: UID, SEQUENCE, times, link', () => {
    for (const [at, attendee] of attendees.entries()) {
      const named = { ...entry(attendee), owner: { email: owner.email, name: 'Alice Martin' } };
      const fed = readWithIcalJs(feed(factsOf([named]))).events[0];
      for (const kind of ['new', 'edit'] as const) {
        const { event } = read(kind, at as 0 | 1 | 2);
        expect({ ...event, attendees: [], alarms: [] }).toEqual({ ...fed, attendees: [], alarms: [] });
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
