/** `jmb person ADDRESS`: what is kept of somebody; all of it in a file for them (`--export`), or taken out of everything (`--erase`). */
import { closeSync, fchmodSync, openSync, writeSync } from 'node:fs';
import { ownedMeeting } from '../lib/booking/access.ts';
import { handOver } from '../lib/booking/hand_over.ts';
import { remove } from '../lib/booking/remove.ts';
import { codeOf, whyOf } from '../lib/failure.ts';
import type { Identity } from '../lib/meetings/meeting.ts';
import { isRefusal, type Refusal } from '../lib/refusal.ts';
import { erasePerson, livingOf, waitingAbout } from '../lib/store/erase.ts';
import { attendeesOf, meetingById } from '../lib/store/meetings.ts';
import { namesOf } from '../lib/store/people.ts';
import { type Known, knownOf, type Whom, whomOf } from '../lib/store/person.ts';
import { dateAndTime } from '../lib/text/dates.ts';
import type { CommandContext } from './environment.ts';
import { cleanFile, copiesWith, logsWith } from './traces.ts';

/** Options of the command. */
export interface PersonOptions {
  readonly export?: string;
  readonly erase?: boolean;
  /** What becomes of the meetings to come that they own. */
  readonly cancel?: boolean;
  readonly handOver?: string;
  readonly yes?: boolean;
}

/** Shows, exports or erases. The exit status is 1 where nothing is known, or something is in the way. */
export function person(asked: string, options: PersonOptions): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const whom = whomOf(context.store, asked, context.settings.JMB_SHARED_ADDRESSES);
    const known = knownOf(context.store, whom);
    if (Object.keys(known).length === 0) {
      process.stdout.write(`nothing is kept of ${asked}\n`);
      return 1;
    }
    if (options.export !== undefined) return exportTo(context, options.export, whom, known);
    say(`${[...whom.addresses, ...accountsKnown(whom, known)].join(', ')}`);
    for (const [what, rows] of Object.entries(known)) say(`  ${String(rows.length).padStart(6)} ${what}`);
    return options.erase ? erase(context, whom, options) : 0;
  };
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const fail = (line: string): number => {
  process.stderr.write(`jmb: ${line}\n`);
  return 1;
};

/** The accounts of which there is anything: an address is asked for as the name of an account, too. */
function accountsKnown({ addresses, accounts }: Whom, known: Known): string[] {
  const found = Object.values(known).flatMap((rows) => rows.map(({ account }) => String(account ?? '').toLowerCase()));
  return accounts
    .filter((one) => found.includes(one.toLowerCase()) && !addresses.includes(one.toLowerCase()))
    .map((one) => `account ${one}`);
}

/** All meetings that somebody is in, as their page shows them: with everybody for who organises or moderates, with the organiser for guests. */
function meetingsOf({ store }: CommandContext, { seats = [] }: Known): object[] {
  const seen = new Map(seats.map((seat) => [String(seat['meeting']), seat]));
  return [...seen].flatMap(([id, { role }]) => {
    const meeting = meetingById(store, id);
    if (meeting === undefined) return [];
    const { begin, end, created, modified, ...words } = meeting;
    const people = attendeesOf(store, id)
      .filter((one) => role !== 'guest' || one.role === 'owner')
      .map(({ hash: _, ...one }) => one);
    const time = (unix: number): string => new Date(unix * 1000).toISOString();
    return [
      { ...words, begin: time(begin), end: time(end), booked: time(created), changed: time(modified), role, people },
    ];
  });
}

function exportTo(context: CommandContext, file: string, whom: Whom, known: Known): number {
  const { settings, clock, log } = context;
  const text = JSON.stringify(
    {
      service: `${settings.JMB_NAME}, ${settings.JMB_URL}`,
      made: new Date(clock.now() * 1000).toISOString(),
      about: whom,
      times: 'Unix seconds (since 1970-01-01, UTC) where they are numbers',
      meetings: meetingsOf(context, known),
      rows: known,
    },
    null,
    2,
  );
  try {
    const open = openSync(file, 'wx', 0o640);
    fchmodSync(open, 0o640);
    writeSync(open, `${text}\n`);
    closeSync(open);
  } catch (error) {
    return fail(codeOf(error) === 'EEXIST' ? `${file} exists; give a new name` : `${file}: ${whyOf(error)}`);
  }
  log.event('person-exported', { rows: rowsIn(known) });
  say(`${file}: ${rowsIn(known)} rows`);
  return 0;
}

const rowsIn = (known: Known): number => Object.values(known).reduce((sum, rows) => sum + rows.length, 0);

async function erase(context: CommandContext, whom: Whom, options: PersonOptions): Promise<number> {
  const { store, clock, log } = context;
  const living = livingOf(store, whom, clock.now());
  const own = living.filter(({ role, begin }) => role === 'owner' && begin > clock.now());
  const others = living.filter(({ role }) => role !== 'owner').length;
  say('\nAll of that goes. The links of those who are erased lead nowhere then, and nobody is told.');
  if (others > 0) say(`They are taken off ${others} meetings of others that are to come.`);
  if (own.length > 0 && options.cancel)
    say(`${own.length} meetings to come are cancelled, and everybody in them is told.`);
  if (own.length > 0 && options.handOver)
    say(`${own.length} meetings to come are handed to ${options.handOver}, who is told.`);
  say(
    'Meetings that are over stay for whoever else was in them, without this person; so do subjects, agendas and notes that others wrote. The log and copies of the database are not touched; who signs in or is invited again is known again.',
  );
  if (!options.yes && !(await agreed())) return fail('nothing was changed');
  if (own.length > 0) {
    const refused = await settleOwn(context, whom, options);
    if (refused !== null) return fail(refused);
  }
  const done = store.transaction(() => {
    const obstacle = obstacleTo(context, whom);
    return obstacle ?? erasePerson(store, whom, clock.now());
  });
  if (typeof done === 'string') return fail(done);
  log.event('person-erased', done);
  say(`erased: ${done.seats} seats in meetings, ${done.meetings} meetings that nobody else was in, and all else`);
  say(cleanFile(store, whom.addresses));
  for (const line of [...copiesWith(context, whom.addresses), ...logsWith(context, whom.addresses)]) say(line);
  return 0;
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const { createInterface } = await import('node:readline/promises');
  const asks = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await asks.question('Erase? [y/N] ')).trim());
  } finally {
    asks.close();
  }
}

/** What keeps somebody from being erased now, with the way out of it; null: nothing. */
function obstacleTo({ store, clock }: CommandContext, whom: Whom): string | null {
  const now = clock.now();
  const living = livingOf(store, whom, now);
  const running = living.find(({ begin }) => begin <= now);
  if (running !== undefined)
    return `they are in a meeting that runs until ${dateAndTime(running.end)} (${running.id}): nothing was erased; try again then`;
  const own = living.filter(({ role }) => role === 'owner');
  if (own.length > 0) {
    const some = own.slice(0, 10).map(({ id, begin, subject }) => `\n  ${id}  ${dateAndTime(begin)}  ${subject}`);
    return `they own ${own.length} meetings to come: nothing was erased; --cancel cancels them, --hand-over ADDRESS gives them to somebody who may book${some.join('')}`;
  }
  const waiting = waitingAbout(store, whom);
  if (waiting === 0) return null;
  return `${waiting} mails that name them still wait to go out to others: nothing was erased; try again once they have (jmb outbox)`;
}

/** Cancels or hands over the meetings to come that somebody owns, as they would themselves. @returns why that ended early; null: done */
async function settleOwn(context: CommandContext, whom: Whom, options: PersonOptions): Promise<string | null> {
  const { store, clock } = context;
  const [email = ''] = whom.addresses;
  const identity: Identity = {
    uid: whom.accounts[0] ?? email,
    email,
    name: namesOf(store, whom.addresses).get(email) ?? email,
    addresses: whom.addresses,
  };
  if (options.handOver === undefined && !options.cancel) return obstacleTo(context, whom);
  for (;;) {
    const [next] = livingOf(store, whom, clock.now()).filter(
      ({ role, begin }) => role === 'owner' && begin > clock.now(),
    );
    if (next === undefined) return null;
    const owned = ownedMeeting(context, identity, next.id);
    const done: Refusal | object = isRefusal(owned)
      ? owned
      : options.handOver === undefined
        ? await remove(context, identity, owned, { tell: 'yes', scope: 'all' })
        : await handOver(context, identity, owned, options.handOver);
    if (isRefusal(done)) return `${next.id}: ${done.log}; nothing was erased`;
    say(`${options.handOver === undefined ? 'cancelled' : 'handed over'}: ${next.id} ${next.subject}`);
  }
}
