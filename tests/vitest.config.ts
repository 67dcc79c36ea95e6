import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { viteTemplates } from '../lib/build/templates.mjs';

/** The slow ones, which need real identity providers or a whole Debian: `./install.sh --test --full`. */
const slow = process.env['JMB_FULL'] === undefined ? ['tests/**/*.full.test.ts'] : [];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [viteTemplates],
  test: {
    globalSetup: 'tests/support/fresh_dist.ts',
    include: ['tests/**/*.test.ts'],
    exclude: slow,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // By itself one on a machine of two cores, half of which then waits for servers.
    maxWorkers: 2,
  },
});
