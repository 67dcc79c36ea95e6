/** Handlers that are loaded when they are asked for: what few requests need costs the others nothing. */

import type { Handler } from './route.ts';

/**
 * A handler of a module that is loaded at its first request.
 * @param load imports the module: `() => import('../lib/pages/meeting_form.ts')`
 * @param name the handler's name in it
 */
export function later<Name extends string>(load: () => Promise<Readonly<Record<Name, Handler>>>, name: Name): Handler {
  return async (request, context) => (await load())[name](request, context);
}
