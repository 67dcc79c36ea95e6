/** How much of a message is looked at: long ones cost neither minutes nor memory. */
import { describe, expect, it } from 'vitest';
import { LONGEST_MESSAGE, readMail } from '../../lib/mail/incoming.ts';
import { FROM, parts, read } from './raw_mail.ts';

describe('how much of it is read', () => {
  it('is what comes before its 50,000th line', async () => {
    const ends = async (lines: number) => (await read([FROM], `${'\n'.repeat(lines)}END`)).text.includes('END');
    expect([await ends(49_990), await ends(50_000)]).toEqual([true, false]);
  });

  it('is 2,000 of its parts', async () => {
    const many = (amount: number) =>
      parts(...Array.from({ length: amount }, () => ['Content-Type: text/x', ''] as const), [
        'Content-Type: application/ics\nContent-Disposition: attachment',
        'C',
      ]);
    expect((await many(1990)).calendars).toHaveLength(1);
    expect((await many(2001)).calendars).toHaveLength(0);
  });

  it('is its first ten megabytes', async () => {
    const raw = Buffer.alloc(LONGEST_MESSAGE + 1000, 'x');
    raw.write(`${FROM}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\n`);
    raw.write('\n--b\nContent-Type: application/ics\n\nC\n--b--\n', LONGEST_MESSAGE + 10);
    expect((await readMail({ raw, recipients: [] }))?.calendars).toEqual([]);
  });

  it('is text of 64 kB at most, and of its HTML no more than 256 are looked at', async () => {
    expect((await read([FROM], 'x'.repeat(70_000))).text).toHaveLength(64 * 1024);
    const html = await read(
      [FROM, 'MIME-Version: 1.0', 'Content-Type: text/html'],
      `<p>first</p>${`${' '.repeat(900)}\n`.repeat(300)}<p>last</p>`,
    );
    expect(html.text).toContain('first');
    expect(html.text).not.toContain('last');
  });

  it('is no calendar above 256 kB', async () => {
    const lines = (length: number) => `${'x'.repeat(63)}\n`.repeat(length / 64);
    for (const type of ['application/ics', 'text/calendar']) {
      const head = `Content-Type: ${type}\nContent-Disposition: attachment`;
      expect((await parts([head, lines(256 * 1024 - 64)])).calendars).toHaveLength(1);
      expect((await parts([head, lines(256 * 1024 + 64)])).calendars).toHaveLength(0);
    }
  });
});
