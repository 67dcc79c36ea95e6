/** What a handler is given besides the request; each part is made when first touched, so a request pays only for what it uses. */

import { type Clock, systemClock } from './clock.ts';
import { type Log, openLog } from './log.ts';
import type { Request } from './message.ts';
import { type Directory, openDirectory } from './people/directory.ts';
import { readSettings, type Settings, settingsFiles } from './settings.ts';
import { openStore, type Store } from './store/store.ts';
import { type Language, languageOf, type Texts, texts } from './text/catalogue.ts';
import { useZone } from './text/zone.ts';

/** The surroundings of one request. */
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
}

/** What outlives a request in a process that stays: settings, log, database, directory. */
export class Surroundings {
  readonly #root: string;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #settings: Settings | undefined;
  #log: Log | undefined;
  #store: Store | undefined;
  #directory: Directory | null | undefined;

  /**
   * @param root the installed tree
   * @param program the name in log lines: `booking`
   * @param env the process's environment (not a request's: JMB_ETC moves the settings)
   */
  constructor(root: string, program: string, env: Readonly<Record<string, string | undefined>>) {
    this.#root = root;
    this.#program = program;
    this.#env = env;
  }

  /** The settings, read once. Throws SettingsError; the first reading sets the process's time zone. */
  get settings(): Settings {
    if (this.#settings === undefined) {
      this.#settings = readSettings(this.#root, this.#env);
      useZone(this.#settings.JMB_ICAL_TZID);
    }
    return this.#settings;
  }

  /** The log; when the settings cannot say where, stderr. */
  get log(): Log {
    this.#log ??= openLog(this.#settings?.JMB_LOG ?? 'stderr', this.#program);
    return this.#log;
  }

  get store(): Store {
    this.#store ??= openStore(this.settings.JMB_DB);
    return this.#store;
  }

  get directory(): Directory | null {
    if (this.#directory === undefined) this.#directory = openDirectory(this.settings);
    return this.#directory;
  }

  /** The context of one request. */
  contextOf(request: Request): Context {
    return new RequestContext(this, request);
  }

  /** The settings' files: when one changes, these surroundings are stale. */
  files(): string[] {
    return settingsFiles(this.#root, this.#env).map(({ path }) => path);
  }

  /** The database file once it is open; when another file takes its name (a restored copy), these surroundings are stale. */
  get database(): string | undefined {
    return this.#store?.file;
  }

  /** Lets go of database and directory; both open again when needed. */
  close(): void {
    this.#store?.close();
    this.#store = undefined;
    this.#directory = undefined;
  }
}

/** One request's view of the surroundings. */
class RequestContext implements Context {
  readonly #around: Surroundings;
  readonly clock = systemClock;
  readonly language: Language;
  readonly texts: Texts;

  constructor(around: Surroundings, request: Request) {
    this.#around = around;
    this.language = languageOf(request.env['HTTP_ACCEPT_LANGUAGE']);
    this.texts = texts(this.language);
  }

  get settings(): Settings {
    return this.#around.settings;
  }

  get log(): Log {
    return this.#around.log;
  }

  get store(): Store {
    return this.#around.store;
  }

  get directory(): Directory | null {
    return this.#around.directory;
  }
}
