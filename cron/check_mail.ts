/** What `jmb check` asks about mail: whether the server takes ours. */
import { authorityFault } from '../lib/mail/authority.ts';
import { meaningOf } from '../lib/mail/smtp_failures.ts';
import { smtpOf } from '../lib/settings/mail_servers.ts';
import type { Settings } from '../lib/settings.ts';
import type { OutboxRow } from '../lib/store/outbox.ts';
import { texts } from '../lib/text/catalogue.ts';
import type { Answer } from './finding.ts';

/** How long a step of a session may take, in milliseconds. */
const PATIENCE = 5000;

/**
 * Whether the mail server would take mails, by JMB_SMTP_CA, the password and all.
 * @param waiting the mails that wait; now: Unix seconds
 */
export async function mail(settings: Settings, waiting: readonly OutboxRow[], now: number): Promise<Answer> {
  const { hostname, port, protocol } = smtpOf(settings.JMB_SMTP_URL);
  const server = `${hostname}:${port || (protocol === 'smtps:' ? 465 : 587)}`;
  const wrong = (detail: string): Answer => ({
    verdict: 'wrong',
    detail: `${server}: ${detail}; mails wait in the outbox`,
  });
  const { whyNotReady } = await import('../lib/mail/smtp.ts');
  const fault = await authorityFault(settings.JMB_SMTP_CA, now);
  if (fault !== null) return wrong(fault);
  const reason = await whyNotReady(settings, PATIENCE);
  if (reason !== null) return wrong(inWords(reason));
  const refused = waiting.find((one) => one.reason?.startsWith('MAIL FROM:'));
  if (refused === undefined) return { verdict: 'ok', detail: `${server} answers` };
  const sender = settings.JMB_MAIL_FROM_NOTIFICATION;
  return { verdict: 'wrong', detail: `${server} refuses JMB_MAIL_FROM_NOTIFICATION, ${sender}: ${refused.reason}` };
}

/** A reason of the outbox as the command line tells it: what it means, and the server's words. */
export function inWords(reason: string): string {
  const meaning = meaningOf(reason);
  return meaning === null ? reason : `${texts('en')(`failure.${meaning}`)} (${reason})`;
}
