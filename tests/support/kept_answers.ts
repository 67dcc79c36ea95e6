/**
 * Answers of mail programs as messages in files, tests/mail/replies/NAME.eml: what differs from one invitation to the next stands
 * there as `{{name}}`, in parts that are in base64 as well. Where each shape is from, the head of the test says that takes them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReadInvitation } from './invitation.ts';
import { paris, type Said, utc, type Written } from './mail_programs.ts';

const FOLDER = folderFrom(import.meta.dirname);

/** The folder, from here or from where the build puts this. */
function folderFrom(here: string): string {
  const folder = join(here, 'tests/mail/replies');
  return existsSync(folder) || here === '/' ? folder : folderFrom(dirname(here));
}

/** The names of the files. */
export const KEPT: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.replace(/\.eml$/, ''))
  .sort();

const sources = new Map(KEPT.map((name) => [name, readFileSync(join(FOLDER, `${name}.eml`), 'utf8')]));

/** Those that propose another time, and the others. */
export const KEPT_PROPOSALS = KEPT.filter((name) => name.endsWith('_proposal'));
export const KEPT_REPLIES = KEPT.filter((name) => !KEPT_PROPOSALS.includes(name));

/** The answer of a file to an invitation. What is said with it stands in the file. */
export function keptAnswer(name: string, invitation: ReadInvitation, said: Omit<Said, 'comment'>): Written {
  const { attendee, organiser } = invitation;
  const proposed = said.proposed ?? invitation;
  const values: Readonly<Record<string, string>> = {
    uid: invitation.uid,
    sequence: String(invitation.sequence),
    attendee: attendee.address,
    organiser: organiser.address,
    partstat: said.partstat,
    stamp: utc(said.at),
    begin: utc(invitation.begin),
    end: utc(invitation.end),
    begin_paris: paris(invitation.begin),
    end_paris: paris(invitation.end),
    proposed_begin: utc(proposed.begin),
    proposed_end: utc(proposed.end),
    proposed_begin_paris: paris(proposed.begin),
    proposed_end_paris: paris(proposed.end),
    id: said.id,
  };
  const fill = (text: string): string =>
    text.replace(/\{\{(\w+)\}\}/g, (_, one: string) => {
      const value = values[one];
      if (value === undefined) throw new Error(`${name}.eml asks for ${one}`);
      return value;
    });
  const raw = (sources.get(name) ?? '')
    .split(/(\n\n)/)
    .map((block) => inBase64(block, fill) ?? fill(block))
    .join('')
    .replace(/\r?\n/g, '\r\n');
  return { from: attendee.address, to: organiser.address, subject: '', raw };
}

/** A block that is text in base64, changed; null where it is none. */
function inBase64(block: string, change: (text: string) => string): string | null {
  if (!/^[A-Za-z0-9+/\n]+=*\n*$/.test(block)) return null;
  const text = Buffer.from(block, 'base64').toString();
  if (!text.includes('{{')) return null;
  return Buffer.from(change(text)).toString('base64').replace(/.{76}/g, '$&\n');
}
