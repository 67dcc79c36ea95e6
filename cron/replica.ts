/** `jmb replica`: which of two hosts this is, and what the replica says of that; the look that the service and cron take; `jmb demote`. */
import { existsSync, statSync, utimesSync } from 'node:fs';
import { ownTurn, type Role, roleOf, type Turn, takeRole } from '../lib/role.ts';
import type { Mark } from '../lib/store/marks.ts';
import { dateAndTime } from '../lib/text/dates.ts';
import { holdersOf } from './backup.ts';
import type { Answer } from './check.ts';
import type { CommandContext } from './environment.ts';
import { markTurn, readMarks, writeConfig } from './litestream.ts';
import type { Complain } from './quiet.ts';

/** The service that runs Litestream. */
export const SERVICE = 'jitsi-jmb-litestream';

/** Whose turn it is: this host's, another's, nobody's yet, or nobody can tell. */
type Standing =
  | { readonly kind: 'ours' | 'another'; readonly mark: Mark }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unknown'; readonly why: string };

/** Asks the replica. */
export function standing({ settings }: CommandContext): Standing {
  const own = ownTurn(settings.JMB_DB);
  const marks = readMarks(settings);
  if ('failed' in marks) return { kind: 'unknown', why: marks.failed };
  const mark = marks.at(-1);
  if (mark !== undefined) return { kind: mark.id === own?.id ? 'ours' : 'another', mark };
  // A share that is not mounted looks like an empty replica.
  if (own !== undefined && own.epoch > 1) return { kind: 'unknown', why: 'there are no marks: is it the right place?' };
  return { kind: 'nobody' };
}

/** A Unix time, such as `2026-11-26 19:20:13`. */
export function exactTime(at: number): string {
  return `${dateAndTime(at)}:${String(at % 60).padStart(2, '0')}`;
}

function fence({ settings, log }: CommandContext, { host, at, epoch }: Mark): string {
  takeRole(settings.JMB_DB, 'fenced');
  log.event('fenced', { by: host, epoch, since: at });
  return `${host} took over at ${exactTime(at)}: this host answers and sends nothing from now on; jmb promote makes it the active one again`;
}

/** How long the replica may be out of reach before somebody must look, in seconds. */
const UNHEARD = 900;

/**
 * What cron looks at first. A host that is not the active one has nothing to do; the active one asks whether it still is, and goes
 * on where nobody can tell: which host people reach is not for it to say.
 */
export function roleNow(context: CommandContext, complain: Complain): Role {
  const { JMB_DB: database, JMB_REPLICA: address } = context.settings;
  const role = roleOf(database);
  if (role !== 'active' || address === '' || ownTurn(database) === undefined) return role;
  const found = standing(context);
  if (found.kind === 'another') {
    complain(fence(context, found.mark));
    return 'fenced';
  }
  const turn = `${database}-turn`;
  if (found.kind === 'ours') utimesSync(turn, new Date(), new Date());
  else {
    const why = found.kind === 'unknown' ? found.why : 'the marks are gone';
    context.log.event('replica-unknown', { why });
    // Its time says when the replica was heard of last.
    if (Date.now() / 1000 - statSync(turn).mtimeMs / 1000 > UNHEARD)
      complain(`the replica cannot be asked, so nothing is copied either: ${why}`);
  }
  return 'active';
}

/** For `jmb check`: whether this host is what the replica says, and whether Litestream is at work. */
export function replicaAnswer(context: CommandContext): Answer {
  const { JMB_DB: database, JMB_REPLICA: address } = context.settings;
  if (address === '') return { verdict: 'off', detail: 'JMB_REPLICA is empty: one host alone' };
  const role = roleOf(database);
  const found = standing(context);
  if (found.kind === 'unknown') return { verdict: 'wrong', detail: `cannot be asked: ${found.why}` };
  if (found.kind === 'nobody')
    return { verdict: 'wrong', detail: `nothing was copied yet: systemctl start ${SERVICE}` };
  const whose = `turn ${found.mark.epoch}, ${found.mark.host} since ${exactTime(found.mark.at)}`;
  if (role !== 'active') return { verdict: 'ok', detail: `this host is ${role}; ${whose}` };
  if (found.kind === 'another') return { verdict: 'wrong', detail: `another host took over: ${whose}` };
  const copies = holdersOf(database).some(({ program }) => program === 'litestream');
  if (copies) return { verdict: 'ok', detail: `this host is active, and Litestream copies; ${whose}` };
  const mayLook = process.getuid?.() === 0 || process.getuid?.() === statSync(database).uid;
  return mayLook
    ? { verdict: 'wrong', detail: `Litestream does not run: journalctl -u ${SERVICE}` }
    : { verdict: 'unknown', detail: 'whether Litestream runs: ask as root' };
}

/** As ExecCondition= of systemd.service(5) has it: the service does not start, and that is no failure. */
const NOT_NOW = 1;
/** The same: a failure, after which systemd tries again. */
const AGAIN = 255;

/** Options of `jmb replica`. */
export interface ReplicaOptions {
  /** Writes down for Litestream what to copy, to this file, unless another host is the active one. */
  readonly ready?: string;
}

/** Says how it stands, or makes ready for the service. */
export function replica({ ready }: ReplicaOptions): (context: CommandContext) => number {
  return (context) => {
    if (context.settings.JMB_REPLICA === '') {
      process.stderr.write('jmb: JMB_REPLICA is empty: nothing is copied; install.sh --replica URL sets it up\n');
      return NOT_NOW;
    }
    return ready === undefined ? tell(context) : makeReady(context, ready);
  };
}

function tell(context: CommandContext): number {
  const { JMB_DB: database, JMB_REPLICA: address } = context.settings;
  const found = standing(context);
  const words = {
    ours: 'this host is the active one',
    another: 'another host is the active one',
    nobody: 'nobody was active yet',
    unknown: `cannot be asked: ${found.kind === 'unknown' ? found.why : ''}`,
  };
  process.stdout.write(`role     ${roleOf(database)}\nreplica  ${address}: ${words[found.kind]}\n`);
  if ('mark' in found) {
    const { host, at, epoch } = found.mark;
    process.stdout.write(`turn     ${epoch}, ${host} since ${exactTime(at)}\n`);
  }
  return found.kind === 'unknown' ? 1 : 0;
}

/** Before Litestream starts, and before Apache does (the order of the units): a host that comes back learns here what it is. */
function makeReady(context: CommandContext, config: string): number {
  const { settings } = context;
  const { JMB_DB: database } = settings;
  const say = (text: string, status: number): number => {
    process.stdout.write(`${text}\n`);
    return status;
  };
  const role = roleOf(database);
  if (role !== 'active') return say(`this host is ${role}: nothing is copied`, NOT_NOW);
  const found = standing(context);
  if (found.kind === 'another') return say(fence(context, found.mark), NOT_NOW);
  let turn: Turn | undefined = ownTurn(database);
  if (found.kind === 'nobody') {
    const marked = markTurn(settings, [], context.clock.now());
    if ('failed' in marked) return say(`the replica takes no mark: ${marked.failed}`, AGAIN);
    turn = marked;
  }
  if (turn === undefined) return say(`the replica cannot be asked: ${'why' in found ? found.why : ''}`, AGAIN);
  // Litestream copies a database that is there.
  if (!existsSync(database)) context.store.isReplaced();
  writeConfig(settings, turn, config);
  return say(`turn ${turn.epoch}: Litestream copies ${database}`, 0);
}

/** Has this host answer and send nothing from now on, so that the other takes over without a loss. */
export async function demote({ settings, log }: CommandContext): Promise<number> {
  if (settings.JMB_REPLICA === '') {
    process.stderr.write('jmb: JMB_REPLICA is empty: there is no other host\n');
    return 1;
  }
  takeRole(settings.JMB_DB, 'standby');
  log.event('demoted', {});
  const stopped = await tellService('stop');
  process.stdout.write(
    `this host answers and sends nothing from now on${stopped ? ', and all is copied' : `; now as root: systemctl stop ${SERVICE}, which copies the rest`}; on the other one: jmb promote\n`,
  );
  return 0;
}

/** Has systemd start or stop the service; false where it does not, or who asks may not. */
export async function tellService(verb: 'restart' | 'stop'): Promise<boolean> {
  if (!existsSync('/run/systemd/system')) return false;
  const { spawnSync } = await import('node:child_process');
  return spawnSync('systemctl', [verb, SERVICE], { stdio: 'ignore', timeout: 90_000 }).status === 0;
}
