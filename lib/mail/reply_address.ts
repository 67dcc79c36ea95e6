/**
 * The addresses that answers go to: in that of JMB_MAIL_REPLY `{id}` stands for a person's place in a meeting. It is made of the
 * meeting's id and of a digest of the secret of the person's links, so that nothing has to be kept to know whose it is, and who
 * sees the address cannot enter by it.
 */
import type { Attendee, Meeting, MeetingId } from '../meetings/meeting.ts';

/** What stands for the id in the setting. */
const PLACE = '{id}';

/** Digits and small letters: mail servers write an address's extension in small letters. */
const RADIX = 36;

/** Signs of the digest: 62 bits. */
const DIGEST = 12;

/** The id of a person in a meeting: digits and small letters, 25 of them at most. */
export function replyId(meetingId: MeetingId, hash: string): string {
  return BigInt(meetingId).toString(RADIX) + digestOf(hash);
}

function digestOf(hash: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const bits = createHash('sha256').update(`reply ${hash}`).digest().readBigUInt64BE();
  return (bits % BigInt(RADIX) ** BigInt(DIGEST)).toString(RADIX).padStart(DIGEST, '0');
}

/**
 * The address that a person's answers go to.
 * @param setting JMB_MAIL_REPLY; where it has no `{id}`, everybody's is the same
 */
export function replyAddressOf(
  setting: string,
  meeting: Pick<Meeting, 'id'>,
  attendee: Pick<Attendee, 'hash'>,
): string {
  return tellsApart(setting) ? setting.replace(PLACE, replyId(meeting.id, attendee.hash)) : setting;
}

/** Whether everybody has an address of their own. */
export function tellsApart(setting: string): boolean {
  return setting.includes(PLACE);
}

/** The setting that tells by an address whose mail came back: JMB_MAIL_BOUNCE, else JMB_MAIL_REPLY; empty where neither tells people apart. */
export function bounceSetting(settings: { readonly JMB_MAIL_REPLY: string; readonly JMB_MAIL_BOUNCE: string }): string {
  return [settings.JMB_MAIL_BOUNCE, settings.JMB_MAIL_REPLY].find(tellsApart) ?? '';
}

/** Whose an address says that it is; the digest is still to be compared. */
export interface ReplyId {
  readonly meetingId: MeetingId;
  readonly id: string;
}

/**
 * What stands in an address where the setting has `{id}`; undefined where the address is another, or it can be nobody's.
 * @param address may be anybody's text
 */
export function replyIdIn(setting: string, address: string): ReplyId | undefined {
  const [before = '', after = ''] = setting.split(PLACE);
  const lower = address.toLowerCase();
  if (!tellsApart(setting) || !lower.startsWith(before) || !lower.endsWith(after)) return undefined;
  const id = lower.slice(before.length, lower.length - after.length);
  if (!/^[0-9a-z]{13,25}$/.test(id)) return undefined;
  let number = 0n;
  for (const sign of id.slice(0, -DIGEST)) number = number * BigInt(RADIX) + BigInt(Number.parseInt(sign, RADIX));
  return { meetingId: number.toString(), id };
}

/** Of the people of a meeting, the one whose id it is, or undefined. Where old rows give several one secret, the least of them. */
export function ownerOfId({ meetingId, id }: ReplyId, attendees: readonly Attendee[]): Attendee | undefined {
  return attendees.findLast(({ hash }) => hash !== '' && replyId(meetingId, hash) === id);
}
