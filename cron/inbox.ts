/** What cron does with JMB_MAIL_INBOX: takes what has come there. A mailbox that is away says one line, and holds nothing up. */
import { takeMail } from '../lib/booking/incoming.ts';
import { inboxOf } from '../lib/settings/mail_servers.ts';
import { lastRun, type Moment, noteRun } from '../lib/store/maintenance.ts';
import type { CommandContext } from './environment.ts';
import type { Complain } from './quiet.ts';

/** How long one run looks, in milliseconds: the next run of cron goes on. */
const LOOKING = 20_000;

/** How long a mailbox may be away before somebody must look, in seconds. */
const PATIENCE = 4 * 3600;

/** The run that last read the mailbox to its end. */
const RUN = 'inbox';

/** Takes what has come. @returns what to say; nothing where no mailbox is set */
export async function fetchInbox(context: CommandContext, moment: Moment, complain: Complain): Promise<string> {
  const { settings, store, log } = context;
  if (settings.JMB_MAIL_INBOX === '') return '';
  const inbox = inboxOf(settings.JMB_MAIL_INBOX);
  const where = `${inbox.host}:${inbox.port} ${inbox.mailbox}`;
  const { lookInto } = await import('../lib/mail/inbox.ts');
  const take = async (raw: Uint8Array): Promise<boolean> =>
    (await takeMail(context, { raw, recipients: [] })) !== 'later';
  const { taken, left, trouble } = await lookInto(inbox, take, LOOKING, settings.JMB_SMTP_CA);
  if (trouble === null) {
    noteRun(store, RUN, { ...moment, doubted: null });
    return `inbox: ${taken} taken, ${left} left`;
  }
  log.event('inbox-away', { inbox: where, reason: trouble.reason, taken });
  const before = lastRun(store, RUN);
  if (before === undefined) noteRun(store, RUN, { ...moment, doubted: null });
  const away = moment.at - (before?.at ?? moment.at);
  if (trouble.lasts || away >= PATIENCE) complain(`inbox: ${where}: ${trouble.reason}; answers by email wait there`);
  return `inbox: ${where}: ${trouble.reason}`;
}
