/** What stands around the words of a mail: from whom, to whom it is answered, until when it is worth sending, and its calendar. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeSettings,
  composeMails,
  mailboxName,
  prepareComposing,
  returnPath,
  serviceAddress,
  templatesOf,
} from '../../lib/mail/compose.ts';
import type { MailEvent, Message, MessageKind } from '../../lib/mail/messages.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import { readSettings } from '../../lib/settings.ts';
import { useZone } from '../../lib/text/zones.ts';
import { BEGIN, guest, meeting, moderator, NOW, owner } from '../calendar/samples.ts';
import { ENGLISH, series, single, WEEK } from './english.ts';
import { compose, eventOf } from './samples.ts';

beforeAll(() => useZone('Europe/Paris'));

const DAY = 86_400;
const APART = 'visio+{id}@example.org';

/** The mail of one message, read. */
function write(
  kind: MessageKind,
  changes: Partial<MailEvent> = {},
  more: Partial<Message> = {},
  settings: Partial<ComposeSettings> = {},
) {
  const messages = [{ kind, attendee: guest, ...more }];
  const [mail] = composeMails(eventOf(kind, { meeting: single, messages, ...changes }), { ...ENGLISH, ...settings });
  if (mail === undefined) throw new Error('one mail was to be written');
  return { ...mail, parts: JSON.parse(mail.content) };
}

/** A property of the event in its calendar, whose long lines are folded. */
const property = (calendar: { body: string } | undefined, name: string) =>
  new RegExp(`^${name}[;:](.*)$`, 'm').exec(
    (calendar?.body ?? '')
      .replace(/^[\s\S]*BEGIN:VEVENT/, '')
      .replace(/\r\n /g, '')
      .replace(/\r/g, ''),
  )?.[1];

describe('From', () => {
  const from = (name: string | undefined, by?: { email: string; name?: string }, JMB_NAME = 'Visio') =>
    write('new', { owner: { email: owner.email, name, ...(by ? { by } : {}) } }, {}, { JMB_NAME }).parts.from.name;

  it.each([
    [from.bind(null, 'Alice', { email: 'b@x.test', name: 'Bob' }), 'Bob for Alice (Visio)'],
    [from.bind(null, 'Alice', { email: 'b@x.test' }), 'b@x.test for Alice (Visio)'],
    [from.bind(null, 'Alice', { email: 'b@x.test', name: '' }), 'Alice (Visio)'],
    [from.bind(null, undefined, { email: 'b@x.test', name: 'Bob' }), 'Visio'],
    [from.bind(null, 'Alice', { email: 'b@x.test', name: 'Bob' }, ''), 'Bob for Alice'],
    [from.bind(null, undefined, undefined, ''), ''],
  ])('%#: names owner, stand-in and service', (name, expected) => {
    expect(name()).toBe(expected);
  });

  it('and To have nothing in them that a mail program would decode', () => {
    expect(mailboxName('=?utf-8?q?x?= a\nb =?')).toBe('= ?utf-8?q?x?= a b = ?');
    expect(write('new', {}, { attendee: { ...guest, name: 'Neil\r\nX: y' } }).parts.to).toEqual({
      ...{ name: 'Neil X: y', address: guest.email },
    });
    expect(write('new').parts.to.name).toBe('');
  });
});

describe('replies', () => {
  it.each([
    ['', 'noreply@example.org', 'noreply@example.org'],
    ['visio@example.org', 'visio@example.org', 'visio@example.org'],
    [APART, 'noreply@example.org', 'noreply@example.org'],
  ])('with JMB_MAIL_REPLY="%s" mails are from %s', (JMB_MAIL_REPLY, address) => {
    expect(serviceAddress({ JMB_MAIL_REPLY, JMB_MAIL_FROM_NOTIFICATION: 'noreply@example.org' })).toBe(address);
    expect(write('new', {}, {}, { JMB_MAIL_REPLY }).parts.from.address).toBe(address);
  });

  it('go to the owner, or to the address that tells whose they are; the owner’s own never to that', () => {
    const to = (JMB_MAIL_REPLY: string, attendee = guest) => {
      const { replyTo, calendar } = write('new', {}, { attendee }, { JMB_MAIL_REPLY }).parts;
      return [replyTo.address, property(calendar, 'ORGANIZER')?.replace(/^.*mailto:/i, '')];
    };
    const apart = replyAddressOf(APART, meeting, guest);
    expect(apart).toMatch(/^visio\+[0-9a-z]{13,25}@/);
    expect(to('')).toEqual([owner.email, owner.email]);
    expect(to('visio@example.org')).toEqual([owner.email, 'visio@example.org']);
    expect(to(APART)).toEqual([apart, apart]);
    expect(to('', owner)).toEqual([owner.email, 'noreply@example.org']);
    expect(to(APART, owner)).toEqual([owner.email, 'noreply@example.org']);
    expect(to('visio@example.org', owner)).toEqual([owner.email, 'visio@example.org']);
  });

  it('by programs come back to the address for them, where there is one that tells apart', () => {
    const back = (JMB_MAIL_BOUNCE: string, JMB_MAIL_REPLY: string) =>
      returnPath({ JMB_MAIL_BOUNCE, JMB_MAIL_REPLY }, meeting, guest);
    expect(back('back+{id}@x.test', APART)).toEqual({ returnTo: replyAddressOf('back+{id}@x.test', meeting, guest) });
    expect(back('', APART)).toEqual({ returnTo: replyAddressOf(APART, meeting, guest) });
    expect(back('back@x.test', 'visio@x.test')).toEqual({});
    expect(write('new').parts).not.toHaveProperty('returnTo');
    expect(write('new', {}, {}, { JMB_MAIL_REPLY: APART }).parts.returnTo).toBe(replyAddressOf(APART, meeting, guest));
  });

  it('by people or programs are heard of no more: the headers say that it was generated', () => {
    expect(write('new').parts.headers).toMatchObject({
      ...{ 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply', 'Content-Language': 'en' },
    });
  });
});

describe('a mail is worth sending', () => {
  it.each<[MessageKind, number, number]>([
    ['new', NOW, meeting.end],
    ['edit', NOW, meeting.end],
    ['removed', NOW, meeting.end],
    ['ask', NOW, BEGIN],
    ['reminder', BEGIN - 600, BEGIN],
    ['reminder', BEGIN, BEGIN + 300],
    ['del', NOW, meeting.end],
    ['del', BEGIN - 1, meeting.end],
    ['del', BEGIN, BEGIN + DAY],
    ['del', meeting.end + 60, meeting.end + 60 + DAY],
  ])('%s, written at %i: until %i', (kind, at, expires) => {
    expect(write(kind, { at }).expires).toBe(expires);
  });

  it('of a series until its last date is over', () => {
    expect(write('new', { meeting: series }).expires).toBe(BEGIN + 3 * WEEK + meeting.duration);
  });
});

describe('what the outbox is told', () => {
  it('is meeting, kind, person and role; who is removed is told of a cancellation', () => {
    expect(write('removed')).toMatchObject({
      meetingId: meeting.id,
      kind: 'del',
      recipient: guest.email,
      role: 'guest',
    });
    expect(write('ask').kind).toBe('ask');
  });

  it('is a Message-ID by version, or by when a reminder or a question was due', () => {
    const id = (...args: Parameters<typeof write>) =>
      write(...args)
        .messageId.split('.')
        .slice(0, 3)
        .join('.');
    expect(id('edit')).toBe(`<${meeting.id}.edit.3`);
    expect(id('removed')).toBe(`<${meeting.id}.removed.3`);
    expect(id('reminder', { at: 7 })).toBe(`<${meeting.id}.reminder.${BEGIN}-7`);
    expect(id('ask', { at: 8 })).toBe(`<${meeting.id}.ask.${BEGIN}-8`);
  });
});

describe('a thread', () => {
  it('begins with the invitation, and what follows answers what came before', () => {
    const thread = (kind: MessageKind, before: string[] = []) =>
      write(kind, { threads: new Map([[guest.email, before]]) }).parts.headers;
    const first = thread('new');
    expect(first).not.toHaveProperty('In-Reply-To');
    const root = first.References;
    expect(thread('edit')).toMatchObject({ References: root, 'In-Reply-To': root });
    expect(thread('new', ['<a>'])).toMatchObject({ References: `${root} <a>`, 'In-Reply-To': '<a>' });
    const eleven = Array.from({ length: 11 }, (_, at) => `<${at}>`);
    expect(thread('edit', eleven).References).toBe([root, ...eleven].join(' '));
    expect(thread('edit', [...eleven, '<11>']).References).toBe([root, '<0>', ...eleven.slice(2), '<11>'].join(' '));
  });
});

describe('its calendar', () => {
  const calendar = (...args: Parameters<typeof write>) => write(...args).parts.calendar;

  it('asks, or takes back with a higher sequence when all is cancelled', () => {
    expect(write('reminder').parts).not.toHaveProperty('calendar');
    for (const kind of ['new', 'edit', 'ask'] as const) {
      expect(calendar(kind)).toMatchObject({ method: 'REQUEST' });
      expect(property(calendar(kind), 'SEQUENCE')).toBe('2');
      expect(property(calendar(kind), 'STATUS')).toBe('CONFIRMED');
    }
    expect(property(calendar('del'), 'SEQUENCE')).toBe('3');
    expect(property(calendar('removed'), 'SEQUENCE')).toBe('2');
    for (const kind of ['del', 'removed'] as const) {
      expect(calendar(kind)).toMatchObject({ method: 'CANCEL' });
      expect(property(calendar(kind), 'STATUS')).toBe('CANCELLED');
    }
  });

  it('of a series that is taken back begins with what is still to come', () => {
    const begin = (kind: MessageKind, at: number) =>
      property(calendar(kind, { meeting: { ...series, begin: BEGIN + at * WEEK } }), 'DTSTART')?.replace(/^.*:/, '');
    expect(begin('new', 2)).toBe('20261203T140000');
    expect(begin('del', 0)).toBe('20261203T140000');
    expect(begin('del', 2)).toBe('20261217T140000');
    expect(begin('removed', 2)).toBe('20261217T140000');
    expect(begin('removed', 9)).toBe('20261203T140000');
  });

  it('expects an answer, but of who proposed the time or handed the meeting over', () => {
    const attendee = (more: Partial<Message> = {}, JMB_MAIL_REPLY = APART) =>
      property(calendar('edit', {}, { attendee: moderator, ...more }, { JMB_MAIL_REPLY }), 'ATTENDEE');
    expect(attendee()).toMatch(/RSVP=TRUE.*PARTSTAT=NEEDS-ACTION/);
    expect(attendee({}, '')).not.toMatch(/RSVP=TRUE/);
    expect(attendee({ suits: true })).toMatch(/PARTSTAT=ACCEPTED/);
    expect(attendee({ handed: { from: 'a', to: 'b' } })).toMatch(/PARTSTAT=ACCEPTED/);
  });
});

it('broken templates of the administrator are told in the log, with their line', () => {
  const etc = mkdtempSync(join(tmpdir(), 'jmb-envelope-'));
  mkdirSync(join(etc, 'mail'));
  writeFileSync(join(etc, 'mail/new.txt.hbs'), 'one\n{{nobody}}');
  mkdirSync(join(etc, 'mail/edit.txt.hbs'));
  const events: unknown[] = [];
  const settings = { ...readSettings('/nowhere', {}), etc };
  const own = templatesOf({ settings, log: { event: (name, fields) => void events.push([name, fields]) } });
  composeMails(eventOf('new'), ENGLISH, own);
  expect(events).toEqual([
    ['template-broken', { file: join(etc, 'mail/edit.txt.hbs'), reason: expect.stringContaining('directory') }],
    ['template-broken', { file: `${join(etc, 'mail/new.txt.hbs')}:2`, reason: expect.stringContaining('nobody') }],
  ]);
  expect(() => prepareComposing({ etc })).not.toThrow();
  rmSync(etc, { recursive: true });
  expect(compose(eventOf('new'))[0].parts.text).not.toBe('');
});
