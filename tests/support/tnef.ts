/** An answer as some Outlooks send it: `winmail.dat` alone (TNEF), written by MS-OXTNEF, MS-OXOCAL and MS-OXPROPS. */
import type { ReadInvitation } from './invitation.ts';
import type { Said, Written } from './mail_programs.ts';
import { base64Bytes } from './mime.ts';

/** The sets of named properties, in the order of bytes that they are written in: PSETID_Meeting and PSETID_Appointment. */
export const MEETING = '90dad86e0b451b1098da00aa003f1305';
export const APPOINTMENT = '0220060000000000c000000000000046';

const CLASSES = { ACCEPTED: 'MtgRespP', DECLINED: 'MtgRespN', TENTATIVE: 'MtgRespA' } as const;

/** A number, the last byte first. */
export function little(value: number, length: 2 | 4): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntLE(value, 0, length);
  return bytes;
}

/** Filled up to four bytes. */
export function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** An attribute of the message, with the sum of its bytes. */
export function attribute(id: number, data: Buffer): Buffer {
  const sum = data.reduce((all, byte) => (all + byte) & 0xffff, 0);
  return Buffer.concat([Buffer.from([1]), little(id, 4), little(data.length, 4), data, little(sum, 2)]);
}

/** The head of a property: its type and number, and the set of a named one. */
export function named(type: number, id: number, set?: string): Buffer {
  if (set === undefined) return Buffer.concat([little(type, 2), little(id, 2)]);
  // Named ones have a number of their own in each message; what counts comes behind.
  return Buffer.concat([
    little(type, 2),
    little(0x8000 + (id & 0xff), 2),
    Buffer.from(set, 'hex'),
    little(0, 4),
    little(id, 4),
  ]);
}

/** A value that says its length itself. */
export const sized = (bytes: Buffer): Buffer => Buffer.concat([little(bytes.length, 4), padded(bytes)]);
/** One such value, with their number. */
export const variable = (bytes: Buffer): Buffer => Buffer.concat([little(1, 4), sized(bytes)]);
/** A text in two bytes a letter. */
export const wide = (text: string): Buffer => variable(Buffer.from(`${text}\0`, 'utf16le'));

/** A time in Unix seconds as PtypTime (MS-DTYP section 2.3.3). */
export function fileTime(unix: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE((BigInt(unix) + 11_644_473_600n) * 10_000_000n);
  return bytes;
}

/** PidLidGlobalObjectId of an event whose UID is another calendar's (MS-OXOCAL section 2.2.1.27). */
export function globalId(uid: string): Buffer {
  const data = Buffer.concat([Buffer.from('vCal-Uid'), little(1, 4), Buffer.from(`${uid}\0`)]);
  const head = Buffer.from('040000008200e00074c5b7101a82e008', 'hex');
  return Buffer.concat([head, Buffer.alloc(20), little(data.length, 4), data]);
}

/** The file. */
export function winmail(invitation: ReadInvitation, said: Said): Buffer {
  const { begin, end } = invitation;
  const proposed = said.proposed ?? invitation;
  const properties = [
    [named(0x0b, 0x0002), padded(little(1, 2))],
    [named(0x1f, 0x0037), wide(`Accepté : ${invitation.summary}`)],
    [
      named(0x101f, 0x8000, APPOINTMENT),
      little(2, 4),
      sized(Buffer.from('a\0', 'utf16le')),
      sized(Buffer.from('bc\0', 'utf16le')),
    ],
    [named(0x1f, 0x1000), wide(`${said.comment}\r\n`)],
    [named(0x102, 0x300b), variable(Buffer.from('odd'))],
    [named(0x40, 0x1, MEETING), fileTime(said.at)],
    [named(0x102, 0x3, MEETING), variable(globalId(invitation.uid))],
    [named(0x102, 0x23, MEETING), variable(globalId(invitation.uid))],
    [named(0x03, 0x8201, APPOINTMENT), little(invitation.sequence, 4)],
    [named(0x40, 0x820d, APPOINTMENT), fileTime(begin)],
    [named(0x40, 0x820e, APPOINTMENT), fileTime(end)],
    [named(0x40, 0x8250, APPOINTMENT), fileTime(proposed.begin)],
    [named(0x40, 0x8251, APPOINTMENT), fileTime(proposed.end)],
    [named(0x0b, 0x8257, APPOINTMENT), padded(little(said.proposed === undefined ? 0 : 1, 2))],
  ].map((parts) => Buffer.concat(parts));
  return tnef(
    attribute(0x00089006, little(0x00010000, 4)),
    attribute(0x00069007, Buffer.concat([little(1252, 4), little(0, 4)])),
    attribute(0x00078008, Buffer.from(`IPM.Microsoft Schedule.${CLASSES[said.partstat]}\0`)),
    attribute(0x00069003, Buffer.concat([little(properties.length, 4), ...properties])),
  );
}

/** A file of attributes. */
export function tnef(...attributes: readonly Buffer[]): Buffer {
  return Buffer.concat([little(0x223e9f78, 4), little(0x0001, 2), ...attributes]);
}

/** The message around it: nothing else is in it. */
export function writeWinmail(invitation: ReadInvitation, said: Said): Written {
  const { attendee, organiser } = invitation;
  const raw = [
    `From: "O'Neil, Zoe" <${attendee.address}>`,
    `To: <${organiser.address}>`,
    'Subject: Accepted: Jury',
    'Date: Thu, 26 Nov 2026 12:00:00 +0100',
    `Message-ID: <${said.id}@EX01.example.net>`,
    'X-MS-TNEF-Correlator: <0001@EX01.example.net>',
    'MIME-Version: 1.0',
    'Content-Type: application/ms-tnef; name="winmail.dat"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="winmail.dat"',
    '',
    base64Bytes(winmail(invitation, said)),
    '',
  ].join('\r\n');
  return { from: attendee.address, to: organiser.address, subject: '', raw };
}
