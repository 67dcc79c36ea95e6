/** Forgetting, as cron does it once a day by JMB_KEEP_DAYS: in short steps, so that nobody who writes meanwhile waits. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../lib/context.ts';
import { forgettingAt, keptSince, nextStep } from '../lib/meetings/keeping.ts';
import { forgetLinksBefore } from '../lib/store/changes.ts';
import { FORGET } from '../lib/store/forget.ts';
import { lastRun, type Moment, noteRun } from '../lib/store/maintenance.ts';

/** How long one run forgets, in milliseconds: the next goes on where this one ends. */
const LONGEST = 5_000;

/** How many rows the first step of a run takes. */
const FIRST = 50;

/**
 * Forgets what is due; what one run does not get through, the next does.
 * @returns what was done, in a few words; empty: nothing
 */
export async function forget(context: Context, moment: Moment): Promise<string> {
  const { store, settings, log } = context;
  const since = keptSince(settings.JMB_KEEP_DAYS, moment.at);
  if (since === null) return '';
  const when = forgettingAt(moment.at, lastRun(store, 'forget')?.at);
  if (when === 'done') return '';
  if (when === 'tomorrow') {
    noteRun(store, 'forget', { ...moment, doubted: null });
    return 'forgetting: begins in a day';
  }
  forgetLinksBefore(store, since);
  const { gone, longest, isDone } = await forgetAll(context, { since, now: moment.at }, performance.now() + LONGEST);
  if (isDone) noteRun(store, 'forget', { ...moment, doubted: null });
  const counts = Object.entries(gone).filter(([, rows]) => rows > 0);
  if (counts.length === 0) return '';
  const fields = { ...Object.fromEntries(counts), 'longest-ms': Math.ceil(longest) };
  log.event('forgotten', { before: new Date(since * 1000).toISOString().slice(0, 10), ...fields });
  return `forgotten: ${counts.map(([what, rows]) => `${rows} ${what}`).join(', ')}${isDone ? '' : ', more to come'}`;
}

/** What went, by what it was. */
export interface Forgetting {
  readonly gone: Readonly<Record<string, number>>;
  /** How long the longest step took, in milliseconds. */
  readonly longest: number;
  /** Whether nothing more is to go. */
  readonly isDone: boolean;
}

/** Forgets step by step. @param deadline by performance.now(), in milliseconds: no step begins later */
export async function forgetAll(
  { store }: Pick<Context, 'store'>,
  kept: { readonly since: number; readonly now: number },
  deadline: number,
): Promise<Forgetting> {
  const gone: Record<string, number> = {};
  let longest = 0;
  for (const [what, step] of Object.entries(FORGET)) {
    let rows = FIRST;
    for (let after: string | null = ''; after !== null; ) {
      const began = performance.now();
      if (began > deadline) return { gone, longest, isDone: false };
      const done = step(store, kept, rows, after);
      const took = performance.now() - began;
      gone[what] = (gone[what] ?? 0) + done.gone;
      longest = Math.max(longest, took);
      rows = nextStep(rows, took);
      after = done.next;
      // SQLite lets nobody know that the lock is free: whoever waits for it looks again after up to 25 ms at first.
      if (done.gone > 0) await pause(Math.min(took, 25));
    }
  }
  return { gone, longest, isDone: true };
}
