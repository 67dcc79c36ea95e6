/**
 * `jmb reply`: takes one message from standard input. A mail server's alias calls it, and sends back whatever a program prints or
 * whatever status it does not know: so nothing is printed, and the status is 0 or 75 (EX_TEMPFAIL of sysexits.h), whatever happens.
 * The work is done in a process of its own: one that runs out of memory ends as it likes, and is heard.
 */
import { spawn } from 'node:child_process';
import { roleOf } from '../lib/role.ts';

/** The status by which a mail server gives the message again. */
const AGAIN = 75;

/** Set for the process that does the work. */
const INNER = 'JMB_REPLY_INNER';

/** Does it, in a process of its own unless this is that one. @returns 0 or 75 */
export async function reply(): Promise<number> {
  if (process.env[INNER] !== undefined) return inner();
  return new Promise((resolve) => {
    try {
      const child = spawn(process.execPath, [process.argv[1] ?? '', 'reply'], {
        env: { ...process.env, [INNER]: '1' },
        stdio: ['inherit', 'ignore', 'ignore'],
      });
      child.once('error', () => resolve(AGAIN));
      child.once('close', (status) => resolve(status === 0 ? 0 : AGAIN));
    } catch {
      resolve(AGAIN);
    }
  });
}

async function inner(): Promise<number> {
  const { takeMail } = await import('../lib/booking/incoming.ts');
  const { LONGEST_MESSAGE } = await import('../lib/mail/incoming.ts');
  const { openEnvironment } = await import('./environment.ts');
  const { unheard } = await import('./quiet.ts');
  const raw = await standardInput(LONGEST_MESSAGE);
  // What Postfix and exim tell of the envelope; the sender of a report is empty.
  const { SENDER: sender, RECIPIENT: recipient, ORIGINAL_RECIPIENT: original } = process.env;
  const recipients = [original, recipient].filter((one): one is string => one !== undefined && one !== '');
  const context = unheard(openEnvironment());
  if (roleOf(context.settings.JMB_DB) !== 'active') return AGAIN;
  const taken = await takeMail(context, { raw, sender, recipients });
  return taken === 'later' ? AGAIN : 0;
}

/** All that stands on standard input, of which not much more is kept than `most` bytes: who writes must not find it closed. */
async function standardInput(most: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    if (length < most) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}
