/**
 * Reads the settings: table defaults, then `etc/jmb_jwt.cf` (of the installer), then `etc/jmb_local.cf` (of the administrator);
 * and how far a mistake in them reaches.
 */
import { type ProcessEnvironment, SettingsError, settingsFiles, settingsFolder } from './settings/files.ts';
import { Reading } from './settings/reading.ts';
import type { Assignment } from './settings/shell.ts';
import { type SettingName, settingsTable } from './settings/table.ts';
import { isZone, processZone, useZone, type Zone } from './text/zones.ts';

export { SettingsError, settingsFiles } from './settings/files.ts';

/** The values by name, as the table types them. */
type Values = { readonly [Name in SettingName]: ReturnType<(typeof settingsTable)[Name]['read']> };

/** Everything that the settings say. Numbers are in the units of the table. Who touches one with a mistake gets its SettingsError thrown. */
export interface Settings extends Values {
  /** The folder that holds cgi-bin, lib, static, etc. */
  readonly root: string;
  /** The folder of the settings' files and of logo.png. */
  readonly etc: string;
  /** What the files set that is not in the table; see unknownSettings. */
  readonly others: ReadonlyMap<string, Assignment>;
  /** All mistakes in the files, each with the settings that it is about. */
  readonly faults: readonly SettingsError[];
}

/**
 * Reads the settings of a tree; files that do not exist leave the defaults.
 * @param root the tree's folder
 * @param env the environment of the process: `JMB_ETC` names another folder than `root/etc`
 * @param lenient whether lines with mistakes count as not written, for what must go on whatever the files say; else touching their settings throws
 * @throws SettingsError when a file cannot be read at all, unless lenient
 */
export function readSettings(root: string, env: ProcessEnvironment = process.env, lenient = false): Settings {
  const reading = new Reading(root, lenient);
  for (const file of settingsFiles(root, env)) reading.readFile(file);
  const values = reading.values();
  // Not spread: that would touch them all.
  return Object.assign(values, {
    root,
    etc: settingsFolder(root, env),
    others: reading.others(),
    faults: reading.faults,
  });
}

/**
 * `JMB_` keys of the files that nothing here reads: a slip of the pen, or a setting of the original that has gone.
 * Each with its place, such as `JMB_MAX_GUEST (/opt/jitsi-jmb/etc/jmb_local.cf:2)`.
 */
export function unknownSettings(settings: Settings): readonly string[] {
  return [...settings.others]
    .filter(([name]) => name.startsWith('JMB_'))
    .map(([name, { file, line }]) => `${name} (${file}:${line})`);
}

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
  const { fallback } = settingsTable.JMB_ICAL_TZID;
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

/** The zone of the settings, which is the process's. */
export function houseZone({ JMB_ICAL_TZID }: Pick<Settings, 'JMB_ICAL_TZID'>): Zone {
  return { name: JMB_ICAL_TZID, offsetAt: processZone.offsetAt };
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
