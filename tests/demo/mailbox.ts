/** The mails of the demo: one file each, in DIR/mail, named so that they sort by the time they came. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import type { CaughtMail } from '../support/mail_catcher.ts';

/** A mail in the list. */
export interface MailLine {
  /** The file's name without `.eml`; it stands in addresses. */
  readonly name: string;
  readonly to: string;
  readonly subject: string;
  readonly came: Date;
}

let count = 0;

/** Keeps a mail: a file of that name is always a whole mail. @returns its name, without `.eml` */
export function keepMail(folder: string, mail: CaughtMail): string {
  count += 1;
  const time = new Date().toISOString().replace(/[:.]/g, '-').replace('Z', '');
  const to = (mail.to[0] ?? 'nobody').replace(/[^A-Za-z0-9@.+-]/g, '_').slice(0, 80);
  const name = `${time}-${String(count).padStart(4, '0')}-${to}`;
  const file = join(folder, `${name}.eml`);
  writeFileSync(`${file}.part`, mail.raw);
  renameSync(`${file}.part`, file);
  return name;
}

/** The newest mails first, a hundred at most. */
export async function listMails(folder: string): Promise<MailLine[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .reverse()
    .slice(0, 100);
  return Promise.all(
    names.map(async (file) => {
      const name = file.slice(0, -'.eml'.length);
      const mail = await simpleParser(readFileSync(join(folder, file)), { skipImageLinks: true });
      return { name, to: addressesOf(mail.to), subject: mail.subject ?? '', came: cameAt(name) };
    }),
  );
}

/** A mail by its name, which is anybody's word; null when there is none. */
export async function readMail(folder: string, name: string): Promise<{ mail: ParsedMail; raw: Buffer } | null> {
  if (!/^[A-Za-z0-9@.+_-]+$/.test(name) || !readdirSync(folder).includes(`${name}.eml`)) return null;
  const raw = readFileSync(join(folder, `${name}.eml`));
  return { mail: await simpleParser(raw), raw };
}

/** The addresses of a header field, as one line. */
export function addressesOf(field: ParsedMail['to']): string {
  const fields = field === undefined ? [] : Array.isArray(field) ? field : [field];
  return fields.map(({ text }) => text).join(', ');
}

/** When a mail came, from its file's name. */
function cameAt(name: string): Date {
  return new Date(name.replace(/^(.{10})T(\d\d)-(\d\d)-(\d\d)-(\d{3}).*$/, '$1T$2:$3:$4.$5Z'));
}
