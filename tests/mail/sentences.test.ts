/** The sentences of a mail, by kind and role: of one meeting, of a series and of one of its dates. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { MailEvent, Message } from '../../lib/mail/messages.ts';
import { useZone } from '../../lib/text/zones.ts';
import { BEGIN, guest, moderator, NOW } from '../calendar/samples.ts';
import { read, series, to, WEEK } from './english.ts';

beforeAll(() => useZone('Europe/Paris'));

describe('of one meeting', () => {
  it.each<[Message, string, string]>([
    [
      to('owner', 'new'),
      'Your meeting is booked',
      'Your meeting is booked. Everyone invited gets an invitation by email.',
    ],
    [
      to('moderator', 'new'),
      'Invitation to moderate a meeting',
      'Alice Martin invites you to moderate an online meeting.',
    ],
    [to('guest', 'new'), 'Invitation to a meeting', 'Alice Martin invites you to an online meeting.'],
    [to('owner', 'edit'), 'Your meeting has changed', 'Your meeting has changed. New details:'],
    [
      to('moderator', 'edit'),
      'Meeting changed',
      'Alice Martin has changed the meeting that you moderate. New details:',
    ],
    [to('guest', 'edit'), 'Meeting changed', 'Alice Martin has changed the meeting. New details:'],
    [
      to('owner', 'del'),
      'Your meeting is cancelled',
      'You have cancelled your meeting. Everyone invited is told by email.',
    ],
    [to('guest', 'del'), 'Meeting cancelled', 'Alice Martin has cancelled the meeting.'],
    [to('guest', 'removed'), 'You have been removed from a meeting', 'Alice Martin has removed you from this meeting.'],
    [to('guest', 'ask'), 'Please respond', 'Alice Martin is waiting for your response to this invitation.'],
    [
      to('owner', 'reminder'),
      'Reminder of your meeting',
      'Your meeting takes place on Thursday 3 December 2026 at 14:00 (Europe/Paris, UTC+01:00).',
    ],
    [
      to('guest', 'edit', { suits: true }),
      'Meeting changed',
      'Alice Martin has moved the meeting to the time that you suggested. You’re counted as attending.',
    ],
    [
      to('guest', 'edit', { relinked: true }),
      'New link',
      'Here is your new link to Alice Martin’s meeting. The old one no longer works.',
    ],
    [
      to('owner', 'edit', { handed: { from: 'Bob', to: 'Alice' } }),
      'A meeting is handed to you',
      'Bob hands you this meeting: you’re its organiser from now on. Invitations and responses stay valid.',
    ],
    [
      to('guest', 'edit', { handed: { from: 'Bob', to: 'Alice' } }),
      'Your meeting is handed over',
      'You’ve handed over this meeting: its organiser is Alice from now on. Invitations and responses stay valid.',
    ],
  ])('%j: %s', (message, title, intro) => {
    const mail = read(message);
    expect(mail).toMatchObject({ title, intro, subject: `${title}: Jury – Thursday 3 December 2026` });
    expect(mail.html).toContain(`<h1>${title}</h1>`);
  });
});

describe('of a series', () => {
  it.each<[Message, string, string]>([
    [
      to('owner', 'new'),
      'Your series of meetings is booked',
      'Your series of meetings is booked. Everyone invited gets one invitation for all dates.',
    ],
    [
      to('guest', 'new'),
      'Invitation to a series of meetings',
      'Alice Martin invites you to a series of online meetings.',
    ],
    [
      to('guest', 'edit'),
      'Series of meetings changed',
      'Alice Martin has changed the series of meetings. New details:',
    ],
    [
      to('moderator', 'del'),
      'Series of meetings cancelled',
      'Alice Martin has cancelled the series of meetings that you were to moderate.',
    ],
    [
      to('guest', 'removed'),
      'You have been removed from a series of meetings',
      'Alice Martin has removed you from this series of meetings.',
    ],
    [to('guest', 'ask'), 'Please respond', 'Alice Martin is waiting for your response to this invitation.'],
    [
      to('guest', 'reminder'),
      'Meeting reminder',
      'The meeting that you are invited to takes place on Thursday 3 December 2026 at 14:00 (Europe/Paris, UTC+01:00).',
    ],
  ])('%j: %s', (message, title, intro) => {
    expect(read(message, { meeting: series })).toMatchObject({ title, intro });
  });

  it.each<['off' | 'without' | 'apart', string, string]>([
    [
      'off',
      'One date is cancelled',
      'The meeting of Thursday 17 December 2026 does not take place. The other dates stand:',
    ],
    [
      'without',
      'You are no longer invited on one date',
      'Alice Martin no longer invites you on Thursday 17 December 2026. The other dates stand:',
    ],
    [
      'apart',
      'One date has changed',
      'The meeting of Thursday 17 December 2026 has changed: another email says how. The other dates stand:',
    ],
  ])('whose one date is cut (%s): %s', (how, title, intro) => {
    const cut = { how, begin: BEGIN + 2 * WEEK };
    expect(read(to('guest', 'edit', { cut }), { meeting: series })).toMatchObject({
      ...{ title, intro, subject: `${title}: Jury – Thursday 17 December 2026` },
    });
    expect(read(to('guest', 'new', { cut }), { meeting: series }).title).toBe('Invitation to a series of meetings');
  });

  it('the rows say how it repeats, and which days to come are left out for this reader', () => {
    const rows = (attendee: typeof guest, at = NOW) =>
      read({ kind: 'new', attendee }, { meeting: series, at })
        .text.split('\n')
        .filter((line) => /^(?:Subject|Organiser|Date|Next date|Repeats|Except on|Duration): /.test(line));
    const common = [
      'Subject: Jury',
      'Organiser: Alice Martin (alice.martin@example.org)',
      'Next date: Thursday 3 December 2026',
      'Repeats: every Thursday, until Thursday 24 December 2026',
    ];
    const duration = expect.stringMatching(/^Duration: /);
    expect(rows(guest)).toEqual([...common, 'Except on: 10, 17 December', duration]);
    expect(rows(moderator)).toEqual([...common, 'Except on: 10 December', duration]);
    expect(rows(guest, BEGIN + WEEK)).toEqual([...common, 'Except on: 17 December', duration]);
    expect(rows(moderator, BEGIN + WEEK)).toEqual([...common, duration]);
    expect(read(to('guest', 'new')).text).toMatch(/^Date: Thursday 3 December 2026$/m);
  });
});

describe('what is asked', () => {
  const title = (message: Message, changes: Partial<MailEvent> = {}) =>
    read(message, changes)
      .text.split('\n\n')
      .map((block) => block.split('\n'))
      .find((lines) => lines.includes('Decline'))
      ?.filter((line) => !line.startsWith('  ') && !line.startsWith('Please answer'));
  const both = ['Accept', 'Decline'];
  const accepted = { attendee: { ...guest, answer: 'accepted' as const } };

  it.each<[string, Message, string[] | undefined]>([
    ['an invitation', to('guest', 'new'), ['Can you make it?', ...both]],
    ['the owner', to('owner', 'new'), undefined],
    ['a cancellation', to('guest', 'del'), undefined],
    ['who proposed it', to('guest', 'edit', { suits: true }), ['Can’t make it after all?', 'Decline']],
    ...(['accepted', 'declined', 'tentative'] as const).map((had): [string, Message, string[]] => [
      `who had answered ${had}`,
      to('guest', 'edit', { had }),
      [
        {
          accepted: 'You had accepted the earlier time. Can you make the new one?',
          declined: 'You had declined the earlier time. Can you make the new one?',
          tentative: 'You had answered “maybe” to the earlier time. Can you make the new one?',
        }[had],
        ...both,
      ],
    ]),
    [
      'who handed it over',
      to('guest', 'edit', { handed: { from: 'a', to: 'b' } }),
      ['You’re attending. Can’t make it?', 'Decline'],
    ],
    ['a reminder to who comes', to('guest', 'reminder', accepted), ['You’re attending. Can’t make it?', 'Decline']],
    ['an invitation to who comes', to('guest', 'new', accepted), ['Can you make it?', ...both]],
    ['a reminder to who does not', to('guest', 'reminder'), ['Can you make it?', ...both]],
  ])('of %s', (_, message, lines) => {
    expect(title(message)).toEqual(lines);
  });

  it('of a series is asked once', () => {
    expect(title(to('guest', 'new'), { meeting: series })).toEqual([
      'Can you make it? Your response applies to all dates.',
      ...both,
    ]);
  });
});
