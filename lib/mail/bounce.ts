/** Reads what a mail server sends back of a mail that it could not deliver: reports by RFC 3464, and the plain letters of old servers. Pure. */
import type { Incoming } from './incoming.ts';

/** That a mail came back. */
export interface Bounce {
  /** The server's words, with who said them and of which address where the report tells: one line, 300 signs at most. */
  readonly reason: string;
  /** Message-ID of what came back, with its angle brackets; undefined where the report has none of it. */
  readonly messageId: string | undefined;
}

/** Signs of a reason. */
const LONGEST = 300;

/** How much of a report is read, in characters. */
const LONGEST_REPORT = 64 * 1024;

/** Groups of a report: one a recipient. */
const MOST_GROUPS = 50;

/**
 * What a message tells of a mail that was refused for good.
 * @param mail a message that came to an address of ours for what comes back
 * @returns null where it tells of none: a delay, a delivery, an answer of a person or of a program
 */
export function readBounce(mail: Incoming): Bounce | null {
  const report = mail.parts.find(({ mimeType }) => REPORT.test(mimeType));
  const reason = report === undefined ? plainReason(mail) : reportReason(textOf(report.content));
  return reason === null ? null : { reason: oneLine(reason), messageId: messageIdOf(mail) };
}

/** The second is that of addresses beyond ASCII (RFC 6533). */
const REPORT = /^message\/(global-)?delivery-status$/;

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
  return text.slice(0, LONGEST_REPORT);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

/** The first recipient whose mail failed (RFC 3464 section 2.3.3); `delayed`, `delivered`, `relayed` and `expanded` are no failures. */
function reportReason(report: string): string | null {
  const [message = new Map(), ...groups] = report
    .replace(/\r\n?/g, '\n')
    .trim()
    .split(/\n(?:[ \t]*\n)+/, MOST_GROUPS)
    .map(fieldsOf);
  // Some servers leave out the empty line after the fields of the message.
  const failed = [...groups, message].find((fields) => fields.get('action')?.toLowerCase() === 'failed');
  if (failed === undefined) return null;
  const typed = (name: string): string | undefined => failed.get(name)?.replace(/^[^;]*;\s*/, '');
  const who = typed('final-recipient') ?? typed('original-recipient');
  const server = typed('remote-mta') ?? message.get('reporting-mta')?.replace(/^[^;]*;\s*/, '');
  const words = typed('diagnostic-code') || failed.get('status') || 'refused';
  return [who && `${who}:`, words, server && `(${server})`].filter(Boolean).join(' ');
}

/** Fields of a group by their names in small letters; the first of a name counts, comments (RFC 5322) in `Action` do not. */
function fieldsOf(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of group.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name !== '' && !fields.has(name)) fields.set(name, name === 'action' ? (/^\w+/.exec(value)?.[0] ?? '') : value);
  }
  return fields;
}

/** Who writes such letters; a person does not. */
const SERVERS = /^(mailer-daemon|postmaster|mail-daemon|mmdf|mdaemon)@/i;

/** Letters of a delay: the server goes on trying. */
const DELAY = new RegExp(
  [
    ...['delayed', 'could not be delivered (?:yet|for the last|for more than)', 'not yet been delivered', 'warning: '],
    ...['will (?:be retried|continue to be|keep trying)', 'do not need to resend', 'no action is required'],
  ].join('|'),
  'i',
);

/** How letters of a failure begin what they have to say: qmail, Sendmail, exim, Exchange, Lotus, Gmail, others. */
const FAILURE = new RegExp(
  [
    ...[
      'this is the qmail-send program',
      "i'm afraid i wasn't able to deliver",
      'permanent (?:fatal )?errors?',
      'permanent failure',
    ],
    ...['could not be delivered to (?:one or more|all|any)', 'address(?:es)? failed', 'delivery (?:has )?failed'],
    ...[
      'did not reach the following recipient',
      'undeliverable',
      'undelivered mail',
      'returned mail: ',
      'failure notice',
    ],
    ...['delivery status notification \\(failure\\)', "couldn't be delivered", "wasn't delivered"],
  ].join('|'),
  'i',
);

/** A server's answer for good (RFC 5321 section 4.2, RFC 3463), with what stands around it. */
const ANSWER = /\b5\d\d[- ]#?(?:\(?5\.\d{1,3}\.\d{1,3}\)?)?|\b5\.\d{1,3}\.\d{1,3}\b/;

/** The reason in a letter without a report. */
function plainReason(mail: Incoming): string | null {
  const isServers = mail.writers.some((writer) => SERVERS.test(writer)) || mail.header('return-path') === '<>';
  const failedFor = mail.header('x-failed-recipients');
  if (!isServers && failedFor === undefined) return null;
  // What came back begins there, and may say anything.
  const [letter = ''] = mail.text.split(RETURNED, 1);
  if (DELAY.test(mail.subject) || DELAY.test(letter)) return null;
  if (failedFor === undefined && !FAILURE.test(mail.subject) && !FAILURE.test(letter)) return null;
  const lines = letter
    .split('\n')
    .map((line) => line.trim().replace(/^>+\s*/, ''))
    .filter(Boolean);
  const at = lines.findIndex((line) => ANSWER.test(line));
  const words = at >= 0 ? lines[at] : lines.find((line) => WORDS.test(line));
  const who = failedFor ?? lines.find((line) => ADDRESS.test(line));
  return [who && `${(ADDRESS.exec(who)?.[1] ?? who).trim()}:`, words ?? 'refused'].filter(Boolean).join(' ');
}

/** What old servers put before the mail that comes back. */
const RETURNED =
  /^\s*-{2,}\s*(?:below this line is a copy|this is a copy of the message|original message|unsent message|returned message|message header|the header of)/im;

const WORDS = /unknown|no such|not exist|quota|full|disabled|rejected|refused|denied|unrouteable|not found|invalid/i;

/** An address alone on its line, in angle brackets or not. */
const ADDRESS = /^<?([^\s<>@]{1,64}@[^\s<>@:]{1,190})>?:?$/;

/** A Message-ID in the head of what came back: in a part, or at the end of a letter. */
function messageIdOf({ parts, text }: Incoming): string | undefined {
  const part = parts.find(({ mimeType }) => RETURNED_PART.test(mimeType));
  const places = [part === undefined ? '' : textOf(part.content), text];
  return places.map((place) => /^[ \t>]*message-id:\s*(<[^<>\s]{1,250}>)/im.exec(place)?.[1]).find(Boolean);
}

const RETURNED_PART = /^(message\/(rfc822|global|rfc822-headers|global-headers)|text\/rfc822-headers)$/;
