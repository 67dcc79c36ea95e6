/** Runs the command as a Munin plugin: takes the figures from the database or from JVB, and prints them. */
import { bridgeStatistics, within as inTime, type OpenRoom, roomService } from '../lib/jitsi/rooms.ts';
import type { Settings } from '../lib/settings.ts';
import { mailFigures, roomFigures } from '../lib/store/figures.ts';
import { plugin } from './munin.ts';
import { within } from './program.ts';

/** Prints what Munin asked for; the exit status. */
export function runPlugin(
  name: { kind: 'jmb' | 'videobridge'; graph: string },
  argument: string | undefined,
): Promise<number> {
  return within(async (context) => {
    const now = context.clock.now();
    const answer = await plugin(name, argument, {
      rooms: () => roomFigures(context.store, now),
      mail: () => mailFigures(context.store, now),
      bridge: () => bridgeStatistics(process.env['url'] ?? context.settings.JMB_JVB_STATISTICS),
      open: context.settings.JMB_PROSODY_SECRET_FILE === '' ? undefined : () => openRooms(context.settings),
    });
    process.stdout.write(answer.text);
    return answer.status;
  });
}

async function openRooms(settings: Settings): Promise<readonly OpenRoom[]> {
  const service = roomService(settings);
  return service === undefined ? [] : inTime(5_000, service.rooms());
}
