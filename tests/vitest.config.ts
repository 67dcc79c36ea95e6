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
    // What works passes on a machine that has much else to do, too; only what hangs waits so long.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // By itself one on a machine of two cores, half of which then waits for servers.
    maxWorkers: 2,
  },
});
