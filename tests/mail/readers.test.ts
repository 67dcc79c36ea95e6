/** What each reader of a mail is told of people and rooms, in whose language, and what there is for own templates. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { MailEvent, Message, MessageKind } from '../../lib/mail/messages.ts';
import { NONE, type OwnTemplates } from '../../lib/mail/own_templates.ts';
import { mailSubject, readerOf } from '../../lib/mail/titles.ts';
import { writeBody } from '../../lib/mail/wording.ts';
import type { Meeting } from '../../lib/meetings/meeting.ts';
import { useZone, zoneOf } from '../../lib/text/zones.ts';
import { attendees, guest, moderator, owner } from '../calendar/samples.ts';
import { ENGLISH, read, series, single, to } from './english.ts';
import { eventOf } from './samples.ts';

beforeAll(() => useZone('Europe/Paris'));

describe('people and rooms', () => {
  it('are told with names to those who prepare it, not to guests, nor to who was removed', () => {
    const named = [owner, { ...moderator, name: 'Dana\nDoe' }, guest];
    const blocks = (message: Message, all: MailEvent['attendees'] = named) =>
      read(message, { attendees: all })
        .text.split('\n\n')
        .filter((block) => /^(?:Moderators|Guests)\n/.test(block));
    const lists = ['Moderators\n  Dana Doe (dana@outside.example)', `Guests\n  ${guest.email}`];
    expect(blocks(to('owner', 'new'))).toEqual(lists);
    expect(blocks(to('moderator', 'new'))).toEqual(lists);
    expect(blocks(to('guest', 'new'))).toEqual([]);
    expect(blocks(to('moderator', 'removed'))).toEqual([]);
    expect(blocks(to('owner', 'new'), [owner, guest])).toEqual(lists.slice(1));
  });

  it.each([
    ['owner', 'Open the room', 'The room opens when you or a moderator joins.'],
    [
      'moderator',
      'Join the meeting',
      'The room opens when the organiser or a moderator joins. This link is for you only.',
    ],
    ['guest', 'Join the meeting', 'The room opens when the organiser or a moderator joins. This link is for you only.'],
  ] as const)('the %s reads how it opens', (role, label, note) => {
    expect(read(to(role, 'new')).text).toMatch(new RegExp(`^${label}\n {2}https://\\S+\n${note}$`, 'm'));
    expect(read(to(role, 'new'), { meeting: series }).text).toContain(
      'This link leads to the meeting that is on, or to the next one. It is for you only.',
    );
  });

  it('the agenda stands in the mail, but in a cancellation', () => {
    const with_ = { meeting: { ...single, agenda: 'One\n\nTwo' } };
    expect(read(to('guest', 'new'), with_).text).toMatch(/\n\nAgenda\n {2}One\n\n {2}Two\n/);
    for (const kind of ['del', 'removed'] as const) expect(read(to('guest', kind), with_).text).not.toContain('One');
  });

  it('the footer says to whom a reply goes', () => {
    const last = (message: Message) => read(message).text.trimEnd().split('\n').at(-1);
    expect(last(to('guest', 'new'))).toBe(
      'Visio sends this email automatically. If you reply, the organiser gets your message.',
    );
    expect(last(to('owner', 'new'))).toBe('Visio sends this email automatically.');
  });

  it('a nameless organiser is called by the address', () => {
    const mail = read(to('guest', 'new'), { owner: { email: owner.email, name: undefined } });
    expect(mail.intro).toBe(`${owner.email} invites you to an online meeting.`);
    expect(mail.text).toContain(`Organiser: ${owner.email}\n`);
  });
});

describe('own templates', () => {
  it('are given what there is to say', () => {
    const seen: Record<string, unknown>[] = [];
    const own: OwnTemplates = {
      ...NONE,
      write(part, occasion, view) {
        seen.push({ part, ...occasion, view });
        return part;
      },
    };
    const message = to('moderator', 'new');
    const event = eventOf('new', {
      ...{ meeting: { ...series, agenda: 'One\nTwo' }, attendees, accounts: new Map([[moderator.email, 'feed1']]) },
    });
    expect(writeBody(event, message, ENGLISH, own)).toEqual({ text: 'txt', html: 'html' });
    const about = { kind: 'new', role: 'moderator', language: 'en' };
    expect(seen).toMatchObject([
      { part: 'txt', ...about },
      { part: 'html', ...about },
    ]);
    const base = 'https://meet.example.org';
    expect(seen[0]?.['view']).toMatchObject({
      ...{ ...about, service: 'Visio', subject: 'Jury', organiser: 'Alice Martin (alice.martin@example.org)' },
      ...{ repeats: 'every Thursday, until Thursday 24 December 2026', duration: expect.stringMatching(/^1\s?h/) },
      room: `${base}/join.cgi?id=${moderator.hash}`,
      accept: expect.stringContaining(`?accept&id=${moderator.hash}`),
      decline: expect.stringContaining(`?decline&id=${moderator.hash}`),
      ...{ bookings: `${base}/booking.cgi`, feed: `${base}/ical.cgi?id=feed1` },
      ...{ moderators: [moderator.email], guests: [guest.email] },
      ...{ agendaTitle: 'Agenda', agenda: ['One', 'Two'], details: [{ label: 'Agenda', lines: ['One', 'Two'] }] },
    });
    writeBody(eventOf('del', { meeting: single }), to('guest', 'del'), ENGLISH, own);
    expect(seen[2]?.['view']).toMatchObject({
      ...{
        room: '',
        accept: '',
        decline: '',
        bookings: '',
        feed: '',
        repeats: '',
        moderators: [],
        guests: [],
        agenda: [],
      },
    });
  });
});

describe('a reader', () => {
  it('is written to in their language, the meeting’s or the house’s, by their clock or the house’s', () => {
    const reader = (changes: Partial<MailEvent>) => {
      const { language, zone } = readerOf(eventOf('new', changes), to('guest', 'new'), ENGLISH);
      return [language, zone.name];
    };
    const french: Meeting = { ...single, language: 'fr' };
    expect(reader({ meeting: single })).toEqual(['en', 'Europe/Paris']);
    expect(reader({ meeting: french })).toEqual(['fr', 'Europe/Paris']);
    const tokyo = zoneOf('Asia/Tokyo');
    if (tokyo === null) throw new Error('no Tokyo');
    const own = { languages: new Map([[guest.email, 'en' as const]]), zones: new Map([[guest.email, tokyo]]) };
    expect(reader({ meeting: french, ...own })).toEqual(['en', 'Asia/Tokyo']);
  });

  it('of another language reads our titles, not the administrator’s', () => {
    const own = { ...ENGLISH, JMB_SUBJECT_NEW_GUEST: 'Come!', JMB_SUBJECT_DEL_GUEST: 'Off -' } as const;
    const line = (kind: MessageKind, language: 'fr' | 'en', more: Partial<Message> = {}, subject = 'Jury') =>
      mailSubject(
        eventOf(kind, { meeting: { ...single, subject }, languages: new Map([[guest.email, language]]) }),
        to('guest', kind, more),
        own,
      ).replace(/ – \S+ 3 .*$/, '');
    expect(line('new', 'en')).toBe('Come!: Jury');
    expect(line('new', 'fr')).toBe('Invitation à une réunion\u00a0: Jury');
    expect(line('removed', 'en')).toBe('Off - Jury');
    expect(line('new', 'en', {}, '')).toBe('Come!');
    expect(line('new', 'en', { handed: { from: 'a', to: 'b' } })).toBe('Your meeting is handed over: Jury');
    expect(line('ask', 'en')).toBe('Please respond: Jury');
  });
});
