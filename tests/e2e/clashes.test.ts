/** Who is taken, in a real browser: told while one types, by keys alone; the same without script; and booked all the same. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { openStore } from '../../lib/store/store.ts';
import { unixOnWall } from '../../lib/text/dates.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

const BOB = 'bob.durand@example.org';
const DATE = dayFromNow(9);

let jmb: Stage;
let browser: Browser;

beforeAll(async () => {
  jmb = await stage();
  for (const as of ['alice', 'bob', 'carol']) await jmb.ask('/booking.cgi', { as });
  useZone('Europe/Paris');
  const store = openStore(jmb.db);
  const [year = 0, month = 0, day = 0] = DATE.split('-').map(Number);
  insertMeeting(store, systemClock, 'carol.petit@example.org', {
    subject: 'Affaire secrète',
    begin: unixOnWall(processZone, { year, month, day, hour: 10, minute: 0 }),
    duration: 3600,
    moderators: [],
    guests: [BOB],
  });
  store.close();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** Presses Tab until this has the focus, by its name or its words. */
async function tabTo(page: Page, wanted: string | RegExp, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 60; steps += 1) {
    await page.keyboard.press(key);
    const here = await page.evaluate<string>(
      `(({ id, name, innerText }) => name === 'conf_suits' ? innerText : name || id || innerText || '')(document.activeElement)`,
    );
    if (typeof wanted === 'string' ? here === wanted : wanted.test(here)) return;
  }
  throw new Error(`${wanted} is not to be reached`);
}

/** Alice's form for the hour at which bob is taken. */
async function form(options: object = {}): Promise<Page> {
  const page = await (await windowOf(browser, jmb, 'alice', options)).newPage();
  await page.goto('/booking.cgi?new');
  await page.locator('[name=conf_date]').fill(DATE);
  await page.locator('[name=conf_time]').fill('10:30');
  await page.locator('[name=conf_duration]').selectOption('60');
  return page;
}

it('is told as soon as the people are typed; a time that suits is taken by keys; saving asks nobody', async () => {
  const page = await form();
  const posts: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  await page.locator('#conf_guests').focus();
  await page.keyboard.type(`${BOB};`);
  const told = page.locator('#busy');
  await told.getByText('Bob Durand n’est pas libre de 10:00 à 11:00').waitFor();
  // What is told moves nothing and takes no focus from who types.
  expect(await page.evaluate('document.activeElement.id')).toBe('conf_guests');
  expect(await told.innerText()).not.toContain('secrète');
  expect(await told.locator('button').count()).toBe(3);
  await tabTo(page, /à 11:00$/);
  await page.keyboard.press('Enter');
  await told.getByText('Personne de la maison').waitFor();
  expect(await page.locator('[name=conf_time]').inputValue()).toBe('11:00');
  expect(await page.evaluate('document.activeElement.name')).toBe('conf_time');
  await page.locator('[name=conf_time]').fill('10:30');
  await page.keyboard.press('Tab');
  await told.getByText('Bob Durand n’est pas libre').waitFor();
  expect(posts.every((url) => url.endsWith('?busy'))).toBe(true);
  await page.locator('main form button.main').click();
  await page.waitForURL(/notice=booked/);
  expect(await page.locator('.notice').innerText()).toContain('Bob Durand n’est pas libre de 10:00 à 11:00');
  await page.context().close();
});

it('without script it is told after a press, a time is taken by another, and booking anyway is one click', async () => {
  const page = await form({ javaScriptEnabled: false });
  await page.locator('[name=conf_guests]').fill(BOB);
  await page.getByText('Vérifier les disponibilités').click();
  const told = page.locator('#busy');
  await told.getByText('Bob Durand n’est pas libre de 10:00 à 11:00').waitFor();
  await told.getByText(/à 12:00$/).click();
  await told.getByText('Personne de la maison').waitFor();
  expect(await page.locator('[name=conf_time]').inputValue()).toBe('12:00');
  await page.locator('[name=conf_time]').fill('10:00');
  await page.getByText('Vérifier les disponibilités').click();
  await page.getByText('Réserver quand même').click();
  await page.waitForURL(/notice=booked/);
  await page.context().close();
});
