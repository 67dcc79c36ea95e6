/** `jmb purge --older-than DAYS`: removes meetings that ended long ago. */
import { countEndedBefore, purgeEndedBefore, purgeMailsBefore } from '../lib/store/upkeep.ts';
import type { CommandContext } from './surroundings.ts';

/** How many meetings one transaction removes: short enough that people who book meanwhile do not notice. */
const BATCH = 500;
const DAY = 86_400;

/** Removes in batches; those who book meanwhile wait for one batch at most. */
export function purge(options: {
  olderThan: number;
  dryRun?: boolean;
  quiet?: boolean;
}): (context: CommandContext) => Promise<number> {
  return async (context) => {
    const before = context.clock.now() - options.olderThan * DAY;
    const total = countEndedBefore(context.store, before);
    let removed = 0;
    while (!options.dryRun && removed < total) {
      const batch = purgeEndedBefore(context.store, before, BATCH);
      if (batch === 0) break;
      removed += batch;
      if (process.stderr.isTTY && !options.quiet) process.stderr.write(`\r${removed} of ${total} meetings`);
    }
    while (!options.dryRun && purgeMailsBefore(context.store, before, BATCH) > 0);
    if (process.stderr.isTTY && !options.quiet) process.stderr.write('\r\x1b[K');
    if (removed > 0) context.log.event('purged', { meetings: removed, 'older-than-days': options.olderThan });
    if (!options.quiet) {
      process.stdout.write(options.dryRun ? `${total} meetings would be removed\n` : `${removed} meetings removed\n`);
    }
    return 0;
  };
}
