/** `jmb outbox`: mails that wait and mails that were refused, and another try for one of them. */
import { mailsIn, type OutboxRow, retry } from '../lib/store/outbox.ts';
import { clockTime, isoDate } from '../lib/text/zone.ts';
import type { CommandContext } from './surroundings.ts';

/** More than this nobody reads; `--json` has them all. */
const SHOWN = 500;

/** Lists, or has one tried again by the next run of cron. */
export function outbox(options: { retry?: number; json?: boolean }): (context: CommandContext) => number {
  return (context) =>
    options.retry === undefined ? list(context, options.json === true) : again(context, options.retry);
}

function again(context: CommandContext, id: number): number {
  if (!retry(context.store, id, context.clock.now())) {
    process.stderr.write(`jmb: no mail ${id} to try again (sent, dropped, being sent, or never written)\n`);
    return 1;
  }
  context.log.event('retry', { mail: id });
  process.stdout.write(`mail ${id} goes out with the next run of jmb remind\n`);
  return 0;
}

function list(context: CommandContext, json: boolean): number {
  const limit = json ? -1 : SHOWN;
  const mails = [...mailsIn(context.store, 'waiting', limit), ...mailsIn(context.store, 'refused', limit)];
  if (json) {
    const bare = mails.map(({ content: _, ...facts }) => facts);
    process.stdout.write(`${JSON.stringify(bare, null, 2)}\n`);
    return 0;
  }
  for (const mail of mails) process.stdout.write(`${line(mail)}\n`);
  if (mails.length === 0) process.stdout.write('the outbox is empty\n');
  return 0;
}

function line(mail: OutboxRow): string {
  const when =
    mail.state === 'waiting' ? `next try ${stamp(mail.next)}` : `refused ${stamp(mail.finished ?? mail.next)}`;
  const told = mail.reason ? `: ${mail.reason}` : '';
  return `${String(mail.id).padStart(6)}  ${mail.kind.padEnd(8)}  ${mail.recipient}  ${when}, ${mail.tries} tries${told}`;
}

function stamp(unix: number): string {
  return `${isoDate(unix)} ${clockTime(unix)}`;
}
