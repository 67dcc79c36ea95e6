import { beforeAll, describe, expect, it } from 'vitest';
import { composeMails } from '../../lib/mail/compose.ts';
import { messagesToAll, reminderMessages } from '../../lib/mail/messages.ts';
import { useZone } from '../../lib/text/zones.ts';
import { attendees, BEGIN, guest, meeting, moderator, owner } from '../calendar/samples.ts';
import { compose, eventOf, settings } from './samples.ts';

const JOIN = 'https://meet.example.org/join.cgi?';
const TOKEN = 'https://meet.example.org/token.cgi?room=abcdefghijklmnop';

beforeAll(() => useZone('Europe/Paris'));

/** HTML as a reader sees it, roughly. */
function shown(html: string): string {
  return html
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

describe('who reads what', () => {
  it('the guest: organiser, subject, date, time, duration, join, accept, decline', () => {
    const [, , { parts }] = compose(eventOf('new'));
    for (const body of [parts.text, shown(parts.html)]) {
      expect(body).toContain('Alice Martin (alice.martin@example.org)');
      expect(body).toContain(meeting.subject);
      expect(body).toContain('jeudi 3 décembre 2026');
      expect(body).toContain('14:00');
      expect(body).toContain('14:00 – 15:30 (Europe/Paris, UTC+01:00)');
      expect(body).toMatch(/1\sh\s30/);
      expect(body).toContain(`${JOIN}id=guesthash0000001`);
      expect(body).toContain(`${JOIN}accept&id=guesthash0000001`);
      expect(body).toContain(`${JOIN}decline&id=guesthash0000001`);
      expect(body).not.toContain(moderator.email);
      expect(body).not.toMatch(/token\.cgi|booking\.cgi|ical\.cgi|ownerhash|moderator0/);
    }
  });

  it('the moderator: the lists of moderators and guests too', () => {
    const [, { parts }] = compose(eventOf('new'));
    for (const body of [parts.text, shown(parts.html)]) {
      expect(body).toContain(moderator.email);
      expect(body).toContain(guest.email);
      expect(body).toContain(`${JOIN}id=moderator0000001`);
      expect(body).toContain(`${JOIN}accept&id=moderator0000001`);
      expect(body).not.toMatch(/token\.cgi|booking\.cgi|ical\.cgi|guesthash|ownerhash/);
    }
  });

  it('the owner: the link that asks to sign in, no question, the list and the feed', () => {
    const [{ parts }] = compose(eventOf('new'));
    for (const body of [parts.text, shown(parts.html)]) {
      expect(body).toContain(TOKEN);
      expect(body).toContain(guest.email);
      expect(body).toContain('https://meet.example.org/booking.cgi');
      expect(body).toContain('https://meet.example.org/ical.cgi?id=feedhash00000001');
      expect(body).not.toContain('join.cgi');
    }
  });

  it('whoever has an account without a feed yet: the list alone', () => {
    const [, , { parts }] = compose(eventOf('new', { accounts: new Map([[guest.email, null]]) }));
    expect(parts.text).toContain('/booking.cgi');
    expect(parts.text).not.toContain('ical.cgi');
  });

  it.each(['del', 'removed'] as const)('%s: nothing to enter or to answer', (kind) => {
    for (const { parts } of compose(eventOf(kind))) {
      expect(parts.text).not.toMatch(/join\.cgi|token\.cgi/);
      expect(parts.html).not.toMatch(/join\.cgi|token\.cgi/);
    }
  });

  it('a reminder leaves out who has declined, never the owner', () => {
    const declined = { ...owner, answer: 'declined' as const };
    expect(reminderMessages([declined, moderator, guest]).map((message) => message.attendee)).toEqual([
      declined,
      moderator,
    ]);
  });

  it('a reminder asks only those who have not said that they come', () => {
    const [, coming, undecided] = compose(
      eventOf('reminder', { messages: messagesToAll('reminder', [owner, moderator, { ...guest, answer: 'none' }]) }),
    );
    expect(coming.parts.text).toContain('Vous avez accepté');
    expect(coming.parts.text).not.toContain(`${JOIN}accept`);
    expect(coming.parts.text).toContain(`${JOIN}decline`);
    expect(undecided.parts.text).toContain(`${JOIN}accept`);
  });

  it('English where the settings say so', () => {
    const [, , { parts }] = compose(eventOf('new'), { JMB_LANG: 'en' });
    expect(parts.subject).toBe(`Invitation to a meeting: ${meeting.subject} – Thursday 3 December 2026`);
    expect(parts.text).toContain('Thursday');
    expect(parts.headers['Content-Language']).toBe('en');
    expect(parts.html).toContain('<html lang="en">');
  });
});

describe('the HTML', () => {
  it('escapes what people typed', () => {
    const subject = '<script>alert("x")</script> & <img src=x>';
    const name = '<b>Alice</b>';
    const event = eventOf('new', { meeting: { ...meeting, subject }, owner: { email: owner.email, name } });
    for (const { parts } of compose(event, { JMB_NAME: '<i>Visio</i>' })) {
      expect(parts.html).not.toMatch(/<script|<img|<b>|<i>/);
      expect(shown(parts.html)).toContain(subject);
      expect(parts.text).toContain(subject);
    }
  });

  it('asks nobody else for anything, and shows each address that it links to', () => {
    for (const kind of ['new', 'edit', 'del', 'removed', 'reminder'] as const) {
      for (const { parts } of compose(eventOf(kind))) {
        expect(parts.html).not.toMatch(/<img|<link|<script|url\(|@import|src=/i);
        for (const [, address = ''] of parts.html.matchAll(/href="([^"]*)"/g)) {
          expect(shown(parts.html)).toContain(shown(address));
          expect(parts.text).toContain(shown(address));
        }
      }
    }
  });
});

describe('the subject line', () => {
  const DATE = ' – jeudi 3 décembre 2026';

  it('is the title by kind and role, the meeting’s subject and its date', () => {
    const titles = (kind: Parameters<typeof eventOf>[0]) => compose(eventOf(kind)).map(({ parts }) => parts.subject);
    for (const kind of ['new', 'edit', 'del', 'removed', 'reminder'] as const) {
      for (const line of titles(kind)) {
        expect(line).toMatch(/^\P{C}+\u00a0: Soutenance d’Élodie ; jury/u);
        expect(line).toMatch(/ – jeudi 3 décembre 2026$/);
      }
    }
    expect(titles('new')[2]).toBe(`Invitation à une réunion\u00a0: ${meeting.subject}${DATE}`);
  });

  it('takes the administrator’s words', () => {
    const own = {
      JMB_SUBJECT_NEW_GUEST: '[Visio]',
      JMB_SUBJECT_DEL_GUEST: 'Annulation',
      JMB_SUBJECT_MAIL_REMINDER_GUEST: 'Rappel :',
    };
    const line = (kind: Parameters<typeof eventOf>[0]) => compose(eventOf(kind), own)[2].parts.subject;
    expect(line('new')).toBe(`[Visio] ${meeting.subject}${DATE}`);
    expect(line('del')).toBe(`Annulation\u00a0: ${meeting.subject}${DATE}`);
    expect(line('reminder')).toBe(`Rappel : ${meeting.subject}${DATE}`);
    expect(compose(eventOf('new'), own)[1].parts.subject).not.toContain('[Visio]');
  });

  it('is one line, whatever was typed', () => {
    const subject = 'a\r\nBcc: x@example.org\u2028b\u0000';
    for (const { parts } of compose(eventOf('new', { meeting: { ...meeting, subject } }), { JMB_NAME: 'V\r\nX: y' })) {
      expect(parts.subject).toMatch(/a Bcc: x@example\.org b – jeudi 3 décembre 2026$/);
      expect(parts.from.name).toBe('Alice Martin (V X: y)');
    }
  });
});

describe('headers and addresses', () => {
  it('come from the service, and are answered to the owner', () => {
    for (const mail of compose(eventOf('new'))) {
      expect(mail.parts.from).toEqual({
        name: 'Alice Martin (Visio "Example", réunions)',
        address: 'noreply@example.org',
      });
      expect(mail.parts.replyTo).toEqual({ name: 'Alice Martin', address: 'alice.martin@example.org' });
      expect(mail.parts.to.address).toBe(mail.recipient);
      expect(mail.parts.headers['Auto-Submitted']).toBe('auto-generated');
    }
  });

  it('have another Message-ID for another text, though a restored database counts its versions again', () => {
    const idOf = (subject: string) =>
      composeMails(eventOf('edit', { meeting: { ...meeting, subject } }), settings)[0]?.messageId;
    expect(idOf('Conseil')).not.toBe(idOf('Conseil restreint'));
    expect(idOf('Conseil')).toBe(idOf('Conseil'));
  });

  it('have a Message-ID that is the same each time, and no other mail’s', () => {
    const ids = new Set<string>();
    const add = (event: ReturnType<typeof eventOf>) => {
      for (const mail of composeMails(event, settings)) ids.add(mail.messageId);
    };
    const events = [
      ...(['new', 'edit', 'del', 'removed'] as const).map((kind) => eventOf(kind)),
      eventOf('edit', { meeting: { ...meeting, version: meeting.version + 1 } }),
      eventOf('new', { meeting: { ...meeting, id: '42' } }),
      eventOf('reminder', { at: BEGIN - 3600 }),
      eventOf('reminder', { at: BEGIN - 600 }),
      eventOf('reminder', { at: BEGIN - 600, meeting: { ...meeting, begin: BEGIN + 60 } }),
    ];
    for (const event of [...events, ...events]) add(event);
    expect(ids.size).toBe(events.length * 3);
    for (const id of ids) {
      expect(id).toMatch(/^<[\w.-]+@meet\.example\.org>$/);
      for (const { hash } of attendees) expect(id).not.toContain(hash);
    }
  });

  it('tell the outbox what it must know', () => {
    const [mail] = compose(eventOf('removed'));
    expect(mail).toMatchObject({
      meetingId: meeting.id,
      kind: 'del',
      recipient: owner.email,
      role: 'owner',
      expires: meeting.end,
    });
    expect(compose(eventOf('reminder'))[0]).toMatchObject({ kind: 'reminder', expires: meeting.begin });
  });
});
