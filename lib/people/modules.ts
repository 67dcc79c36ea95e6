/** Modules of the administrator: `NAME.mjs` in the folder `JMB_MODULES`, an ES module that exports `check`, `identity` or `editor`. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { within } from '../clock.ts';
import { Unavailable } from '../refusal.ts';
import type { Settings } from '../settings.ts';
import { importModule } from './import_module.ts';

/** How long a module may take, in milliseconds: one that hangs must not hold up the server's processes for ever. */
const TIME_LIMIT = 10_000;

/** What a module can be asked to do. */
export type ModuleRole = 'check' | 'identity' | 'editor';

/** A function of a module: what it gives back is checked by who calls it. */
export type ModuleFunction = (...parameters: readonly unknown[]) => Promise<unknown>;

/**
 * Loads a module; a file that changed is loaded anew. What it throws later is an Unavailable too: a broken module never decides.
 * @param name as in the settings: letters, digits, `_` and `-`, so that it names a file of the folder
 * @param timeLimit milliseconds for each call
 * @throws Unavailable when there is no such file, it cannot be loaded, or it has no such function
 */
export async function loadModule(
  settings: Pick<Settings, 'JMB_MODULES'>,
  name: string,
  role: ModuleRole,
  timeLimit = TIME_LIMIT,
): Promise<ModuleFunction> {
  const path = join(settings.JMB_MODULES, `${name}.mjs`);
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined) throw moduleFailure(name, `there is no built-in module of this name, and no ${path}`);
  const address = `${pathToFileURL(path).href}?${changed}`;
  const exports = await attempt(name, timeLimit, () => importModule(address));
  const found = exports[role];
  if (typeof found !== 'function') throw moduleFailure(name, `${path} exports no function ${role}`);
  return (...parameters) => attempt(name, timeLimit, async () => found(...parameters));
}

/** A module that does not do what it should. */
export function moduleFailure(name: string, detail: string): Unavailable {
  return new Unavailable('module', `${name}: ${detail}`);
}

/** The directory's failures stay what they are; everything else that a module throws is the module's. */
async function attempt<T>(name: string, timeLimit: number, work: () => Promise<T>): Promise<T> {
  try {
    return await within(timeLimit, work());
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw moduleFailure(name, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}
