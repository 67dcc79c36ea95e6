import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { viteTemplates } from '../lib/build/templates.mjs';

/** The slow ones, which need real identity providers or a whole Debian: `./install.sh --test --full`. */
const slow = process.env['JMB_FULL'] === undefined ? ['tests/**/*.full.test.ts'] : [];

/** Tests that share one process with others of their folder: what they import is loaded once, and they leave nothing behind. */
const shared = ['booking', 'calendar', 'cron', 'http', 'mail', 'meetings', 'pages', 'people', 'store', 'text'].map(
  (folder) => `tests/${folder}/**/*.test.ts`,
);

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [viteTemplates],
  test: {
    globalSetup: 'tests/support/fresh_dist.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // By itself one on a machine of two cores; but most tests wait for servers half of their time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: shared,
          exclude: slow,
          isolate: false,
          setupFiles: 'tests/support/own_zone.ts',
        },
      },
      { extends: true, test: { name: 'apart', include: ['tests/**/*.test.ts'], exclude: [...slow, ...shared] } },
    ],
  },
});
