/** Where no init system runs, services cannot be told: that is said, with their names. */
import { existsSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { tellServices } from '../../lib/install/services.ts';
import type { Hands } from '../../lib/install/steps.ts';
import { treeAt } from '../../lib/install/tree.ts';

afterEach(() => vi.restoreAllMocks());

/** On the host itself, or on files below a folder; a command that is run is a fault here. */
const handsAt = (root: string): Hands => ({
  tree: treeAt(root),
  steps: {
    run: async (command) => Promise.reject(new Error(`${command} was run`)),
    unlessEnded: (promise) => promise,
    ignoreSignals: () => undefined,
  },
  asking: { possible: false, ask: async () => '', close: () => undefined },
  clone: undefined,
  dist: '/nowhere',
  yes: true,
  dryRun: false,
});

it.skipIf(existsSync('/run/systemd/system')).each([
  ['/', ['No systemd runs here, so no service was told: restart prosody, apache2 yourself.']],
  // A staged tree says so by itself.
  ['/tmp', []],
])('below %s', async (root, lines) => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const told = [
    { service: 'prosody', how: 'restart' },
    { service: 'apache2', how: 'reload-or-restart' },
  ] as const;
  expect(await tellServices(handsAt(root), told)).toEqual([]);
  expect(said.mock.calls.flat()).toEqual(lines);
});
