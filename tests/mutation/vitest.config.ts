/** How vitest loads the tests that mutants are run against (together.ts). */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { viteTemplates } from '../../lib/build/templates.mjs';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [viteTemplates],
  test: {
    // In a thread the zone of the process cannot be set.
    ...{ pool: 'forks', include: ['tests/mutation/together.ts'], setupFiles: 'tests/support/each_file.ts' },
    // What goes on for longer than any test takes is noticed.
    ...{ testTimeout: 8_000, hookTimeout: 20_000 },
  },
});
