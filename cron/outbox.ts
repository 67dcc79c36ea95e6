/** `jmb outbox`: mails that wait and mails that were refused, and another try for some of them. */
import { meaningOf } from '../lib/mail/smtp_failures.ts';
import { mailsIn, type OutboxRow } from '../lib/store/outbox.ts';
import { type Retried, retry, retryAll } from '../lib/store/outbox_changes.ts';
import { dateAndTime } from '../lib/text/dates.ts';
import { inWords } from './check_mail.ts';
import type { CommandContext } from './environment.ts';

/** More than this nobody reads; `--json` has them all. */
const SHOWN = 500;

/** Which mails to try again: one by its number, those to a domain, or all. */
type Again = number | 'all' | `@${string}`;

/** Lists, or has some tried again by the next run of cron. */
export function outbox(options: { retry?: string; json?: boolean }): (context: CommandContext) => number {
  return (context) => {
    if (options.retry === undefined) return list(context, options.json === true);
    const which = whomToRetry(options.retry);
    return typeof which === 'number' ? again(context, which) : allAgain(context, which);
  };
}

const WHY_NOT: Readonly<Record<Exclude<Retried, 'retried'>, string>> = {
  unknown: 'is not there to try again: sent, dropped, or never written',
  'in hand': 'is being sent at this moment',
  returned: 'was sent and came back: its address is to be corrected in the meeting',
  gone: 'tells of a meeting that is deleted or over: it would only mislead',
};

function again(context: CommandContext, id: number): number {
  const retried = retry(context.store, id, context.clock.now());
  if (retried !== 'retried') {
    process.stderr.write(`jmb: mail ${id} ${WHY_NOT[retried]}\n`);
    return 1;
  }
  context.log.event('retry', { mail: id });
  process.stdout.write(`mail ${id} goes out with the next run of jmb remind\n`);
  return 0;
}

function allAgain(context: CommandContext, whom: 'all' | `@${string}`): number {
  const mails = retryAll(context.store, context.clock.now(), whom === 'all' ? '' : whom.toLowerCase());
  context.log.event('retry', { whom, mails });
  process.stdout.write(`${mails} mails go out with the next run of jmb remind\n`);
  return mails > 0 ? 0 : 1;
}

/** Reads the word of `--retry`. @throws Error when it is none */
function whomToRetry(word: string): Again {
  if (word === 'all' || /^@[^@\s]+$/.test(word)) return word as Again;
  if (/^\d{1,15}$/.test(word)) return Number(word);
  throw new Error(`${word}: the number of a mail, @ and a domain, or all`);
}

function list(context: CommandContext, json: boolean): number {
  const limit = json ? -1 : SHOWN;
  const mails = [...mailsIn(context.store, 'waiting', limit), ...mailsIn(context.store, 'refused', limit)];
  if (json) {
    const bare = mails.map(({ content: _, ...facts }) => ({ ...facts, meaning: meaningOf(facts.reason ?? '') }));
    process.stdout.write(`${JSON.stringify(bare, null, 2)}\n`);
    return 0;
  }
  for (const mail of mails) process.stdout.write(`${line(mail)}\n`);
  if (mails.length === 0) process.stdout.write('the outbox is empty\n');
  return 0;
}

function line(mail: OutboxRow): string {
  const when =
    mail.state === 'waiting'
      ? `next try ${dateAndTime(mail.next)}`
      : `refused ${dateAndTime(mail.finished ?? mail.next)}`;
  const told = mail.reason ? `: ${inWords(mail.reason)}` : '';
  const req = mail.request === null ? '' : `, req=${mail.request}`;
  return `${String(mail.id).padStart(6)}  ${mail.kind.padEnd(8)}  ${mail.recipient}  ${when}, ${mail.tries} tries${req}${told}`;
}
