/** What an owner reads of others, word for word: answers, letters, and whom no mail has reached. */
import { beforeAll, describe, expect, it } from 'vitest';
import { answersMail, type HeardAnswer, type MeetingNews } from '../../lib/mail/answers.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { beginning, type Hearer, returnedMail, wordMail } from '../../lib/mail/owner_mail.ts';
import { NO_WORDS } from '../../lib/meetings/answers.ts';
import type { OutboxMail } from '../../lib/store/outbox.ts';
import { useZone, zoneOf } from '../../lib/text/zones.ts';
import { attendees, BEGIN, guest, meeting, moderator, NOW, owner } from '../calendar/samples.ts';
import { ENGLISH, series, single } from './english.ts';

beforeAll(() => useZone('Europe/Paris'));

const ZONE = zoneOf('Europe/Paris');
if (ZONE === null) throw new Error('no Paris');
const hearer: Hearer = { meeting: single, owner, language: 'en', zone: ZONE, settings: ENGLISH };
const WHEN = 'Thursday 3 December 2026 at 14:00 (Europe/Paris, UTC+01:00)';
const LINK = `  https://meet.example.org/booking.cgi?attendees&id=${meeting.id}`;

const read = ({ content, ...facts }: OutboxMail): Omit<OutboxMail, 'content'> & MailParts => ({
  ...facts,
  ...(JSON.parse(content) as MailParts),
});
const said = (more: Partial<HeardAnswer> = {}): HeardAnswer => ({
  ...{ attendee: guest, name: '', words: NO_WORDS, others: 0, ...more },
});

describe('answers', () => {
  const news = (answers: readonly HeardAnswer[], more: Partial<MeetingNews> = {}): MeetingNews => ({
    ...{ meeting: single, attendees, answers, ...more },
  });
  const write = (...all: [MeetingNews, ...MeetingNews[]]) => read(answersMail(hearer, all, NOW));

  it('one: the subject says it, a reply goes to who gave it, and the count stands below', () => {
    const mail = write(news([said({ name: 'Neil\n', words: { comment: 'Ill\nSorry', proposal: null } })]));
    expect(mail).toMatchObject({
      ...{ kind: 'answers', recipient: owner.email, role: 'owner', meetingId: meeting.id, html: '' },
      ...{ subject: 'Neil declines: Jury – Thursday 3 December 2026', expires: meeting.end },
      ...{ replyTo: { name: 'Neil', address: guest.email }, to: { name: '', address: owner.email } },
    });
    expect(mail.text.split('\n')).toEqual([
      ...[`Jury, ${WHEN}`, '', `Neil (${guest.email}) declines`, '  > Ill', '  > Sorry', ''],
      ...['1 yes · 1 no · 0 waiting', 'See the responses', LINK, ''],
      ...['-- ', 'Visio sends this email automatically.', ''],
    ]);
    expect(Object.keys(mail.headers)).toContain('References');
  });

  it('one that proposes another time says so; of a nameless one the address', () => {
    const proposal = { begin: BEGIN + 3600, duration: 60 };
    const mail = write(news([said({ words: { comment: '', proposal } })], { meeting: { ...single, subject: '' } }));
    expect(mail.subject).toBe(`${guest.email} suggests another time: Jury – Thursday 3 December 2026`);
    expect(mail.text.split('\n').slice(0, 5)).toEqual([
      ...[`Meeting, ${WHEN}`, '', `${guest.email} declines`],
      ...['  Suggests Thursday 3 December 2026 at 15:00 (Europe/Paris, UTC+01:00).', ''],
    ]);
  });

  it.each([
    [0, undefined],
    [1, '  The same for 1 other date of the series.'],
    [2, '  The same for 2 other dates of the series.'],
  ])('given for %i other dates', (others, line) => {
    const lines = write(news([said({ others })])).text.split('\n');
    expect(lines.find((one) => one.includes('The same'))).toBe(line);
  });

  it('several are one mail, that is answered to the owner; of several meetings it names none', () => {
    const two = [said(), said({ attendee: moderator, name: 'Dana' })];
    const one = write(news(two));
    expect(one.subject).toBe('2 responses: Jury – Thursday 3 December 2026');
    expect(one.replyTo).toEqual({ name: '', address: owner.email });
    expect(one.text).toContain(`${guest.email} declines\nDana (${moderator.email}) accepts\n\n`);
    const later = { ...single, id: '42', subject: 'Other', end: meeting.end + 999 };
    const both = write(news([said()]), news([said()], { meeting: later }));
    expect(both).toMatchObject({ subject: '2 responses', expires: meeting.end + 999 });
    expect(Object.keys(both.headers)).not.toContain('References');
    expect(both.text).toMatch(/id=1763910000123456789\n\nOther, Thursday[\s\S]*id=42\n\n-- \n/);
  });
});

describe('a letter', () => {
  const write = (more: Partial<Parameters<typeof wordMail>[1]> = {}, to = hearer) =>
    read(
      wordMail(to, { writer: { name: 'Neil', address: guest.email }, text: 'I am late. \n\n', attached: [], ...more }),
    );

  it('stands below who wrote it about what, and a reply goes there', () => {
    const mail = write();
    expect(mail).toMatchObject({
      ...{ kind: 'word', recipient: owner.email, expires: null, html: '' },
      ...{ subject: 'Neil writes: Jury – Thursday 3 December 2026', replyTo: { name: 'Neil', address: guest.email } },
    });
    expect(mail.text).toBe(
      `Neil (${guest.email}) has written this to you about the meeting “Jury”, ${WHEN}. Your reply goes to that person.\n\nI am late.\n`,
    );
  });

  it('of somebody nameless, about a meeting without a subject', () => {
    const mail = write(
      { writer: { name: '', address: guest.email } },
      { ...hearer, meeting: { ...single, subject: '' } },
    );
    expect(mail.subject).toBe(`${guest.email} writes – Thursday 3 December 2026`);
    expect(mail.text).toContain(`${guest.email} has written this to you about the meeting “Meeting”`);
  });

  it('names what was attached, twenty at most, and no more than 100 characters of a name', () => {
    const names = Array.from({ length: 21 }, (_, at) => `${at}.pdf`);
    expect(write({ attached: ['a\nb.pdf', 'c.pdf'] }).text).toContain(
      'person.\nAttached, and not passed on: a b.pdf, c.pdf\n\nI am late.',
    );
    expect(write({ attached: names }).text).toMatch(/ 18\.pdf, 19\.pdf\n/);
    expect(write({ attached: ['x'.repeat(101)] }).text).toContain(`: ${'x'.repeat(100)}\n`);
    expect(write({ writer: { name: 'y'.repeat(101), address: guest.email } }).replyTo.name).toBe('y'.repeat(100));
  });
});

describe('whom no mail has reached', () => {
  const returned = [
    { recipient: 'a@x.test', reason: '552 5.2.2 no room' },
    { recipient: 'b@x.test', reason: '550 who?' },
  ];
  const write = (now: number, to = hearer) => read(returnedMail(to, returned, now));

  it('is listed with the reasons below the meeting, with a link to correct them while it is to come', () => {
    const mail = write(NOW);
    expect(mail).toMatchObject({
      ...{ kind: 'returned', subject: 'Emails that did not arrive: Jury – Thursday 3 December 2026' },
      ...{ expires: meeting.end, replyTo: { name: '', address: owner.email } },
    });
    expect(mail.text.trimEnd().split('\n')).toEqual([
      ...['Emails that did not arrive', ''],
      ...['Some people were not reached: a mail server refused the emails, or sent them back.', ''],
      ...['Subject: Jury', 'Date: Thursday 3 December 2026', 'Time: 14:00 – 15:30 (Europe/Paris, UTC+01:00)'],
      ...[
        '',
        'Not reached',
        '  a@x.test (The recipient’s mailbox is full: 552 5.2.2 no room)',
        '  b@x.test (550 who?)',
      ],
      ...['', 'Correct the addresses', LINK, '', '-- ', 'Visio sends this email automatically.'],
    ]);
    expect(mail.html).toContain('<li>b@x.test (550 who?)</li>');
  });

  it('is worth a day more when the meeting is over, when there is nothing to correct; of a series its next date is', () => {
    expect(write(meeting.end - 1).text).toContain('Correct the addresses');
    const late = write(meeting.end);
    expect(late.text).toContain('See who was reached');
    expect(late.expires).toBe(meeting.end + 86_400);
    expect(write(NOW, { ...hearer, meeting: series }).text).toContain('?attendees&id=1\n');
  });
});

it('a begin is told by the clock of who hears of it', () => {
  const tokyo = zoneOf('Asia/Tokyo');
  expect(beginning(BEGIN, hearer)).toBe(WHEN);
  expect(beginning(BEGIN, { language: 'en', zone: tokyo ?? ZONE })).toBe(
    'Thursday 3 December 2026 at 22:00 (Asia/Tokyo, UTC+09:00)',
  );
});
