/** Answers as mail programs write them, as other people's readers read them. */
import ICAL from 'ical.js';
import { simpleParser } from 'mailparser';
import { expect, test } from 'vitest';
import type { ReadInvitation } from './invitation.ts';
import { PROGRAMS, PROPOSERS, type Program, type Said, writeAnswer } from './mail_programs.ts';

const invitation: ReadInvitation = {
  uid: '1763910000123456789@meet.example.org',
  sequence: 2,
  begin: Date.UTC(2026, 11, 3, 13) / 1000,
  end: Date.UTC(2026, 11, 3, 14, 30) / 1000,
  summary: 'Soutenance d’Élodie ; jury "restreint", salle A\\B 🎓',
  location: 'https://meet.example.org/join.cgi?id=AbCdEfGhIjKlMnOp',
  organiser: { name: 'Alice Martin', address: 'visio+1abc@example.org' },
  attendee: { name: 'Zoë O’Neil', address: 'zoe@example.net' },
  asked: true,
};
const said: Said = {
  partstat: 'DECLINED',
  comment: 'En congé ; à "bientôt", A\\B',
  at: invitation.begin - 86_400,
  id: 'id1',
};

/** The calendar parts of an answer, and its one event. */
async function read(program: Program, what: Partial<Said> = {}) {
  const { raw } = writeAnswer(program, invitation, { ...said, ...what });
  const mail = await simpleParser(raw);
  const parts = mail.attachments.filter(({ contentType }) => /calendar|ics/.test(contentType));
  const calendar = ICAL.Component.fromString(parts[0]?.content.toString() ?? '');
  const [event, more] = calendar.getAllSubcomponents('vevent');
  if (event === undefined || more !== undefined) throw new Error('one event was to be there');
  return { mail, parts, calendar, event, attendee: event.getFirstProperty('attendee') };
}

test.each(PROGRAMS)('%s answers for the person who was invited, to who invited', async (program) => {
  const { mail, parts, calendar, event, attendee } = await read(program);
  expect(mail.from?.value).toEqual([{ name: 'Zoë O’Neil', address: 'zoe@example.net' }]);
  expect(mail.to).toMatchObject({ value: [{ address: 'visio+1abc@example.org' }] });
  expect(mail.subject).toBe(`Declined: ${invitation.summary}`);
  expect(new Set(parts.map(({ content }) => content.toString())).size).toBe(1);
  expect(parts).toHaveLength(program === 'outlook' ? 1 : 2);
  expect(calendar.getFirstPropertyValue('method')).toBe('REPLY');
  expect(event.getFirstPropertyValue('uid')).toBe(invitation.uid);
  expect(event.getFirstPropertyValue('sequence')).toBe(2);
  expect(attendee?.getFirstValue()).toBe('mailto:zoe@example.net');
  expect(attendee?.getParameter('partstat')).toBe('DECLINED');
  expect(new ICAL.Event(event).startDate.toUnixTime()).toBe(invitation.begin);
  expect(event.hasProperty('organizer')).toBe(program !== 'outlook');
});

test('the comment stands where each program puts it', async () => {
  const [thunderbird, gmail, outlook] = await Promise.all(PROGRAMS.map((program) => read(program)));
  expect(thunderbird?.mail.text).toContain(said.comment);
  expect(gmail?.attendee?.getParameter('x-response-comment')).toBe(said.comment.replaceAll('"', "'"));
  expect(outlook?.event.getFirstPropertyValue('comment')).toBe(`${said.comment}\n`);
});

test.each(PROPOSERS)('%s proposes another time', async (program) => {
  const proposed = { begin: invitation.begin + 7200, end: invitation.end + 7200 };
  const { calendar, event, attendee } = await read(program, { partstat: 'TENTATIVE', proposed });
  expect(calendar.getFirstPropertyValue('method')).toBe('COUNTER');
  expect(new ICAL.Event(event).startDate.toUnixTime()).toBe(proposed.begin);
  expect(new ICAL.Event(event).endDate.toUnixTime()).toBe(proposed.end);
  expect(attendee?.getParameter('partstat')).toBe('TENTATIVE');
});
