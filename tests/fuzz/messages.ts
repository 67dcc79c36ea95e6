/** The messages: answers, reports and letters as they are, each changed in some way, with what may come of it. */
import type { Chance } from '../crash/chance.ts';
import type { ReadInvitation } from '../support/invitation.ts';
import { KEPT_PROPOSALS, KEPT_REPLIES, keptAnswer } from '../support/kept_answers.ts';
import { PROGRAMS, PROPOSERS, type Program, type Said, type Written, writeAnswer } from '../support/mail_programs.ts';
import { writeWinmail } from '../support/tnef.ts';
import { BYTEWISE, type Changes, HARMLESS, SPOILING, STRUCTURAL } from './mutations.ts';
import type { Person } from './world.ts';

/** A message to be taken. */
export interface Fuzzed {
  /** What was done to what: for who has to look into it. */
  readonly name: string;
  /** One character a byte. */
  readonly raw: string;
  readonly sender: string;
  readonly recipient: string;
  /** Whose answer it may change, or nobody's. */
  readonly may: Person | null;
  /** The answer that must have come of it; undefined where nobody can tell. */
  readonly must?: string;
}

const PARTSTATS = { ACCEPTED: 'accepted', TENTATIVE: 'tentative', DECLINED: 'declined' } as const;
const STRANGER = { name: 'Eve', address: 'eve@evil.test' };

/** What writes an answer. */
interface Writer {
  readonly name: string;
  readonly write: (invitation: ReadInvitation, said: Said) => Written;
}

function writers(programs: readonly Program[], kept: readonly string[]): readonly Writer[] {
  return [
    ...programs.map((name): Writer => ({ name, write: (invitation, said) => writeAnswer(name, invitation, said) })),
    ...kept.map(
      (name): Writer => ({ name: `${name}.eml`, write: (invitation, said) => keptAnswer(name, invitation, said) }),
    ),
  ];
}

const REPLIES = writers(PROGRAMS, KEPT_REPLIES);
const PROPOSALS = writers(PROPOSERS, KEPT_PROPOSALS);

function writer(all: readonly Writer[], chance: Chance): Writer {
  const one = chance.one(all);
  if (one === undefined) throw new Error('nobody writes');
  return one;
}

/** One message, by chance. */
export function messageFor(people: readonly Person[], chance: Chance, now: number, number: number): Fuzzed {
  const person = chance.one(people);
  if (person === undefined) throw new Error('nobody is there');
  const kind = chance.between(0, 1);
  if (kind < 0.1) return changed(answer(person.invitation, person, chance, now, number), HARMLESS, chance, true);
  if (kind < 0.25)
    return { ...changed(answer(person.invitation, person, chance, now, number), SPOILING, chance), may: null };
  if (kind < 0.35) return forged(person, chance, now, number);
  if (kind < 0.5) return anyhow(letter(person, chance, number), chance);
  if (kind < 0.53) return anyhow(inTnef(person, chance, now, number), chance);
  if (kind < 0.6) return anyhow(proposal(person, chance, now, number), chance);
  return anyhow(answer(person.invitation, person, chance, now, number), chance);
}

function answer(invitation: ReadInvitation, person: Person, chance: Chance, now: number, number: number): Fuzzed {
  const partstat = chance.one(['ACCEPTED', 'TENTATIVE', 'DECLINED'] as const) ?? 'ACCEPTED';
  const said: Said = {
    partstat,
    comment: chance.one(['', 'Train à 16 h', 'x'.repeat(2000)]) ?? '',
    at: now,
    id: `m${number}`,
  };
  const { name, write } = writer(REPLIES, chance);
  const { raw, from, to } = write(invitation, said);
  return {
    name: `${name} ${partstat}`,
    raw: Buffer.from(raw).toString('latin1'),
    sender: from,
    recipient: to,
    may: person,
    must: PARTSTATS[partstat],
  };
}

function proposal(person: Person, chance: Chance, now: number, number: number): Fuzzed {
  const { invitation } = person;
  const begin = invitation.begin + Math.floor(chance.between(-100, 100)) * 900;
  const { name, write } = writer(PROPOSALS, chance);
  const proposed = { begin, end: begin + 3600 };
  const { raw, from, to } = write(invitation, {
    partstat: 'TENTATIVE',
    comment: '',
    at: now,
    id: `p${number}`,
    proposed,
  });
  return {
    name: `${name} COUNTER`,
    raw: Buffer.from(raw).toString('latin1'),
    sender: from,
    recipient: to,
    may: person,
  };
}

/** An answer of an Outlook that sends no calendar. */
function inTnef(person: Person, chance: Chance, now: number, number: number): Fuzzed {
  const partstat = chance.one(['ACCEPTED', 'TENTATIVE', 'DECLINED'] as const) ?? 'ACCEPTED';
  const said = { partstat, comment: chance.one(['', 'Train']) ?? '', at: now, id: `w${number}` };
  const { raw, from, to } = writeWinmail(person.invitation, said);
  return { name: `winmail.dat ${partstat}`, raw, sender: from, recipient: to, may: person };
}

/** An answer by somebody who was never invited, to an address that is nobody's. */
function forged(person: Person, chance: Chance, now: number, number: number): Fuzzed {
  const { organiser } = person.invitation;
  const at = organiser.address.indexOf('@') - 1 - Math.floor(chance.between(0, 12));
  const wrong = chance.one([
    'visio@example.org',
    `visio+${'0'.repeat(25)}@example.org`,
    organiser.address.slice(0, at) + (organiser.address[at] === 'a' ? 'b' : 'a') + organiser.address.slice(at + 1),
  ]);
  const invitation = { ...person.invitation, attendee: STRANGER, organiser: { ...organiser, address: wrong ?? '' } };
  const { must: _, ...made } = answer(invitation, person, chance, now, number);
  return { ...made, name: `forged ${made.name}`, may: null };
}

/** What is no answer: a report of a mail server, an absence, a letter by hand. */
function letter({ invitation }: Person, chance: Chance, number: number): Fuzzed {
  const head = `To: ${invitation.organiser.address}\r\nSubject: x\r\nMessage-ID: <l${number}@x.test>\r\nMIME-Version: 1.0\r\n`;
  const report = `From: MAILER-DAEMON@mx.test\r\n${head}Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; ${invitation.attendee.address}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: visio@example.org\r\nSubject: y\r\n\r\nz\r\n--b--\r\n`;
  const plain = `From: MAILER-DAEMON@mx.test\r\n${head}\r\nHi. This is the qmail-send program at mx.test.\r\n\r\n<${invitation.attendee.address}>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nFrom: visio@example.org\r\n`;
  const away = `From: ${invitation.attendee.address}\r\n${head}Auto-Submitted: auto-replied\r\n\r\nI am away.\r\n`;
  const byHand = `From: ${invitation.attendee.address}\r\n${head}Content-Type: text/html\r\n\r\n<p>May I bring a friend?${'<b>'.repeat(500)}\r\n`;
  const tnef = `From: ${invitation.attendee.address}\r\n${head}Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+IgAA\r\n`;
  const [name, raw, sender] = chance.one([
    ['report', report, ''],
    ['old report', plain, ''],
    ['absence', away, invitation.attendee.address],
    ['letter', byHand, invitation.attendee.address],
    ['winmail.dat', tnef, invitation.attendee.address],
  ]) as [string, string, string];
  return { name, raw, sender, recipient: invitation.organiser.address, may: null };
}

/** One change by name. */
function changed(message: Fuzzed, changes: Changes, chance: Chance, keeps = false): Fuzzed {
  const [name, change] = chance.one(Object.entries(changes)) ?? ['', (raw: string) => raw];
  const { must, ...rest } = message;
  const made = { ...rest, name: `${message.name}, ${name}`, raw: change(message.raw, chance) };
  return keeps && must !== undefined ? { ...made, must } : made;
}

/** The longest message that is changed once more, in bytes: lengths multiply. */
const LONGEST = 1024 * 1024;

/** Some changes of any kind. */
function anyhow(message: Fuzzed, chance: Chance): Fuzzed {
  let made = message;
  const times = Math.floor(chance.between(1, 4));
  for (let time = 0; time < times && made.raw.length < LONGEST; time += 1) {
    made = changed(made, chance.happens(0.6) ? STRUCTURAL : BYTEWISE, chance);
  }
  return made;
}
