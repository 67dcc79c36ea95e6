/** Reads the settings: table defaults, then `etc/jmb_jwt.cf` (of the installer), then `etc/jmb_local.cf` (of the administrator). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SettingsError } from './settings/error.ts';
import { fallbackText, type Row } from './settings/rows.ts';
import { type Assignment, type Lookup, readAssignments } from './settings/shell.ts';
import { type SettingName, settingsTable } from './settings-table.ts';

export { SettingsError } from './settings/error.ts';

/** The values by name, as the table types them. */
type Values = { readonly [Name in SettingName]: ReturnType<(typeof settingsTable)[Name]['read']> };

/** Everything that the settings say. Numbers are in the units of the table. */
export interface Settings extends Values {
  /** The folder that holds cgi-bin, lib, static, etc. */
  readonly root: string;
  /** The folder of the settings' files and of logo.png. */
  readonly etc: string;
  /** What the files set that is not in the table; see unknownSettings. */
  readonly others: ReadonlyMap<string, Assignment>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const FILES = ['jmb_jwt.cf', 'jmb_local.cf'];
const NAMES = Object.keys(settingsTable) as SettingName[];

/**
 * Reads the settings of a tree; files that do not exist leave the defaults.
 * @param root the tree's folder
 * @param env the environment of the process: `JMB_ETC` names another folder than `root/etc`
 * @throws SettingsError when a file cannot be read, needs a shell, or holds a value of the wrong kind
 */
export function readSettings(root: string, env: Environment = process.env): Settings {
  const etc = settingsFolder(root, env);
  const found = new Map<string, Assignment>();
  const fallback = (name: SettingName): unknown => {
    const { fallback: value } = settingsTable[name];
    if (name === 'JMB_PATH') return root;
    return typeof value === 'string' && value.includes('$') ? expanded(value, lookup) : value;
  };
  const lookup = (name: string): string | undefined =>
    found.get(name)?.value ?? (isSetting(name) ? fallbackText(fallback(name)) : undefined);
  for (const name of FILES) {
    const file = join(etc, name);
    const source = readSource(file);
    if (source !== null) readAssignments(file, source, found, lookup);
  }
  const values: Partial<Record<keyof Settings, unknown>> = { root, etc };
  for (const name of NAMES) {
    values[name] = readValue(name, settingsTable[name], found.get(name), fallback);
  }
  checkDurations(values as Settings, found);
  for (const name of NAMES) found.delete(name);
  values['others'] = found;
  return values as Settings;
}

/** How many durations a form may offer. */
const MOST_DURATIONS = 1000;

/** Settings that do not go together, each allowed by itself: a form would have no duration to choose, or megabytes of them. */
function checkDurations(settings: Settings, found: ReadonlyMap<string, Assignment>): void {
  const { JMB_MIN_MEETING_DURATION: least, JMB_MAX_MEETING_DURATION: most, JMB_STEP_MEETING_DURATION: step } = settings;
  const wrong = (names: readonly SettingName[], detail: string): never => {
    const set = names.map((name) => found.get(name)).find((one) => one !== undefined);
    throw new SettingsError(set?.file ?? names[0] ?? '', set?.line ?? 0, detail);
  };
  if (most < least) {
    wrong(
      ['JMB_MAX_MEETING_DURATION', 'JMB_MIN_MEETING_DURATION'],
      `the longest duration (${most} min) is below the shortest (${least} min)`,
    );
  }
  const choices = Math.floor((most - least) / step) + 1;
  if (choices > MOST_DURATIONS) {
    const all = ['JMB_MAX_MEETING_DURATION', 'JMB_STEP_MEETING_DURATION'] as const;
    wrong(
      all,
      `${choices} durations to choose from: a longer JMB_STEP_MEETING_DURATION, or a lower JMB_MAX_MEETING_DURATION`,
    );
  }
}

/** The paths of the files that readSettings reads: a process that stays watches them. */
export function settingsFiles(root: string, env: Environment = process.env): readonly string[] {
  const etc = settingsFolder(root, env);
  return FILES.map((name) => join(etc, name));
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

function settingsFolder(root: string, env: Environment): string {
  return env['JMB_ETC'] || join(root, 'etc');
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

/** A value of the files, or the default, of which only words that hold other settings must still be read. */
function readValue(
  name: SettingName,
  row: Row<unknown>,
  set: Assignment | undefined,
  fallback: (name: SettingName) => unknown,
): unknown {
  if (set === undefined) {
    const value = fallback(name);
    return row.type === 'phrase' ? row.read(String(value)) : value;
  }
  try {
    return row.read(set.value);
  } catch (error) {
    throw new SettingsError(set.file, set.line, `${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A default with its `$NAME` and `${NAME#*.}` filled in. */
function expanded(template: string, lookup: Lookup): string {
  return template.replace(/\$(?:(\w+)|\{(\w+)#\*\.\})/g, (_, whole?: string, less?: string) => {
    if (whole !== undefined) return lookup(whole) ?? '';
    const value = lookup(less ?? '') ?? '';
    return value.slice(value.indexOf('.') + 1);
  });
}

/** The text of a file, or null when there is none. Files of old hosts are in Latin-1, and some were written on Windows. */
function readSource(file: string): string | null {
  let source: string;
  try {
    // An exception for a file that is not there would take longer than all the rest.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    source = readFileSync(file, 'utf8');
    if (source.includes('\uFFFD')) source = readFileSync(file, 'latin1');
  } catch (error) {
    throw new SettingsError(file, 0, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  if (source.startsWith('\uFEFF')) source = source.slice(1);
  return source.includes('\r') ? source.replace(/\r\n/g, '\n') : source;
}
