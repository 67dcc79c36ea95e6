/**
 * Answers that come by mail, each taken whole: whose they are, what they say, and which of one person's counts. The files in
 * replies/ were written by hand: Thunderbird's, Nextcloud's, Roundcube's and KMail's by their sources, those of Exchange, Outlook,
 * Gmail and Apple by MS-OXCMAIL (section 2.1.3.3.8) and by messages that others have seen.
 */
import ICAL from 'ical.js';
import { simpleParser } from 'mailparser';
import { afterEach, expect, test } from 'vitest';
import { answer } from '../../lib/booking/answer.ts';
import { takeMail } from '../../lib/booking/incoming.ts';
import { readTnef } from '../../lib/calendar/tnef.ts';
import type { MailParts } from '../../lib/mail/compose.ts';
import { NO_WORDS } from '../../lib/meetings/answers.ts';
import { unconfirmedOf } from '../../lib/store/answers.ts';
import { invitationByHash } from '../../lib/store/invitations.ts';
import { outboxOf } from '../../lib/store/outbox.ts';
import { openWorld, type Person, type World } from '../fuzz/world.ts';
import { KEPT, KEPT_PROPOSALS, KEPT_REPLIES, keptAnswer } from '../support/kept_answers.ts';
import { type Said, writeAnswer } from '../support/mail_programs.ts';
import { winmail, writeWinmail } from '../support/tnef.ts';

const worlds: World[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.end();
});

/** A world, and one of its guests. */
function scene() {
  const world = openWorld();
  worlds.push(world);
  const [zoe] = world.people.filter(({ invitation }) => invitation.attendee.address === 'zoe@example.net');
  if (zoe === undefined) throw new Error('Zoë is not invited');
  const give = (raw: string, to: string) =>
    takeMail(world.context, { raw: Buffer.from(raw), sender: 'x@y.test', recipients: [to] });
  return { world, zoe, give };
}

/** An answer of Gmail's; `at` in seconds from now. */
function written(world: World, { invitation }: Person, partstat: Said['partstat'], at: number, change = {}) {
  const said = { partstat, comment: '', at: world.now() + at, id: `m${partstat}` };
  return writeAnswer('gmail', { ...invitation, ...change }, said).raw;
}

test.each([
  ['in one second', 0],
  ['by a clock that is ahead', 86_400 * 365],
])('answers %s count as they come, and none of them once more', async (_, ahead) => {
  const { world, zoe, give } = scene();
  const send = (raw: string) => give(raw, zoe.invitation.organiser.address);
  const yes = written(world, zoe, 'ACCEPTED', ahead);
  const no = written(world, zoe, 'DECLINED', ahead);
  const maybe = written(world, zoe, 'TENTATIVE', ahead);
  for (const [raw, then] of [
    [yes, 'accepted'],
    [no, 'declined'],
    [yes, 'declined'],
    [maybe, 'tentative'],
    [no, 'tentative'],
  ] as const) {
    await send(raw);
    expect(world.answerOf(zoe)).toBe(then);
  }
  // What is said by a right clock afterwards is news all the same.
  world.goOn();
  await send(written(world, zoe, 'ACCEPTED', 0));
  expect(world.answerOf(zoe)).toBe('accepted');
  await send(yes);
  await send(no);
  expect(world.answerOf(zoe)).toBe('accepted');
});

test('SEQUENCE goes before DTSTAMP, and one that no invitation had is none', async () => {
  const { world, zoe, give } = scene();
  const send = (raw: string) => give(raw, zoe.invitation.organiser.address);
  await send(written(world, zoe, 'ACCEPTED', -100, { sequence: 99 }));
  await send(written(world, zoe, 'DECLINED', -50, { sequence: zoe.invitation.sequence - 1 }));
  expect(world.answerOf(zoe)).toBe('accepted');
  await send(written(world, zoe, 'TENTATIVE', -99));
  expect(world.answerOf(zoe)).toBe('tentative');
});

test('an answer that was given before one on the page comes too late', async () => {
  const { world, zoe, give } = scene();
  const invitation = invitationByHash(world.context.store, zoe.hash);
  if (invitation === undefined) throw new Error('nobody has that link');
  answer(world.context, invitation, 'declined', NO_WORDS, { way: 'page' });
  await give(written(world, zoe, 'ACCEPTED', -3600), zoe.invitation.organiser.address);
  expect(world.answerOf(zoe)).toBe('declined');
  // A clock may be a little behind.
  await give(written(world, zoe, 'ACCEPTED', -60), zoe.invitation.organiser.address);
  expect(world.answerOf(zoe)).toBe('accepted');
});

/** What each file says besides its answer; Thunderbird has no place for it, and Apple's is another account. */
const SAID: Readonly<Record<string, string>> = {
  apple: '',
  exchange: 'Train à 16 h',
  gmail: 'Train vers 16 h',
  kmail: 'Réponse du train',
  nextcloud: '',
  outlook_8bit: '',
  roundcube: 'Je viens à deux',
  several_events: 'Dernier',
  thunderbird: '',
};

test('the files of answers are those that are known here', () => {
  expect(KEPT_REPLIES).toEqual(Object.keys(SAID));
  expect(KEPT_PROPOSALS).toEqual(['gmail_proposal', 'outlook_proposal']);
});

test.each(KEPT_REPLIES)(
  '%s: yes, maybe and no are Zoë’s, with what she says; nobody else’s answer changes',
  async (name) => {
    const { world, zoe, give } = scene();
    const others = () => world.people.filter((one) => one !== zoe).map(world.answerOf);
    const before = others();
    for (const [partstat, then] of [
      ['ACCEPTED', 'accepted'],
      ['TENTATIVE', 'tentative'],
      ['DECLINED', 'declined'],
    ] as const) {
      world.goOn();
      const { raw, to } = keptAnswer(name, zoe.invitation, { partstat, at: world.now(), id: 'k1' });
      expect(raw).not.toContain('{{');
      expect(await give(raw, to)).toBe('done');
      expect(world.answerOf(zoe)).toBe(then);
      expect(world.saidBy(zoe)?.comment).toBe(SAID[name]);
    }
    expect(others()).toEqual(before);
  },
);

test.each(KEPT_REPLIES)('%s: without an id the sender is believed, or nobody', async (name) => {
  const { world, zoe, give } = scene();
  const invitation = { ...zoe.invitation, organiser: { name: '', address: 'alice.martin@example.org' } };
  const { raw, to } = keptAnswer(name, invitation, { partstat: 'ACCEPTED', at: world.now(), id: 'k1' });
  expect(await give(raw, to)).toBe('done');
  const isElsewhere = name === 'apple';
  expect(world.answerOf(zoe)).toBe(isElsewhere ? 'none' : 'accepted');
  const shown = unconfirmedOf(world.context.store, zoe.invitation.uid.split('@')[0] ?? '');
  expect(shown.map(({ from, answer: given }) => [from, given])).toEqual(
    isElsewhere ? [['zoe.privee@icloud.example', 'accepted']] : [],
  );
});

test.each(KEPT_PROPOSALS)('%s: another time, and "maybe"', async (name) => {
  const { world, zoe, give } = scene();
  const begin = zoe.invitation.begin + 86_400;
  const said = { partstat: 'TENTATIVE', at: world.now(), id: 'k1', proposed: { begin, end: begin + 1800 } } as const;
  const { raw, to } = keptAnswer(name, zoe.invitation, said);
  expect(await give(raw, to)).toBe('done');
  expect(world.answerOf(zoe)).toBe('tentative');
  expect(world.saidBy(zoe)?.proposal).toEqual({ begin, duration: 1800 });
});

test.each(KEPT)('%s is read alike by another reader of messages', async (name) => {
  const { zoe } = scene();
  const { raw } = keptAnswer(name, zoe.invitation, { partstat: 'DECLINED', at: 0, id: 'k1' });
  const mail = await simpleParser(raw);
  const parts = mail.attachments.filter(({ contentType }) => /calendar|ics/.test(contentType));
  expect(parts.length).toBe(/thunderbird|gmail/.test(name) ? 2 : 1);
  for (const { content } of parts) {
    const event = ICAL.Component.fromString(content.toString()).getAllSubcomponents('vevent').at(-1);
    expect(event?.getFirstPropertyValue('uid')).toBe(zoe.invitation.uid);
    expect(String(event?.getFirstProperty('dtstart')?.getParameter('tzid') ?? '')).toBe(
      /exchange|outlook/.test(name) ? 'Romance Standard Time' : '',
    );
  }
});

test.each([
  ['ACCEPTED', 'accepted'],
  ['TENTATIVE', 'tentative'],
  ['DECLINED', 'declined'],
] as const)('winmail.dat alone says %s, and why', async (partstat, then) => {
  const { world, zoe, give } = scene();
  const said = { partstat, comment: 'Train à 16 h\nou 17', at: world.now(), id: 'w1' };
  const { raw, to } = writeWinmail(zoe.invitation, said);
  expect(await give(raw, to)).toBe('done');
  expect(world.answerOf(zoe)).toBe(then);
  expect(world.saidBy(zoe)?.comment).toBe(said.comment);
  // Put in order like any other.
  await give(writeWinmail(zoe.invitation, { ...said, partstat: 'ACCEPTED', at: world.now() - 60 }).raw, to);
  expect(world.answerOf(zoe)).toBe(then);
  const moved = { ...zoe.invitation, sequence: 0, begin: zoe.invitation.begin - 3600 };
  await give(writeWinmail(moved, { ...said, partstat: 'ACCEPTED', at: world.now() }).raw, to);
  expect(world.answerOf(zoe)).toBe(then);
});

test('winmail.dat proposes another time, too', async () => {
  const { world, zoe, give } = scene();
  const proposed = { begin: zoe.invitation.begin + 86_400, end: zoe.invitation.end + 87_300 };
  const said = { partstat: 'TENTATIVE', comment: '', at: world.now(), id: 'w2', proposed } as const;
  const { raw, to } = writeWinmail(zoe.invitation, said);
  expect(await give(raw, to)).toBe('done');
  expect(world.answerOf(zoe)).toBe('tentative');
  expect(world.saidBy(zoe)?.proposal).toEqual({ begin: proposed.begin, duration: 4500 });
});

test('a winmail.dat that is no answer goes on to the owner as what came with a letter', async () => {
  const { world, zoe, give } = scene();
  const said = { partstat: 'ACCEPTED', comment: '', at: world.now(), id: 'w3' } as const;
  const { raw, to } = writeWinmail({ ...zoe.invitation, uid: '' }, said);
  expect(await give(raw, to)).toBe('done');
  expect(world.answerOf(zoe)).toBe('none');
  const [word, ...more] = outboxOf(world.context.store, zoe.invitation.uid.split('@')[0] ?? '');
  expect(more).toEqual([]);
  expect(word).toMatchObject({ kind: 'word', recipient: 'alice.martin@example.org' });
  expect((JSON.parse(word?.content ?? '') as MailParts).text).toContain('winmail.dat');
});

test('every piece of a winmail.dat, and every change of a byte, is read or left', () => {
  const { world, zoe } = scene();
  const whole = winmail(zoe.invitation, { partstat: 'DECLINED', comment: 'x', at: world.now(), id: 'w4' });
  expect(readTnef(whole, 'zoe@example.net')).toHaveLength(1);
  for (let at = 0; at < whole.length; at += 1) {
    expect(readTnef(whole.subarray(0, at), '').length).toBeLessThan(2);
    const odd = Buffer.from(whole);
    odd[at] = 0xff - (odd[at] ?? 0);
    expect(readTnef(odd, '').length).toBeLessThan(2);
  }
  const endless = Buffer.concat([whole.subarray(0, -40), Buffer.alloc(1_000_000, 0xff)]);
  expect(readTnef(endless, '')).toHaveLength(1);
  expect(readTnef(Buffer.alloc(1_000_000, 0xff), '')).toEqual([]);
});

test('a letter in HTML alone goes on to the owner as its words', async () => {
  const { world, zoe, give } = scene();
  const { attendee, organiser } = zoe.invitation;
  const html = '<html><head><style>p{}</style></head><body><p>Puis-je venir<br>accompagnée&nbsp;?</p></body></html>';
  const raw = `From: ${attendee.address}\r\nSubject: Jury\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}`;
  expect(await give(raw, organiser.address)).toBe('done');
  const [word] = outboxOf(world.context.store, zoe.invitation.uid.split('@')[0] ?? '');
  expect((JSON.parse(word?.content ?? '') as MailParts).text).toContain('Puis-je venir\naccompagnée\u00a0?');
});

test.each([
  ['Auto-Submitted: auto-replied', 'an absence'],
  ['Auto-Submitted: auto-generated\r\nPrecedence: bulk', 'a newsletter'],
  ['Auto-Submitted: auto-generated\r\nList-Id: <x.y>', 'a list'],
  ['Return-Path: <>\r\nAuto-Submitted: auto-generated', 'nobody'],
])('%s: %s answers nothing, whatever is in it', async (fields) => {
  const { world, zoe, give } = scene();
  const { raw, to } = keptAnswer('kmail', zoe.invitation, { partstat: 'ACCEPTED', at: world.now(), id: 'k1' });
  expect(await give(`${fields}\r\n${raw}`, to)).toBe('ignored');
  expect(world.answerOf(zoe)).toBe('none');
  // Nor does a program's letter go on to the owner.
  expect(await give(`Auto-Submitted: auto-generated\r\nFrom: a@b.test\r\n\r\nHello\r\n`, to)).toBe('ignored');
});
