/**
 * Loads an ES module from a file that is not part of the program. In dist/ this is a file of its own (lib/build/external_packages.mjs): the
 * programs run as scripts of V8's, in which `import()` is an experiment that writes a warning into Apache's log.
 */

/** The module's exports, by name. */
export function importModule(address: string): Promise<Record<string, unknown>> {
  return import(address);
}
