/**
 * Answers to invitations as mail programs write them: a REPLY, or a COUNTER that proposes another time (RFC 5546 sections 3.2.3
 * and 3.2.7), by mail (RFC 6047). Thunderbird's shape is that of its source, those of Gmail and of Exchange behind Outlook are of
 * messages that were seen, and of Microsoft's open specifications MS-OXCMAIL and MS-OXCICAL.
 */
import { fold } from '../../lib/calendar/icalendar.ts';
import { encodedWords } from '../../lib/text/plain_text.ts';
import type { Mailbox, ReadInvitation } from './invitation.ts';
import { alternatives, base64, mixed, type Part } from './mime.ts';

/** The programs. */
export const PROGRAMS = ['thunderbird', 'gmail', 'outlook'] as const;

/** A program. */
export type Program = (typeof PROGRAMS)[number];

/** The programs that can propose another time; Thunderbird has no way to. */
export const PROPOSERS = ['gmail', 'outlook'] as const satisfies readonly Program[];

/** What somebody says to an invitation. */
export interface Said {
  readonly partstat: 'ACCEPTED' | 'TENTATIVE' | 'DECLINED';
  readonly comment: string;
  /** Another time, Unix seconds; makes it a COUNTER. */
  readonly proposed?: { readonly begin: number; readonly end: number };
  /** When, in Unix seconds. */
  readonly at: number;
  /** Sets this message apart from every other: letters and digits. */
  readonly id: string;
}

/** A message, and the envelope that it goes in. */
export interface Written {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly raw: string;
}

/** Writes the answer as a program does. */
export function writeAnswer(program: Program, invitation: ReadInvitation, said: Said): Written {
  const subject = `${WORDS[said.proposed ? 'PROPOSED' : said.partstat]}: ${invitation.summary}`;
  const { fields, body } = SHAPES[program](invitation, said, subject);
  const { attendee, organiser } = invitation;
  const head = [
    `From: ${written(attendee)}`,
    `To: ${written(organiser)}`,
    `Subject: ${words(subject)}`,
    `Date: ${new Date(said.at * 1000).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${said.id}@${attendee.address.split('@')[1]}>`,
    'MIME-Version: 1.0',
    ...fields,
  ];
  return { from: attendee.address, to: organiser.address, subject, raw: `${head.join('\r\n')}\r\n${body}` };
}

const WORDS = { ACCEPTED: 'Accepted', TENTATIVE: 'Tentative', DECLINED: 'Declined', PROPOSED: 'New Time Proposed' };

type Shape = (
  invitation: ReadInvitation,
  said: Said,
  subject: string,
) => { readonly fields: readonly string[]; readonly body: string };

const SHAPES: Readonly<Record<Program, Shape>> = {
  /** Mixed, in it alternative with plain and calendar, and the same calendar once more; what is typed stands in the text alone. */
  thunderbird: (invitation, said, subject) => {
    const calendar = object('-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN', said, [
      `CREATED:${utc(said.at)}`,
      `LAST-MODIFIED:${utc(said.at)}`,
      `DTSTAMP:${utc(said.at)}`,
      `UID:${invitation.uid}`,
      `SUMMARY:${text(invitation.summary)}`,
      `ORGANIZER${cn(invitation.organiser)}:mailto:${invitation.organiser.address}`,
      `ATTENDEE${cn(invitation.attendee)};PARTSTAT=${said.partstat};ROLE=REQ-PARTICIPANT:mailto:${invitation.attendee.address}`,
      `DTSTART:${utc(invitation.begin)}`,
      `DTEND:${utc(invitation.end)}`,
      `LOCATION:${text(invitation.location)}`,
      `SEQUENCE:${invitation.sequence}`,
      'TRANSP:OPAQUE',
    ]);
    const letter = [subject, said.comment].filter(Boolean).join('\r\n\r\n');
    const plain: Part = { type: 'text/plain; charset=UTF-8', encoding: '8BIT', body: letter };
    const ours: Part = {
      type: `text/calendar; method=${method(said)}; charset=UTF-8`,
      encoding: '8BIT',
      body: calendar,
    };
    const file: Part = {
      type: 'application/ics; name=invite.ics',
      encoding: '8BIT',
      disposition: 'attachment; filename=invite.ics',
      body: calendar,
    };
    return mixed(said.id, [alternatives(said.id, [plain, ours]), file]);
  },
  /** Mixed, in it alternative with plain, HTML and calendar, and a file; the comment is a parameter of ATTENDEE. */
  gmail: (invitation, said, subject) => {
    const comment = said.comment === '' ? '' : `;X-RESPONSE-COMMENT="${quotable(said.comment)}"`;
    const { begin, end } = said.proposed ?? invitation;
    const calendar = object('-//Google Inc//Google Calendar 70.9054//EN', said, [
      `DTSTART:${utc(begin)}`,
      `DTEND:${utc(end)}`,
      `DTSTAMP:${utc(said.at)}`,
      `ORGANIZER${cn(invitation.organiser)}:mailto:${invitation.organiser.address}`,
      `UID:${invitation.uid}`,
      `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${said.partstat}${cn(invitation.attendee)};X-NUM-GUESTS=0${comment}:mailto:${invitation.attendee.address}`,
      `CREATED:${utc(said.at)}`,
      `LAST-MODIFIED:${utc(said.at)}`,
      `LOCATION:${text(invitation.location)}`,
      `SEQUENCE:${invitation.sequence}`,
      'STATUS:CONFIRMED',
      `SUMMARY:${text(invitation.summary)}`,
      'TRANSP:OPAQUE',
    ]);
    const letter = `${invitation.attendee.address}\r\n${subject}`;
    const plain: Part = { type: 'text/plain; charset="UTF-8"; format=flowed; delsp=yes', ...base64(letter) };
    const html: Part = { type: 'text/html; charset="UTF-8"', ...base64(`<p>${markup(letter)}</p>`) };
    const ours: Part = { type: `text/calendar; charset="UTF-8"; method=${method(said)}`, ...base64(calendar) };
    const file: Part = {
      type: 'application/ics; name="invite.ics"',
      disposition: 'attachment; filename="invite.ics"',
      ...base64(calendar),
    };
    const { fields, body } = mixed(said.id, [alternatives(said.id, [plain, html, ours]), file]);
    const sent = ['Sender: Google Calendar <calendar-notification@google.com>', 'Auto-Submitted: auto-generated'];
    return { fields: [...sent, ...fields], body };
  },
  /** Alternative in base64, no ORGANIZER, times in a Windows zone with its rules, the answer in the subject as well. */
  outlook: (invitation, said, subject) => {
    const { begin, end } = said.proposed ?? invitation;
    const before = said.proposed
      ? [
          `X-MS-OLK-ORIGINALSTART;TZID=${ZONE}:${paris(invitation.begin)}`,
          `X-MS-OLK-ORIGINALEND;TZID=${ZONE}:${paris(invitation.end)}`,
        ]
      : [];
    const calendar = object(
      'Microsoft Exchange Server 2010',
      said,
      [
        `ATTENDEE;PARTSTAT=${said.partstat}${cn(invitation.attendee)}:mailto:${invitation.attendee.address}`,
        `COMMENT;LANGUAGE=fr-FR:${text(`${said.comment}\n`)}`,
        `UID:${invitation.uid}`,
        `SUMMARY;LANGUAGE=fr-FR:${text(subject)}`,
        `DTSTART;TZID=${ZONE}:${paris(begin)}`,
        `DTEND;TZID=${ZONE}:${paris(end)}`,
        ...before,
        'CLASS:PUBLIC',
        'PRIORITY:5',
        `DTSTAMP:${utc(said.at)}`,
        'TRANSP:OPAQUE',
        'STATUS:CONFIRMED',
        `SEQUENCE:${invitation.sequence}`,
        `LOCATION;LANGUAGE=fr-FR:${text(invitation.location)}`,
        'X-MICROSOFT-CDO-APPT-SEQUENCE:0',
        'X-MICROSOFT-CDO-BUSYSTATUS:BUSY',
        'X-MICROSOFT-CDO-INSTTYPE:0',
      ],
      RULES_OF_ZONE,
    );
    const plain: Part = { type: 'text/plain; charset="utf-8"', ...base64(said.comment) };
    const html: Part = {
      type: 'text/html; charset="utf-8"',
      ...base64(`<html><body>${markup(said.comment)}</body></html>`),
    };
    const ours: Part = { type: `text/calendar; charset="utf-8"; method=${method(said)}`, ...base64(calendar) };
    return alternatives(said.id, [plain, html, ours]);
  },
};

function method({ proposed }: Said): 'REPLY' | 'COUNTER' {
  return proposed === undefined ? 'REPLY' : 'COUNTER';
}

/** A calendar object with one event. */
function object(product: string, said: Said, properties: readonly string[], zones: readonly string[] = []): string {
  const lines = [
    'BEGIN:VCALENDAR',
    `PRODID:${product}`,
    'VERSION:2.0',
    `METHOD:${method(said)}`,
    ...zones,
    'BEGIN:VEVENT',
    ...properties,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

/** What Exchange calls the time of Paris, and its rules, as it writes them. */
const ZONE = 'Romance Standard Time';
const RULES_OF_ZONE = [
  'BEGIN:VTIMEZONE',
  `TZID:${ZONE}`,
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
];

/** A time as a calendar writes it in UTC (RFC 5545 section 3.3.5). */
export function utc(unix: number): string {
  return `${new Date(unix * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** A time on the clocks of Paris. */
export function paris(unix: number): string {
  const clock = new Date(unix * 1000).toLocaleString('sv', { timeZone: 'Europe/Paris' });
  return clock.replace(' ', 'T').replace(/[-:]/g, '');
}

function text(value: string): string {
  return value.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');
}

function cn({ name, address }: Mailbox): string {
  return `;CN="${quotable(name || address)}"`;
}

/** What can stand between the quotes of a parameter (RFC 5545 section 3.1). */
function quotable(value: string): string {
  return value.replace(/"/g, "'").replace(/\s+/g, ' ');
}

function written({ name, address }: Mailbox): string {
  return name === '' || name === address ? address : `${words(name.replace(/["\\]/g, ''))} <${address}>`;
}

/** Words of a head; only those that need it are encoded. */
function words(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : encodedWords(value);
}

function markup(value: string): string {
  return value.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
