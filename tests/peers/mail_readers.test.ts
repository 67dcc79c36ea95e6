import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feed } from '../../lib/calendar/icalendar.ts';
import { type MailServer, openMailServer } from '../../lib/mail/smtp.ts';
import { useZone } from '../../lib/text/zones.ts';
import { attendees, entry, factsOf, meeting, owner } from '../calendar/samples.ts';
import { compose, eventOf } from '../mail/samples.ts';
import { type Smtp, smtpSettings, startSmtp } from '../support/smtp.ts';
import { readWithIcalJs, readWithPython } from './calendar_readers.ts';

let smtp: Smtp;
let server: MailServer;
beforeAll(async () => {
  useZone('Europe/Paris');
  smtp = await startSmtp();
  server = openMailServer(smtpSettings(smtp.url));
});
afterAll(async () => {
  server.close();
  await smtp.stop();
});

/** The calendar that arrives with a mail: the part beside text and HTML, and the file that hangs on it. */
async function arrived(kind: 'new' | 'edit' | 'del' | 'removed', at: 0 | 1 | 2) {
  smtp.mails.length = 0;
  const mail = compose(eventOf(kind), { JMB_LANG: 'en' })[at];
  expect(await server.send(mail.parts, mail.messageId, AbortSignal.timeout(5000))).toEqual({ state: 'sent' });
  const parsed = await smtp.mails[0]?.parse();
  const [calendar, file, ...others] = parsed?.attachments ?? [];
  expect(others).toEqual([]);
  expect(calendar?.contentType).toBe('text/calendar');
  expect(file?.filename).toBe('invitation.ics');
  expect(file?.content).toEqual(calendar?.content);
  return calendar?.content.toString() ?? '';
}

describe.each([0, 1, 2] as const)('what arrives by mail at %i (owner, moderator, guest)', (at) => {
  it.each(['new', 'edit', 'del', 'removed'] as const)('%s: two foreign readers say the same', async (kind) => {
    const text = await arrived(kind, at);
    const seen = readWithIcalJs(text);
    expect(readWithPython(text)).toEqual(seen);
    const cancelled = kind === 'del' || kind === 'removed';
    expect(seen.method).toBe(cancelled ? 'CANCEL' : 'REQUEST');
    expect(seen.events).toHaveLength(1);
    expect(seen.events[0]).toMatchObject({
      uid: `${meeting.id}@meet.example.org`,
      status: cancelled ? 'CANCELLED' : 'CONFIRMED',
      sequence: kind === 'del' ? meeting.sequence + 1 : meeting.sequence,
      begin: meeting.begin,
      end: meeting.end,
      summary: meeting.subject,
      errors: [],
    });
    expect(seen.events[0]?.attendees).toMatchObject([
      { email: attendees[at]?.email, partstat: at === 0 ? 'ACCEPTED' : 'NEEDS-ACTION', rsvp: null },
    ]);
  });

  it('is what both read in the feed: UID, SEQUENCE, times, texts, links', async () => {
    const attendee = attendees[at] ?? owner;
    const fed = feed(factsOf([{ ...entry(attendee), owner: { email: owner.email, name: 'Alice Martin' } }]));
    const mailed = await arrived('new', at);
    for (const read of [readWithIcalJs, readWithPython]) {
      const [inFeed] = read(fed).events;
      const [inMail] = read(mailed).events;
      expect(inFeed?.transp).toBe(attendee.answer === 'declined' ? 'TRANSPARENT' : null);
      const less = { attendees: [], alarms: [], organiser: [], transp: null };
      expect({ ...inMail, ...less }).toEqual({ ...inFeed, ...less });
    }
  });
});
