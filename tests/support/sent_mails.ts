/** Mails of a stage as their readers have them: by recipient, with their links and their calendar part. */
import { type ParsedMail, simpleParser } from 'mailparser';
import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** The links of an invitation. */
export const JOIN = /\/join\.cgi\?id=\w+/;
export const ACCEPT = /\/join\.cgi\?accept&id=\w+/;
export const DECLINE = /\/join\.cgi\?decline&id=\w+/;

/** The mails that came since `from`, by recipient, once there are `count` of them; no more than that may come. */
export async function mailsSince(jmb: Stage, from: number, count: number): Promise<ReadonlyMap<string, ParsedMail>> {
  const all = await jmb.mailsOnceThereAre(from + count);
  expect(all).toHaveLength(from + count);
  const mails = new Map<string, ParsedMail>();
  for (const { to, raw } of all.slice(from)) {
    expect(to).toHaveLength(1);
    mails.set(to[0] ?? '', await simpleParser(raw));
  }
  return mails;
}

/** A link of a mail, as the path that it leads to here. */
export function linkIn(jmb: Stage, mail: ParsedMail | undefined, pattern: RegExp): string {
  const found = new RegExp(`${jmb.url}(${pattern.source})`).exec(mail?.text ?? '');
  expect(found, `${pattern} in ${mail?.text}`).not.toBeNull();
  return found?.[1] ?? '';
}

/** The calendar part, unfolded. */
export function calendarOf(mail: ParsedMail | undefined): string {
  const part = mail?.attachments.find(({ contentType }) => contentType === 'text/calendar');
  return part?.content.toString().replace(/\r\n[ \t]/g, '') ?? '';
}

/** All that a mail says in any of its parts. */
export function everythingIn(mail: ParsedMail): string {
  return [mail.text, mail.html || '', calendarOf(mail)].join('\n');
}

/** The secrets of links that stand anywhere in a mail. */
export function secretsIn(mail: ParsedMail): ReadonlySet<string> {
  const links = everythingIn(mail).matchAll(/(?:join|invitation)\.cgi\?(?:(?:accept|decline)&(?:amp;)?)?id=(\w{16})/g);
  return new Set([...links].map(([, secret = '']) => secret));
}
