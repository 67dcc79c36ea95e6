/** An invitation as a mail program reads it: what it needs to answer (iTIP, RFC 5546 section 3.2.3). */
import ICAL from 'ical.js';
import type { ParsedMail } from 'mailparser';

/** The event that somebody was invited to, by the calendar part of the mail. */
export interface ReadInvitation {
  readonly uid: string;
  readonly sequence: number;
  /** Unix seconds. */
  readonly begin: number;
  readonly end: number;
  readonly summary: string;
  readonly location: string;
  /** Who invites, and where answers go. */
  readonly organiser: Mailbox;
  /** Who was invited by this mail. */
  readonly attendee: Mailbox;
  /** Whether an answer is asked for (RSVP, RFC 5545 section 3.2.17). */
  readonly asked: boolean;
}

/** A name, which may be empty, and an address. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** The invitation in a mail; null where there is none, or none that a mail program could answer. */
export function invitationIn(mail: ParsedMail): ReadInvitation | null {
  const part = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
  if (part === undefined) return null;
  const calendar = ICAL.Component.fromString(part.content.toString('utf8'));
  if (calendar.getFirstPropertyValue('method') !== 'REQUEST') return null;
  const component = calendar.getFirstSubcomponent('vevent');
  if (component === null) return null;
  const event = new ICAL.Event(component);
  const organiser = mailboxOf(component.getFirstProperty('organizer'));
  const to = (Array.isArray(mail.to) ? mail.to : [mail.to])[0]?.value[0]?.address?.toLowerCase();
  const invited = component.getAllProperties('attendee');
  const own = invited.find((one) => mailboxOf(one)?.address.toLowerCase() === to) ?? invited[0];
  const attendee = mailboxOf(own);
  if (!organiser || !attendee) return null;
  return {
    uid: event.uid,
    sequence: event.sequence,
    begin: event.startDate.toUnixTime(),
    end: event.endDate.toUnixTime(),
    summary: event.summary,
    location: event.location ?? '',
    organiser,
    attendee,
    asked: own?.getParameter('rsvp') === 'TRUE',
  };
}

/** The address of an attendee or organiser, decoded (RFC 6068 section 2), and the CN. */
function mailboxOf(property: ICAL.Property | null | undefined): Mailbox | undefined {
  const value = property?.getFirstValue();
  if (!property || typeof value !== 'string' || !/^mailto:/i.test(value)) return undefined;
  const name = property.getParameter('cn');
  return { name: typeof name === 'string' ? name : '', address: decodeURIComponent(value.slice('mailto:'.length)) };
}
