/** Reads the settings: table defaults, then `etc/jmb_jwt.cf` (of the installer), then `etc/jmb_local.cf` (of the administrator). */

import type { SettingsError } from './settings/error.ts';
import { type Environment, settingsFiles, settingsFolder } from './settings/files.ts';
import { Reading } from './settings/reading.ts';
import type { Assignment } from './settings/shell.ts';
import type { SettingName, settingsTable } from './settings-table.ts';

export { SettingsError } from './settings/error.ts';
export { settingsFiles } from './settings/files.ts';

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
export function readSettings(root: string, env: Environment = process.env, lenient = false): Settings {
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
