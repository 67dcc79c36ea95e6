/** What comes in by mail, with 400 messages changed at random; `npm run test:fuzz -- --messages 20000` is the long one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('400 messages crash nothing, and change no answer that they do not give', async () => {
  const file = join(import.meta.dirname, '../../dist/tests/fuzz.mjs');
  const ended = await new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [file, '--messages', '400'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
  expect(ended.output).toMatch(/^faults: 0$/m);
  // Those that must not be spoiled were not.
  expect(Number(/^answers given: (\d+)$/m.exec(ended.output)?.[1])).toBeGreaterThan(50);
  expect(ended.status).toBe(0);
});
