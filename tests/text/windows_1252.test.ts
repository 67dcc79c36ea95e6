import { expect, it } from 'vitest';
import { readMail } from '../../lib/mail/incoming.ts';
import { plainWords } from '../../lib/text/plain_text.ts';
import { windowsSigns } from '../../lib/text/windows_1252.ts';

it('what was taken for control characters are the signs of Windows', () => {
  expect(windowsSigns('J\x92arrive \x80 \x9f\x85 é\x81\x8d\x8f\x90\x9d\xa0\x7f')).toBe(
    'J’arrive € Ÿ… é\x81\x8d\x8f\x90\x9d\xa0\x7f',
  );
});

it.each(['windows-1252', 'iso-8859-1', 'Latin1', 'cp1252'])('an encoded word in %s has them', (charset) => {
  expect(plainWords(`=?${charset}?Q?J=92arrive_=9Cuvre_=E9?=`)).toBe('J’arrive œuvre é');
});

it.each(['windows-1252', 'iso-8859-1'])('a message in %s has them, in its head and in its text', async (charset) => {
  const head = [`From: =?${charset}?Q?Zo=EB_O=92Neil?= <zoe@example.net>`, `Subject: =?${charset}?Q?J=92arrive?=`];
  const type = `MIME-Version: 1.0\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: 8bit`;
  const raw = Buffer.from(`${head.join('\r\n')}\r\n${type}\r\n\r\nL\x92\x9cuvre co\xfbte 3 \x80\r\n`, 'latin1');
  const mail = await readMail({ raw, recipients: [] });
  expect([mail?.writer?.name, mail?.subject, mail?.text.trim()]).toEqual([
    'Zoë O’Neil',
    'J’arrive',
    'L’œuvre coûte 3 €',
  ]);
});
