/** The command's words: subcommands, options and their help. Each subcommand's work is in its own file, loaded when asked for. */
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../lib/failure.ts';
import { version } from '../package.json';
import { onlyActive, openEnvironment, type Work } from './environment.ts';
import type { PersonOptions } from './person.ts';

/**
 * Reads the words of the command line and does what they say.
 * @returns the exit status: 0 done, 1 something is wrong, 2 could not begin (settings, database)
 */
export async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const work = (load: () => Promise<Work>, now?: string) => async (): Promise<void> => {
    status = await within(await load(), now);
  };
  const program = new Command('jmb')
    .description(
      'Jitsi Meet Booking at the command line: what cron runs, and what an administrator asks.\nRun it as the user of the web server (www-data), who owns the database.',
    )
    .version(version)
    .showHelpAfterError('(jmb --help lists the commands)')
    .helpCommand('help [command]', 'the same as COMMAND --help')
    .addHelpText(
      'after',
      `
Exit status: 0 done, 1 something is wrong, 2 could not begin.
Settings: etc/jmb_jwt.cf and etc/jmb_local.cf beside the program; JMB_ETC=DIR moves them.

Examples:
  jmb check                       is everything as it should be?
  jmb outbox                      which mails wait, which were refused and why
  jmb outbox --retry 42           try mail 42 again now
  jmb remind --dry-run            what would cron do now?
  jmb backup /var/backups/jmb.db  a consistent copy while people book`,
    );

  program
    .command('remind')
    .description('what cron runs each minute: due reminders, mails that wait, messages at the end of meetings')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--now <time>', 'take this for the present: Unix seconds, or 2026-12-03T14:30 in JMB_ICAL_TZID')
    .option('--quiet', 'as cron: print only what an administrator must mend, and that once a day')
    .action(async (options: { dryRun?: boolean; now?: string; quiet?: boolean }) => {
      const { remind } = await import('./remind.ts');
      if (!options.quiet) return work(async () => remind(options), options.now)();
      status = await (await import('./quiet.ts')).quietly(remind(options), options.now);
    });
  program
    .command('list')
    .description('the meetings to come and running')
    .option('--all', 'the past ones too')
    .option('--json', 'for a script')
    .action((options: { all?: boolean; json?: boolean }) =>
      work(async () => (await import('./meetings.ts')).list(options))(),
    );
  program
    .command('show')
    .argument('<id>', 'the meeting’s id, or the name of its room')
    .description('one meeting: its people, their answers, reminders and mails')
    .option('--json', 'for a script')
    .action((id: string, options: { json?: boolean }) =>
      work(async () => (await import('./meetings.ts')).show(id, options))(),
    );
  program
    .command('remove')
    .argument('<id>', 'the meeting’s id, as jmb list --all shows it')
    .description('delete one meeting, whoever owns it, and close its room; nobody is told')
    .action((id: string) => work(async () => onlyActive((await import('./meetings.ts')).remove(id)))());
  program
    .command('rooms')
    .description('the rooms that are open now: their meeting, how many people are there, since when')
    .option('--json', 'for a script')
    .action((options: { json?: boolean }) => work(async () => (await import('./meetings.ts')).rooms(options))());
  program
    .command('outbox')
    .description('the mails that wait, and those refused for good with their reason')
    .option('--retry <which>', 'try again now: a number, @domain.example, or all; refused ones too')
    .option('--json', 'for a script')
    .action((options: { retry?: string; json?: boolean }) =>
      work(async () => {
        const { outbox } = await import('./outbox.ts');
        return options.retry === undefined ? outbox(options) : onlyActive(outbox(options));
      })(),
    );
  program
    .command('reply')
    .description(
      'what a mail server’s alias calls: takes one message of JMB_MAIL_REPLY from standard input; prints nothing, ends with 0 or 75',
    )
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async () => {
      status = await (await import('./reply.ts')).reply();
    });
  program
    .command('purge')
    .description('remove meetings that ended long ago, with their people and reminders')
    .requiredOption('--older-than <days>', 'days since the end of the meeting', days)
    .option('--dry-run', 'count, and remove nothing')
    .option('--quiet', 'print nothing')
    .action((options: { olderThan: number; dryRun?: boolean; quiet?: boolean }) =>
      work(async () => onlyActive((await import('./meetings.ts')).purge(options)))(),
    );
  program
    .command('person')
    .argument('<address>', 'of the person, or the name of their account')
    .description('what is kept of one person')
    .option('--export <file>', 'write all of it into a new file, as JSON')
    .option('--erase', 'take the person out of the database, once you have said yes')
    .option('--cancel', 'with --erase: cancel the meetings to come that they own; everybody is told')
    .option('--hand-over <address>', 'with --erase: hand those to somebody else')
    .option('--yes', 'with --erase: ask nobody')
    .action((address: string, options: PersonOptions) =>
      work(async () => {
        const { person } = await import('./person.ts');
        return options.erase ? onlyActive(person(address, options)) : person(address, options);
      })(),
    );
  program
    .command('backup')
    .argument('<file>', 'where the copy goes; an existing file is not overwritten')
    .description('a consistent copy of the database, while it is used')
    .action((file: string) => work(async () => (await import('./backup.ts')).backup(file))());
  program
    .command('restore')
    .argument('<file>', 'a copy that `jmb backup` made; it is looked at first')
    .description('put a copy in the place of the database, which is kept aside; Apache and cron must be stopped')
    .action((file: string) => work(async () => onlyActive((await import('./backup.ts')).restore(file)))());
  program
    .command('replica')
    .description('of two hosts: which one this is, and what the replica says of that')
    .option('--ready <file>', 'as the service: write down for Litestream what to copy, unless another host is active')
    .action((options: { ready?: string }) => work(async () => (await import('./replica.ts')).replica(options))());
  program
    .command('promote')
    .description('of two hosts: take over, with what the other one has left in the replica')
    .option('--yes', 'ask nobody')
    .option('--old', 'with --yes: also where nothing was written to the copy for more than ten minutes')
    .action((options: { yes?: boolean; old?: boolean }) =>
      work(async () => (await import('./promote.ts')).promote(options))(),
    );
  program
    .command('demote')
    .description('of two hosts: answer and send nothing from now on, so that the other one takes over without a loss')
    .action(() => work(async () => onlyActive((await import('./replica.ts')).demote))());
  program
    .command('metrics')
    .description('figures for Prometheus, in its text format: meetings, mails, requests, people in rooms')
    .action(() => work(async () => (await import('./metrics.ts')).metrics)());
  program
    .command('check')
    .argument(
      '[about...]',
      'only these: settings, node, database, rights, directory, mail, clock, cron, keeping, secret, rooms, front, guard, replica',
    )
    .description('all that JMB leans on, one line each: ok, warning, unknown (ask as root), wrong, off')
    .option('--json', 'for a script')
    .action((about: string[], options: { json?: boolean }) =>
      work(async () => (await import('./check.ts')).check(about, options))(),
    );

  program.exitOverride();
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') return error.exitCode;
    throw error;
  }
  return status;
}

/**
 * Opens the environment for one piece of work. It is left open: the last to close a database takes the index of its log
 * away, which a full disk does not let the next one make again, and then nobody could enter a running meeting.
 */
export async function within(work: Work, now?: string): Promise<number> {
  try {
    return await work(openEnvironment(now));
  } catch (error) {
    process.stderr.write(`jmb: ${messageOf(error)}\n`);
    return 2;
  }
}

function days(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('a number of days.');
  return Number(text);
}
