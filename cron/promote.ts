/** `jmb promote`: this host takes over with what the other has left in the replica, whole and looked at, or everything stays as it is. */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ownTurn, roleOf, takeRole } from '../lib/role.ts';
import { takeLock } from '../lib/store/database.ts';
import { type Mark, type Newness, newnessOf } from '../lib/store/marks.ts';
import { lieReady } from '../lib/store/restore.ts';
import { freeName, holdersAfterAMoment, holdersOf, inUse } from './backup.ts';
import type { CommandContext } from './environment.ts';
import { type Brought, bring, folderBeside, markTurn, metaOf, readMarks } from './litestream.ts';
import { exactTime, SERVICE, tellService } from './replica.ts';

/** Options of `jmb promote`. */
export interface PromoteOptions {
  /** Nobody is asked. */
  readonly yes?: boolean;
  /** A copy that nobody has written to for long is taken all the same. */
  readonly old?: boolean;
}

/** How old a copy may be that is taken without a question, in seconds: cron of the active host writes each minute. */
const FRESH = 600;

/** Takes over; the exit status is 1 where it does not, and then nothing was changed. */
export function promote(options: PromoteOptions): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const began = performance.now();
    const { settings } = context;
    if (settings.JMB_REPLICA === '')
      return refuse('JMB_REPLICA is empty: there is no replica to take over from; install.sh --standby URL sets it up');
    const given = settings.JMB_DB;
    const database = existsSync(given) ? realpathSync(given) : given;
    const release = takeLock(`${given}-remind`);
    if (release === null) return refuse('jmb remind or another promote is at work: try again in a minute');
    const folder = folderBeside(database);
    try {
      const marks = readMarks(settings);
      if ('failed' in marks) return refuse(`the replica cannot be asked: ${marks.failed}`);
      const newest = marks.at(-1);
      if (newest === undefined) return refuse('the replica has no mark: no host has copied anything there');
      if (roleOf(given) === 'active' && newest.id === ownTurn(given)?.id) {
        process.stdout.write(`this host is the active one already, since ${exactTime(newest.at)}\n`);
        return 0;
      }
      // Nobody has told it yet that another took over: its doors let go of the database now.
      if (roleOf(given) === 'active') takeRole(given, 'fenced');
      const copy = join(folder, 'copy.db');
      const from = lastWith(context, marks, copy);
      if ('failed' in from) return refuse(from.failed);
      return await takeOver(context, { ...options, marks, from, copy, database, began });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      release();
    }
  };
}

function refuse(why: string): number {
  process.stderr.write(`jmb: ${why}; nothing was changed\n`);
  return 1;
}

/** Brings what the last turn has left; where it has left nothing yet (it was cut off before its first copy), the one before. */
function lastWith(
  { settings }: CommandContext,
  marks: readonly Mark[],
  copy: string,
): (Mark & Brought) | { readonly failed: string } {
  for (const mark of [...marks].reverse()) {
    const brought = bring(settings, mark, copy);
    if ('failed' in brought) return { failed: `the copy of ${mark.host} cannot be brought: ${brought.failed}` };
    if (existsSync(copy)) return { ...mark, ...brought };
  }
  return { failed: 'the replica holds no database yet' };
}

interface TakingOver extends PromoteOptions {
  readonly marks: readonly Mark[];
  readonly from: Mark & Brought;
  readonly copy: string;
  readonly database: string;
  /** Of `performance`. */
  readonly began: number;
}

async function takeOver(context: CommandContext, over: TakingOver): Promise<number> {
  const { settings, clock, log } = context;
  const { marks, from, copy, database, began } = over;
  const newness = newnessOf(copy);
  for (const line of linesOf(newness, from, clock.now())) process.stdout.write(`${line}\n`);
  const no = await objection(over, newness, clock.now());
  if (no !== undefined) return refuse(no);
  await tellService('stop');
  const holders = existsSync(database) ? holdersAfterAMoment(database) : [];
  if (holders.length > 0) return refuse(inUse(database, holders));
  const ready = lieReady(copy, database);
  if ('fault' in ready) return refuse(`the copy of ${from.host}: ${ready.fault}`);
  try {
    // Marked before anything changes here: from then on the other one keeps quiet, and of two that take over one goes on.
    const turn = markTurn(settings, marks, clock.now());
    if ('failed' in turn) return refuse(`the replica takes no mark of this host: ${turn.failed}`);
    const aside = freeName(`${database}.before-turn-${turn.epoch}`);
    const done = ready.takePlace(aside);
    if (done === 'in use')
      return refuse(`${inUse(database, holdersOf(database, true))}; no host is active: start again`);
    rmSync(metaOf(settings.JMB_DB), { recursive: true, force: true });
    takeRole(settings.JMB_DB, 'active');
    log.event('promoted', { from: from.host, epoch: turn.epoch, booked: newness.booked ?? undefined });
    const copies = await tellService('restart');
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const kept = done === 'kept' ? `; what was there is ${aside}` : '';
    process.stdout.write(`this host is the active one: turn ${turn.epoch}, after ${seconds} s${kept}\n`);
    if (!copies) process.stdout.write(`nothing is copied from here yet: as root, systemctl start ${SERVICE}\n`);
    return 0;
  } finally {
    ready.drop();
  }
}

function linesOf(
  { booked, changed, meetings }: Newness,
  { host, epoch, at, asOf }: Mark & Brought,
  now: number,
): string[] {
  const when = (time: number | null): string =>
    time === null ? 'none' : `${exactTime(time)}, ${Math.max(0, now - time)} s ago`;
  return [
    `copy            of ${host} (turn ${epoch}, since ${exactTime(at)}): ${meetings} meetings`,
    ...(asOf === undefined ? [] : [`as of           ${asOf}: the last file of the copy was cut off in the middle`]),
    `newest booking  ${when(booked)}`,
    `newest change   ${when(changed)}`,
  ];
}

/** Why it is not done, where nobody is there to say that it is. */
async function objection({ yes, old }: TakingOver, { changed }: Newness, now: number): Promise<string | undefined> {
  const isOld = changed === null || now - changed > FRESH;
  if (yes) {
    if (!isOld || old) return undefined;
    return `nothing was written to this copy for more than ${FRESH / 60} minutes, so bookings may be missing: --old takes it all the same`;
  }
  if (!process.stdin.isTTY) return 'nobody is there to ask: --yes agrees';
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question('Take over with this copy? [y/N] ');
    return /^[yYoO]/.test(answer) ? undefined : 'it was not wished';
  } finally {
    asking.close();
  }
}
