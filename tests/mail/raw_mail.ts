/** Messages as they come in, written by hand. */
import { type Incoming, readMail } from '../../lib/mail/incoming.ts';

/** Who writes them. */
export const FROM = 'From: Bob <Bob@X.test>';

/** Reads one by its head and its body. */
export async function read(
  head: readonly string[],
  body = 'Hello\n',
  more: { sender?: string; recipients?: string[] } = {},
): Promise<Incoming> {
  const raw = Buffer.from(`${head.join('\n')}\n\n${body}`);
  const mail = await readMail({ raw, recipients: [], ...more });
  if (mail === null) throw new Error('no message');
  return mail;
}

/** A message of parts: their heads and bodies. */
export const parts = (...all: readonly (readonly [head: string, body: string])[]) =>
  read(
    [FROM, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"'],
    `${all.map(([head, body]) => `--b\n${head}\n\n${body}\n`).join('')}--b--\n`,
  );
