/** The list in a real browser: Join appears on an open page by itself, with and without script, and what was done is said once. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting, removeMeeting } from '../../lib/store/bookings.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { type Stage, stage } from '../support/stage.ts';

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const DAY = 86_400;
/** How long before the begin an owner may come in, in seconds (JMB_LIST_HIGHLIGHT_OWNER). */
const LEAD = 900;

let jmb: Stage;
let browser: Browser;
let store: Store;

beforeAll(async () => {
  jmb = await stage();
  await jmb.ask('/booking.cgi', { as: 'alice' });
  store = openStore(jmb.db);
  for (let day = 1; day <= 20; day += 1) book(`Jour ${day}`, day * DAY, BOB, ALICE);
  for (let day = 2; day <= 4; day += 1) book(`Passée ${day}`, -day * DAY, BOB, ALICE);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  store?.close();
  await jmb?.stop();
});

function book(subject: string, seconds: number, owner: string, guest: string): string {
  const begin = systemClock.now() + seconds;
  const people = { moderators: [], guests: [guest] };
  return insertMeeting(store, systemClock, owner, { subject, begin, duration: 3600, ...people }).meeting.id;
}

async function listOf(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await windowOf(browser, jmb, 'alice', options)).newPage();
  await page.goto('/booking.cgi');
  return page;
}

it.each([
  ['with its script', true],
  ['without any script', false],
])('shows the way in by itself when it is time, %s', async (_, javaScriptEnabled) => {
  const id = book('Bientôt', LEAD + 6, ALICE, BOB);
  const page = await listOf({ javaScriptEnabled });
  const join = page.locator(`#m${id} .join`);
  expect(await join.count()).toBe(0);
  await join.waitFor({ timeout: 60_000 });
  await page.context().close();
  removeMeeting(store, id, systemClock.now());
});

it('stays where the reader is, with what was typed, unfolded and in focus', async () => {
  const id = book('Bientôt', LEAD + 8, ALICE, BOB);
  const page = await listOf();
  await page.locator('summary').click();
  await page.locator('#q').fill('bob');
  const place = page.locator('.coming .meeting', { hasText: 'Jour 12' });
  await place.getByRole('button', { name: 'Accepter' }).focus();
  await place.evaluate((one) => one.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const top = (await place.boundingBox())?.y ?? Number.NaN;
  expect(await page.evaluate('scrollY')).toBeGreaterThan(1000);
  await page.locator(`#m${id} .join`).waitFor({ timeout: 60_000, state: 'attached' });
  await expect.poll(async () => Math.abs(((await place.boundingBox())?.y ?? Number.NaN) - top)).toBeLessThan(2);
  expect(await page.locator('details').getAttribute('open')).not.toBeNull();
  expect(await page.locator('#q').inputValue()).toBe('bob');
  expect(await page.evaluate('document.activeElement.textContent')).toContain('Accepter Jour 12');
  await page.context().close();
  removeMeeting(store, id, systemClock.now());
});

it.each([
  ['with its script', true, 'Jour 9'],
  ['without any script', false, 'Jour 8'],
])('says what was done once, at the meeting and in the title, %s', async (_, javaScriptEnabled, subject) => {
  const page = await listOf({ javaScriptEnabled });
  for (const [button, answer] of [
    ['Décliner', 'Vous avez décliné'],
    ['Accepter', 'Vous avez accepté'],
    ['Décliner', 'Vous avez décliné'],
  ] as const) {
    const place = page.locator('.coming .meeting', { hasText: subject });
    const id = await place.getAttribute('id');
    await Promise.all([page.waitForURL(new RegExp(`#${id}$`)), place.getByRole('button', { name: button }).click()]);
    await place.locator('.told').waitFor();
    await expect.poll(() => page.title()).toContain(`${answer}\u00a0: ${subject} – Mes réunions`);
    await page.reload();
    expect(await page.locator('.notice').count()).toBe(0);
    expect(await page.title()).toMatch(/^Mes réunions/);
    // Other windows ask with their own cookies; this one goes on from the list as it is.
    await page.goto('/booking.cgi');
  }
  await page.context().close();
});
