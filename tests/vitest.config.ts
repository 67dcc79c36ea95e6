import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { viteTemplates } from '../lib/build/templates.mjs';

/** The slow ones, which need real identity providers or a whole Debian: `./install.sh --test --full`. */
const slow = process.env['JMB_FULL'] === undefined ? ['tests/**/*.full.test.ts'] : [];

/** What asks Node for its flags, which are the whole process's. All others share processes: they load what they import once, and leave nothing behind. */
const apart = ['tests/jitsi/flag.test.ts'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [viteTemplates],
  test: {
    setupFiles: 'tests/support/each_file.ts',
    globalSetup: 'tests/support/fresh_dist.ts',
    // What hangs is noticed; what a machine at a tenth of its speed does is no fault.
    ...{ testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } },
    // By itself one on a machine of two cores; but most tests wait for servers half of their time.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['tests/**/*.test.ts'],
          exclude: [...slow, ...apart],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'apart', include: apart, exclude: slow } },
    ],
  },
});
