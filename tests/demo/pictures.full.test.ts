/** The pictures of the README, taken from the demo: `JMB_FULL=1 UPDATE=1 npm test -- tests/demo/pictures.full.test.ts` writes them to .github. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { freePort } from '../support/port.ts';
import { type Started, says, start } from '../support/started.ts';

const TOP = join(import.meta.dirname, '../..');
const DIST = process.env['JMB_DIST'] ?? join(TOP, 'dist');

const folder = mkdtempSync(join(tmpdir(), 'jmb-pictures-'));
const place = process.env['UPDATE'] === '1' ? join(TOP, '.github') : folder;
let demo: Started;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const port = await freePort();
  demo = start(process.execPath, join(DIST, 'tests/demo.mjs'), '--port', `${port}`, '--dir', join(folder, 'demo'));
  await says(demo, 'Ctrl-C');
  browser = await openBrowser();
  const window = await browser.newContext({
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'en-GB',
    colorScheme: 'light',
  });
  page = await window.newPage();
  await page.goto('/sign-in?as=alice');
});

afterAll(async () => {
  await browser?.close();
  demo?.process.kill('SIGTERM');
  await demo?.ended;
  rmSync(folder, { recursive: true, force: true });
});

/** What the README shows, and how it is come by. */
const PICTURES: Readonly<Record<string, () => Promise<unknown>>> = {
  list: () => page.goto('/booking.cgi'),
  meeting: async () => {
    await page.goto('/booking.cgi');
    await page.locator('.meeting', { hasText: 'Soutenance' }).last().locator('a[href*=attendees]').click();
  },
  mailbox: () => page.goto('/mail/?newest=invitation'),
};

test.each(Object.keys(PICTURES))('%s', async (name) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await PICTURES[name]?.();
  await page.waitForLoadState('load');
  const file = join(place, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  const picture = readFileSync(file);
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  expect(readFileSync(join(TOP, 'README.md'), 'utf8')).toContain(`](.github/${name}.png)`);
});
