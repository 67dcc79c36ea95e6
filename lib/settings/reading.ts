/** Settings in the making: what the files gave each name, what in them is wrong, and the values that come of it. */
import { messageOf } from '../failure.ts';
import { readSource, SettingsError } from './files.ts';
import { fallbackText, type Row } from './kinds.ts';
import { type Assignment, readAssignments } from './shell.ts';
import { type SettingName, settingsTable } from './table.ts';

/** Bounds and step of the durations of meetings, in minutes. */
export interface Durations {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/** What is wrong with them, and the settings that say so, the likeliest to be mended first. */
export interface DurationsFault {
  readonly settings: readonly ['JMB_MAX_MEETING_DURATION', 'JMB_MIN_MEETING_DURATION' | 'JMB_STEP_MEETING_DURATION'];
  readonly detail: string;
}

/** How many durations a form may offer. */
const MOST_DURATIONS = 1000;

/** Why durations do not go together; undefined where they do. */
export function durationsFault({ least, most, step }: Durations): DurationsFault | undefined {
  if (most < least) {
    return {
      settings: ['JMB_MAX_MEETING_DURATION', 'JMB_MIN_MEETING_DURATION'],
      detail: `the longest duration (${most} min) is below the shortest (${least} min)`,
    };
  }
  const choices = Math.floor((most - least) / step) + 1;
  if (choices <= MOST_DURATIONS) return undefined;
  return {
    settings: ['JMB_MAX_MEETING_DURATION', 'JMB_STEP_MEETING_DURATION'],
    detail: `${choices} durations to choose from: a longer JMB_STEP_MEETING_DURATION, or a lower JMB_MAX_MEETING_DURATION`,
  };
}

const NAMES = Object.keys(settingsTable) as SettingName[];

/** Who may book and who opens rooms: a line that nobody can read may have said it, so that it is not guessed. */
const DECIDING: readonly SettingName[] = [
  'JMB_MODULE_CHECK_EDITOR',
  'JMB_MODULE_CHECK_EDITOR_LDAP_FILTER',
  'JMB_MODULE_CHECK_MODERATOR',
];

/** One reading of all files. */
export class Reading {
  readonly #root: string;
  readonly #lenient: boolean;
  readonly #found = new Map<string, Assignment>();
  /** What the last line about a name took the place of, should that line be passed over. */
  readonly #earlier = new Map<string, Assignment>();
  /** The mistake that leaves a name without its value. */
  readonly #faulty = new Map<string, SettingsError>();
  /** All mistakes so far. */
  readonly faults: SettingsError[] = [];

  /**
   * @param root the tree's folder
   * @param lenient whether a line with a mistake counts as not written
   */
  constructor(root: string, lenient: boolean) {
    this.#root = root;
    this.#lenient = lenient;
  }

  /**
   * Reads a file over those before it; none is as good as an empty one.
   * @throws SettingsError when it cannot be read at all, unless lenient
   */
  readFile(file: string): void {
    try {
      const source = readSource(file);
      if (source !== null) this.readText(file, source);
    } catch (error) {
      if (!this.#lenient || !(error instanceof SettingsError)) throw error;
      this.faults.push(error);
    }
  }

  /** Reads what stands in a file. */
  readText(file: string, source: string): void {
    readAssignments(file, source, {
      value: (name) => this.#above(name),
      mistake: (fault) => this.#mistake(fault),
      set: (name, assignment) => {
        this.#faulty.delete(name);
        const earlier = this.#found.get(name);
        if (earlier !== undefined) this.#earlier.set(name, earlier);
        this.#found.set(name, assignment);
      },
    });
  }

  /** The value of each setting; one without throws its mistake when it is touched. */
  values(): Record<SettingName, never> {
    const nameless = this.faults.find(({ settings }) => settings.length === 0);
    if (nameless !== undefined) for (const name of DECIDING) this.#faulty.set(name, nameless);
    const values: Partial<Record<SettingName, unknown>> = {};
    for (const name of NAMES) {
      try {
        values[name] = this.#value(name);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        trap(values, name, error);
      }
    }
    this.#durations(values);
    return values as Record<SettingName, never>;
  }

  /** Where a name was set last; undefined where it was not. */
  placeOf(name: string): Assignment | undefined {
    return this.#found.get(name);
  }

  /** What the files set that the table does not know. */
  others(): ReadonlyMap<string, Assignment> {
    const others = new Map<string, Assignment>();
    for (const [name, assignment] of this.#found) if (!isSetting(name)) others.set(name, assignment);
    return others;
  }

  #mistake(fault: SettingsError): void {
    this.faults.push(fault);
    for (const name of fault.settings) this.#faulty.set(name, fault);
  }

  /** What a line that mentions a setting gets for it; undefined where a mistake above leaves it without a value. */
  #above(name: string): string | undefined {
    if (!this.#lenient && this.#faulty.has(name)) return undefined;
    const set = this.#found.get(name);
    if (set !== undefined || !isSetting(name)) return set?.value;
    try {
      return fallbackText(this.#fallback(name));
    } catch (error) {
      if (error instanceof SettingsError) return undefined;
      throw error;
    }
  }

  /** A value of the files, or the default. @throws SettingsError when neither can be had */
  #value(name: SettingName): unknown {
    const fault = this.#lenient ? undefined : this.#faulty.get(name);
    if (fault !== undefined) throw fault;
    const row: Row<unknown> = settingsTable[name];
    const set = this.#found.get(name);
    if (set === undefined) {
      const value = this.#fallback(name);
      // Of the defaults only words that hold other settings must still be read.
      return row.type === 'phrase' ? row.read(String(value)) : value;
    }
    try {
      return row.read(set.value);
    } catch (error) {
      const detail = `${name}: ${messageOf(error)}`;
      this.#mistake(new SettingsError(set.file, set.line, detail, [name]));
      const earlier = this.#earlier.get(name);
      this.#earlier.delete(name);
      if (earlier === undefined) this.#found.delete(name);
      else this.#found.set(name, earlier);
      return this.#value(name);
    }
  }

  #fallback(name: SettingName): unknown {
    if (name === 'JMB_PATH') return this.#root;
    const { fallback } = settingsTable[name];
    return typeof fallback === 'string' && fallback.includes('$') ? this.#expanded(fallback) : fallback;
  }

  /** A default with its `$NAME` and `${NAME#*.}` filled in. */
  #expanded(template: string): string {
    return template.replace(/\$(?:(\w+)|\{(\w+)#\*\.\})/g, (_, whole?: SettingName, less?: SettingName) => {
      const value = fallbackText(this.#value(whole ?? (less as SettingName)));
      return whole !== undefined ? value : value.slice(value.indexOf('.') + 1);
    });
  }

  /** Durations that do not go together leave the first of them that a file sets without a value. */
  #durations(values: Partial<Record<SettingName, unknown>>): void {
    const [least, most, step] = (['MIN', 'MAX', 'STEP'] as const).map((which) => {
      const name = `JMB_${which}_MEETING_DURATION` as const;
      return this.#faulty.has(name) ? undefined : (values[name] as number);
    });
    if (least === undefined || most === undefined || step === undefined) return;
    const fault = durationsFault({ least, most, step });
    if (fault === undefined) return;
    const name = fault.settings.find((one) => this.#found.has(one)) ?? fault.settings[0];
    const { file, line } = this.#found.get(name) ?? { file: name, line: 0 };
    const error = new SettingsError(file, line, `${name}: ${fault.detail}`, [name]);
    this.#mistake(error);
    if (!this.#lenient) trap(values, name, error);
  }
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

function trap(values: object, name: SettingName, fault: SettingsError): void {
  Object.defineProperty(values, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      throw fault;
    },
  });
}
