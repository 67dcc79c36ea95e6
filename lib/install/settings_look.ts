/** The settings that the programs will read, read before anything is changed: what in them is wrong, and what to know. */
import { CHECK_MODULES, EDITOR_MODULE } from '../people/check_modules.ts';
import { IDENTITY_MODULES } from '../people/identity_modules.ts';
import { parseLdapsearch } from '../people/ldapsearch.ts';
import { plainSource, SettingsError } from '../settings/files.ts';
import { fallbackText } from '../settings/kinds.ts';
import { Reading } from '../settings/reading.ts';
import { type SettingName, settingsTable } from '../settings/table.ts';
import { takeZone } from '../settings.ts';
import { PREFIX } from './ours.ts';
import { AUTHS, type Auth } from './site.ts';

/** A file of settings as it will stand. */
export interface SettingsFile {
  readonly path: string;
  readonly text: string;
}

/** What was found. */
export interface SettingsLook {
  /** Lines and values that the programs cannot read, a sentence each with file, line and what to write. */
  readonly faults: readonly string[];
  /** What holds but does not do what it did, a sentence each. */
  readonly notes: readonly string[];
  /** What the last file itself gives a setting; undefined where it is silent. */
  readonly own: (name: string) => string | undefined;
  /** The values by name; none where a setting cannot be read. */
  readonly values: Readonly<Partial<Record<SettingName, unknown>>>;
}

/** What the settings have to fit. */
export interface Environment {
  readonly auth: Auth;
  readonly domain: string;
  /** Whether a module of the administrator's, `NAME.mjs`, is there. */
  readonly hasModule: (name: string) => boolean;
}

/** Reads the files in their order. */
export function lookAtSettings(files: readonly SettingsFile[], around: Environment): SettingsLook {
  const reading = new Reading(PREFIX, false);
  for (const { path, text } of files) reading.readText(path, plainSource(text));
  const placed = (name: SettingName): string => {
    const found = reading.placeOf(name);
    return found === undefined ? name : `${found.file}:${found.line}: ${name}`;
  };
  const values = reading.values() as Values;
  const faults = reading.faults
    .filter(({ settings }) => settings.length === 0 || settings.some(isSetting))
    .sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line)
    .map((fault) => `${fault.message}${remedy(fault, around.domain)}`);
  const value = <Name extends SettingName>(name: Name): Values[Name] | undefined => unlessFaulty(() => values[name]);
  for (const fault of [zoneFault(values), directoryFault(value('JMB_LDAPSEARCH') ?? '')]) {
    if (fault !== undefined) faults.push(`${placed(fault.name)}: ${fault.detail}`);
  }
  const notes = [...moduleNotes(value, placed, around), ...directoryNotes(value), ...unknownNotes(reading)];
  const own = (name: string): string | undefined => {
    const found = reading.placeOf(name);
    return found?.file === files.at(-1)?.path ? found?.value : undefined;
  };
  const readable = (Object.keys(settingsTable) as SettingName[]).map((name) => [name, value(name)] as const);
  return { faults, notes, own, values: Object.fromEntries(readable) };
}

type Values = { readonly [Name in SettingName]: ReturnType<(typeof settingsTable)[Name]['read']> };
type Value = <Name extends SettingName>(name: Name) => Values[Name] | undefined;

function unlessFaulty<T>(touch: () => T): T | undefined {
  try {
    return touch();
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

/** What to write in the place of a line; nothing where its own words say so. */
function remedy({ settings }: SettingsError, domain: string): string {
  const name = settings.find(isSetting);
  if (name === undefined) return '';
  if (name === 'JMB_SERVER_NAME') return `; here JMB_SERVER_NAME="${domain}"`;
  const { type, fallback, secret } = settingsTable[name];
  const example = fallbackText(fallback);
  return secret || type === 'text' || example === '' ? '' : `; for example ${name}="${example}"`;
}

interface Fault {
  readonly name: SettingName;
  readonly detail: string;
}

function zoneFault(values: Values): Fault | undefined {
  const zone = process.env['TZ'];
  const own = unlessFaulty(() => values.JMB_ICAL_TZID);
  if (own === undefined) return undefined;
  const fault = takeZone({ JMB_ICAL_TZID: own }, 'timeless');
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
  return fault && { name: 'JMB_ICAL_TZID', detail: `${fault.detail}; for example "Europe/Paris"` };
}

function directoryFault(command: string): Fault | undefined {
  try {
    if (command.trim() !== '') parseLdapsearch(command);
    return undefined;
  } catch (error) {
    if (error instanceof SettingsError) return { name: 'JMB_LDAPSEARCH', detail: error.detail };
    throw error;
  }
}

/** Modules of the administrator's, which no Bash is run for, and one that reads what another way to sign in hands over. */
function moduleNotes(value: Value, placed: (name: SettingName) => string, { auth, hasModule }: Environment): string[] {
  const wanted = AUTHS[auth].identity;
  const identity = value('JMB_MODULE_GET_AUTH_IDENTITY') ?? wanted;
  const own = (name: SettingName, names: readonly string[], builtIn: readonly string[]): string[] =>
    names
      .filter((one) => one !== '' && !builtIn.includes(one) && !hasModule(one))
      .map(
        (one) =>
          `${placed(name)} names a module of your own, ${one}.sh: nothing runs it here. Write it anew as ${PREFIX}/modules/${one}.mjs (modules/example.mjs shows how); until then what needs it is refused`,
      );
  return [
    ...own('JMB_MODULE_GET_AUTH_IDENTITY', [identity], IDENTITY_MODULES),
    ...own('JMB_MODULE_CHECK_EDITOR', [value('JMB_MODULE_CHECK_EDITOR') ?? ''], [EDITOR_MODULE]),
    ...own('JMB_MODULE_CHECK_MODERATOR', value('JMB_MODULE_CHECK_MODERATOR') ?? [], CHECK_MODULES),
    ...(identity !== wanted && IDENTITY_MODULES.includes(identity)
      ? [
          `${placed('JMB_MODULE_GET_AUTH_IDENTITY')}="${identity}" reads what another way to sign in hands over, so with --auth ${auth} nobody is known: take that line out, and ${wanted} holds`,
        ]
      : []),
  ];
}

function directoryNotes(value: Value): string[] {
  const asks = [value('JMB_MODULE_CHECK_EDITOR'), ...(value('JMB_MODULE_CHECK_MODERATOR') ?? [])];
  const who = asks.find((name) => name === EDITOR_MODULE || name === 'ldap-filter');
  if (who === undefined || value('JMB_LDAPSEARCH') !== '') return [];
  return [
    `JMB_LDAPSEARCH is empty, and ${who} asks the directory: nobody can book until you set it, or JMB_MODULE_CHECK_EDITOR="" and JMB_MODULE_CHECK_MODERATOR="booking private-room" for everyone who signs in`,
  ];
}

function unknownNotes(reading: Reading): string[] {
  const names = [...reading.others()].filter(([name]) => name.startsWith('JMB_'));
  const places = names.map(([name, { file, line }]) => `${name} (${file}:${line})`);
  return places.length === 0 ? [] : [`not known here, so without effect: ${places.join(', ')}`];
}
