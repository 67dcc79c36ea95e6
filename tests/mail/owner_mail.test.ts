/** What is the same in all mails to an owner about others: answers, a letter, whom no mail has reached. */
import { beforeAll, describe, expect, it } from 'vitest';
import { answersMail } from '../../lib/mail/answers.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { type Hearer, returnedMail, wordMail } from '../../lib/mail/owner_mail.ts';
import { replyAddressOf } from '../../lib/mail/reply_address.ts';
import { NO_WORDS } from '../../lib/meetings/answers.ts';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import { readSettings } from '../../lib/settings.ts';
import type { OutboxMail } from '../../lib/store/outbox.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';

beforeAll(() => useZone('Europe/Paris'));

const NOW = 1_796_000_000;
const BACK = 'back+{id}@univ.example';

const [owner, bob]: [Attendee, Attendee] = [
  { hash: 'a'.repeat(16), role: 'owner', email: 'alice@univ.example', connections: 0, answer: 'none' },
  { hash: 'b'.repeat(16), role: 'guest', email: 'bob@x.example', connections: 0, answer: 'declined' },
];
const hearer: Hearer = {
  meeting: {
    ...{ id: '1795000000000000001', room: 'abcdefghijklmnop', subject: 'Jury', begin: 1_796_288_400, duration: 3600 },
    ...{ end: 1_796_292_000, created: NOW, modified: NOW, sequence: 0, version: 0 },
  },
  owner,
  language: 'en',
  zone: processZone,
  settings: {
    ...readSettings('/nowhere', {}),
    ...{ JMB_NAME: '=?utf-8?q?Visio?=', JMB_MAIL_BOUNCE: BACK, JMB_MAIL_FROM_NOTIFICATION: 'visio@univ.example' },
  },
};
const news = { meeting: hearer.meeting, attendees: [owner, bob] };
const writer = { name: 'Bob', address: bob.email };

function read({ content, ...facts }: OutboxMail): Omit<OutboxMail, 'content'> & MailParts {
  return { ...facts, ...(JSON.parse(content) as MailParts) };
}

const KINDS: Readonly<Record<string, (to: Hearer) => OutboxMail>> = {
  'bob@x.example declines': (to) =>
    answersMail(to, [{ ...news, answers: [{ attendee: bob, name: '', others: 0, words: NO_WORDS }] }], NOW),
  'Bob writes': (to) => wordMail(to, { writer, text: 'I am late.\n', attached: [] }),
  'Emails that did not arrive': (to) => returnedMail(to, [{ recipient: bob.email, reason: '552 5.2.2 no room' }], NOW),
};

describe.each(Object.entries(KINDS))('%s', (title, write) => {
  it('names the meeting with its day, its time and its zone', () => {
    const mail = read(write(hearer));
    expect(mail.subject).toBe(`${title}: Jury – Thursday 3 December 2026`);
    expect(mail.text).toMatch(/Thursday 3 December 2026[\s\S]*10:00[\s\S]*\(Europe\/Paris, UTC\+01:00\)/);
    expect(read(write({ ...hearer, meeting: { ...hearer.meeting, subject: '' } })).subject).toBe(
      `${title} – Thursday 3 December 2026`,
    );
    expect(read(write({ ...hearer, language: 'fr' })).subject).toContain(' – jeudi 3 décembre 2026');
  });

  it('comes back by the address that tells whose it was, from a name that nothing decodes', () => {
    const mail = read(write(hearer));
    expect(mail.returnTo).toBe(replyAddressOf(BACK, hearer.meeting, owner));
    expect(mail.from).toEqual({ name: '= ?utf-8?q?Visio?=', address: 'visio@univ.example' });
    expect(mail.to.address).toBe(owner.email);
    expect(mail.headers).toMatchObject({
      'Auto-Submitted': 'auto-generated',
      'Content-Language': 'en',
      References: expect.stringContaining(hearer.meeting.id),
    });
  });
});

it('who was not reached is told with what the reason means', () => {
  const mail = read(returnedMail(hearer, [{ recipient: bob.email, reason: '552 5.2.2 no room' }], NOW));
  for (const text of [mail.text, mail.html])
    expect(text).toContain('bob@x.example (The recipient’s mailbox is full: 552 5.2.2 no room)');
});

it('a letter that is given again is the same mail, answers given again are not', () => {
  const ids = ([KINDS['Bob writes'], KINDS['bob@x.example declines']] as const).map(
    (write) => write?.(hearer).messageId,
  );
  expect(ids[0]).toMatch(/^<1795000000000000001\.word\.[0-9a-z]+@localhost>$/);
  expect(ids[1]).toContain(`.answers.${NOW}.`);
});
