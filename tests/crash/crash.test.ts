/** The promise of the outbox, with 25 kills, and 1,000 with JMB_FULL; `npm run test:crash -- --kills 3000` is the long one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const KILLS = process.env['JMB_FULL'] === undefined ? 25 : 1000;

test(`${KILLS} kills lose no booking and no mail`, async () => {
  const file = join(import.meta.dirname, '../../dist/tests/crash.mjs');
  const ended = await new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [file, '--kills', `${KILLS}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
  process.stdout.write(ended.output);
  expect(ended.output).toMatch(/^missing: 0$/m);
  expect(ended.status).toBe(0);
}, 600_000);
