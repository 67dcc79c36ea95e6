/** How far a mistake in the settings reaches: the process's time zone, and what goes on without one. */
import { isZone, useZone } from '../text/dates.ts';
import { SettingsError } from './error.ts';
import { mail } from './mail.ts';

/**
 * How settings with mistakes are taken. `strict`: touching one throws, and without a time zone nothing is done. `timeless`: the
 * zone is like any other setting, for a door that seldom shows a time. `lenient`: as if the lines with mistakes were not there, for the
 * door that always lets people in.
 */
export type Manner = 'strict' | 'timeless' | 'lenient';

/**
 * Sets the process's time zone to that of the settings, or to the default where they name none and the manner goes on.
 * @param settings where going on, its zone becomes the default (lenient) or throws when it is touched (timeless)
 * @returns what is wrong with the zone; undefined when nothing is
 * @throws SettingsError what is wrong, when strict
 */
export function takeZone(settings: { readonly JMB_ICAL_TZID: string }, manner: Manner): SettingsError | undefined {
  const fault = zoneFault(settings);
  if (fault === undefined) return undefined;
  if (manner === 'strict') throw fault;
  const { fallback } = mail.JMB_ICAL_TZID;
  useZone(fallback);
  Object.defineProperty(settings, 'JMB_ICAL_TZID', {
    enumerable: true,
    configurable: true,
    get: () => {
      if (manner === 'lenient') return fallback;
      throw fault;
    },
  });
  return fault;
}

function zoneFault(settings: { readonly JMB_ICAL_TZID: string }): SettingsError | undefined {
  let zone: string;
  try {
    zone = settings.JMB_ICAL_TZID;
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  useZone(zone);
  if (isZone(zone)) return undefined;
  return new SettingsError('JMB_ICAL_TZID', 0, `there is no time zone ${zone}`, ['JMB_ICAL_TZID']);
}
