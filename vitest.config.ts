import { defineConfig } from 'vitest/config';
import { viteTemplates } from './build/templates.mjs';

export default defineConfig({
  plugins: [viteTemplates],
  test: { include: ['tests/**/*.test.ts'], testTimeout: 20_000, hookTimeout: 60_000 },
});
