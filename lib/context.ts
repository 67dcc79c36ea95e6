/** What a handler is given besides the request; each part is made when first touched, so a request pays only for what it uses. */
import { dirname } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { languageFor, type Visit } from './http/language.ts';
import { type Log, logFor, newRequestId, openLog } from './log.ts';
import { type Directory, openDirectory } from './people/directory.ts';
import { wayOut } from './people/identity.ts';
import { keptDirectory } from './people/kept_directory.ts';
import {
  houseZone,
  type Manner,
  readSettings,
  type Settings,
  type SettingsError,
  settingsFiles,
  takeZone,
} from './settings.ts';
import { openStore, type Store } from './store/store.ts';
import { type Language, type Texts, texts } from './text/catalogue.ts';
import type { Zone } from './text/zones.ts';

/** The environment of one request. */
export interface Context {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** The database; throws Unavailable when it cannot be opened. */
  readonly store: Store;
  /** The directory (LDAP), or null where none is set up. */
  readonly directory: Directory | null;
  /** The reader's language, and the texts in it. */
  readonly language: Language;
  readonly texts: Texts;
  /** By whose clock times are said, and meant where they are typed. */
  readonly zone: Zone;
  /** What was asked; where nobody asks by way of the web, not said. */
  readonly asked?: Visit;
  /** Has what comes be in the language that the account has chosen, unless the browser has another. */
  readonly speak?: (own: Language | undefined) => void;
  /** Has times be said, and meant, by another clock than the house's; null: by the one that they are. */
  readonly goBy?: (zone: Zone | null) => void;
  /** Whether who signed in can sign out again (JMB_LOGOUT of apache/auth-*.conf); where nobody asks by way of the web, not said. */
  readonly signsOut?: boolean;
}

/** What outlives a request in a process that stays: settings, log, database, directory. */
export class Environment {
  readonly #root: string;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #manner: Manner;
  #read: Settings | undefined;
  #settings: Settings | undefined;
  #log: Log | undefined;
  #store: Store | undefined;
  readonly #replaced: Store[] = [];
  #directory: Directory | null | undefined;

  /**
   * @param root the installed tree
   * @param program the name in log lines: `booking`
   * @param env the process's environment (not a request's: JMB_ETC moves the settings)
   * @param manner how far a mistake in the settings reaches
   */
  constructor(
    root: string,
    program: string,
    env: Readonly<Record<string, string | undefined>>,
    manner: Manner = 'strict',
  ) {
    this.#root = root;
    this.#program = program;
    this.#env = env;
    this.#manner = manner;
  }

  /** The settings, read once. Throws SettingsError; the first reading sets the process's time zone. */
  get settings(): Settings {
    if (this.#settings === undefined) {
      const settings = this.#written;
      const zone = takeZone(settings, this.#manner);
      this.#settings = settings;
      if (this.#manner === 'lenient') this.#tell(zone === undefined ? settings.faults : [...settings.faults, zone]);
    }
    return this.#settings;
  }

  /** One line for what is passed over. */
  #tell([fault, ...others]: readonly SettingsError[]): void {
    if (fault === undefined) return;
    this.log.event('settings-passed-over', { why: fault.message, more: others.length > 0 ? others.length : undefined });
  }

  /** As the files say, before what they say is found to make no sense here. */
  get #written(): Settings {
    this.#read ??= readSettings(this.#root, this.#env, this.#manner === 'lenient');
    return this.#read;
  }

  /** The log; as long as the settings cannot say where, stderr. */
  get log(): Log {
    if (this.#log !== undefined) return this.#log;
    try {
      const settings = this.#written;
      this.#log = openLog(settings.JMB_LOG, this.#program, dirname(settings.JMB_DB));
      return this.#log;
    } catch {
      return openLog('stderr', this.#program);
    }
  }

  /** The database; another one when a restored copy has taken the place of the file that was open. */
  get store(): Store {
    if (this.#store?.isReplaced()) {
      // Another request may still use it.
      this.#replaced.push(this.#store);
      this.#store = undefined;
    }
    this.#store ??= openStore(this.settings.JMB_DB, { letGo: (why) => this.log.event('not-noted', { why }) });
    return this.#store;
  }

  /** The directory itself, asked each time. */
  get directory(): Directory | null {
    if (this.#directory === undefined) this.#directory = openDirectory(this.settings);
    return this.#directory;
  }

  /** The context of one request. */
  contextOf(asked: Visit): Context {
    return new PartialContext(this, asked, wayOut(asked) !== undefined);
  }

  /** The context of what nobody asks by way of the web, in a language. */
  contextIn(language: Language): Context {
    return new PartialContext(this, language);
  }

  /** The database's path, where the settings that were read say it; a request that needed none does not read them for this. */
  get database(): string | undefined {
    try {
      return this.#settings?.JMB_DB;
    } catch {
      return undefined;
    }
  }

  /** The settings' files: when one changes, this environment is stale. */
  files(): readonly string[] {
    return settingsFiles(this.#root, this.#env);
  }

  /** Whether a restored copy was found in the place of the database that was open here: each request that needs it looks. */
  get hasReplaced(): boolean {
    return this.#replaced.length > 0;
  }

  /** Lets go of database and directory; both open again when needed. */
  close(): void {
    for (const store of this.#replaced.splice(0)) store.close();
    this.#store?.close();
    this.#store = undefined;
    this.#directory = undefined;
  }
}

/** One request's view of the environment, whose parts are made when they are touched. */
class PartialContext implements Context {
  readonly #around: Environment;
  #log: Log | undefined;
  #store: Store | undefined;
  #directory: Directory | null | undefined;
  #own: Language | undefined;
  #zone: Zone | undefined;
  readonly clock = systemClock;
  readonly asked?: Visit;
  readonly signsOut: boolean;

  /** @param reads what was asked by way of the web, or a language where nobody asks so */
  constructor(around: Environment, reads: Visit | Language, signsOut = false) {
    this.#around = around;
    if (typeof reads === 'string') this.#own = reads;
    else this.asked = reads;
    this.signsOut = signsOut;
  }

  get language(): Language {
    if (this.asked === undefined) return this.#own ?? this.#house;
    return languageFor(this.asked, { own: this.#own, house: this.#house });
  }

  get texts(): Texts {
    return texts(this.language);
  }

  get zone(): Zone {
    return this.#zone ?? houseZone(this.settings);
  }

  speak(own: Language | undefined): void {
    this.#own = own;
  }

  goBy(zone: Zone | null): void {
    this.#zone = zone ?? this.#zone;
  }

  /** JMB_LANG; a page about settings that cannot be read needs a language, too. */
  get #house(): Language {
    try {
      return this.settings.JMB_LANG;
    } catch {
      return 'fr';
    }
  }

  get settings(): Settings {
    return this.#around.settings;
  }

  /** With an id of this request. */
  get log(): Log {
    const request = this.#log?.request ?? newRequestId();
    // Where it goes may change once the settings can be read.
    this.#log = logFor(this.#around.log, request);
    return this.#log;
  }

  /** One for the whole request, looked at before its first statement. */
  get store(): Store {
    this.#store ??= this.#around.store;
    return this.#store;
  }

  /** Its answers are kept for a while: a page would take twice as long for asking. */
  get directory(): Directory | null {
    if (this.#directory === undefined) {
      const directory = this.#around.directory;
      this.#directory = directory && keptDirectory(directory, this);
    }
    return this.#directory;
  }
}
