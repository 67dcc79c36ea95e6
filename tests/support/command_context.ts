/** What `jmb` gives its subcommands, for tests that call one of them on a database of their own. */
import type { CommandContext } from '../../cron/environment.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Settings } from '../../lib/settings.ts';
import type { Store } from '../../lib/store/store.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';

/** In French, with no directory; its log goes nowhere unless `log` is given. */
export function commandContext(
  store: Store,
  settings: Settings,
  clock: Clock,
  log: Log = { event: () => undefined },
): CommandContext {
  const words = { language: 'fr', texts: texts('fr'), zone: processZone } as const;
  return { root: '/nowhere', settings, store, clock, log, directory: null, ...words };
}
