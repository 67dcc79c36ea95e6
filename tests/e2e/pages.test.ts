/** The pages in a real browser behind the shipped Apache configuration: axe-core finds nothing, nothing overflows, the keyboard is enough. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { type Stage, stage } from '../support/stage.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const DAY = 86_400;

let jmb: Stage;
let browser: Browser;

beforeAll(async () => {
  jmb = await stage();
  await jmb.ask('/booking.cgi', { as: 'alice' });
  const store = openStore(jmb.db);
  plant(store);
  store.close();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** Meetings in every state. */
function plant(store: Store): void {
  const now = systemClock.now();
  const book = (subject: string, begin: number, owner: string, other: string) =>
    insertMeeting(store, systemClock, owner, {
      subject,
      begin: now + begin,
      duration: 3600,
      moderators: ['une.adresse.electronique.tres.longue@departement.universite-exemple.org'],
      guests: [other, 'invite@ailleurs.test'],
    });
  book('En cours', -600, ALICE, BOB);
  book('Va commencer', 200, BOB, ALICE);
  book('Sans réponse', 2 * DAY, BOB, ALICE);
  book('Une réunion dont l’objet est long, avec unmotvraimenttreslongquinesecoupenullepart', 3 * DAY, ALICE, BOB);
  book('Terminée', -3 * DAY, ALICE, BOB);
}

/** Every page, by the way that a user takes to it. */
const PAGES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  list: (page) => page.goto('/booking.cgi?list&notice=booked_waiting'),
  archives: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('summary').click();
  },
  form: (page) => page.goto('/booking.cgi?new'),
  mistakes: async (page) => {
    await page.goto('/booking.cgi?new');
    await page.getByLabel('Invités').fill('personne');
    await page.getByRole('button', { name: 'Enregistrer et inviter' }).click();
  },
  conflict: async (page) => {
    await page.goto('/booking.cgi');
    await page.getByRole('link', { name: /^Modifier/ }).click();
    await page.locator('[name=conf_version]').evaluate((field) => field.setAttribute('value', '7'));
    await page.getByRole('button', { name: 'Enregistrer' }).click();
  },
  follow: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming a[href*=attendees]').click();
  },
  removal: async (page) => {
    await page.goto('/booking.cgi');
    await page.getByRole('link', { name: /^Supprimer/ }).click();
  },
  answer: async (page) => {
    await page.goto('/booking.cgi');
    const action = await page.locator('.meeting.waiting form').first().getAttribute('action');
    await page.goto(`/${action}`);
  },
  refused: (page) => page.goto('/join.cgi?id=nobody'),
};

/** What is to press or to fill in and is too small for a finger (44 px); runs in the browser. */
const TOO_SMALL = `[...document.querySelectorAll('button, .button, nav a, input:not([type=hidden]), select, textarea, summary')]
  .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 100))`;

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each(Object.keys(PAGES))('%s', async (name) => {
    for (const width of [320, 1600]) {
      const viewport = { width, height: 800 };
      const options = { colorScheme, viewport, bypassCSP: true, reducedMotion: 'reduce' } as const;
      const context = await windowOf(browser, jmb, 'alice', options);
      const page = await context.newPage();
      await PAGES[name]?.(page);
      await page.addScriptTag({ content: AXE });
      const found: AxeResults = await page.evaluate('axe.run()');
      expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await page.evaluate(TOO_SMALL)).toEqual([]);
      expect(await page.locator('h1').count()).toBe(1);
      await context.close();
    }
  });
});

it('asks for nothing that its policy forbids, and for nothing from elsewhere', async () => {
  const context = await windowOf(browser, jmb, 'alice');
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => {
    // The next page was asked for before the icon had come: what a policy forbids fails by another name.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(request.url());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(jmb.url)) complaints.push(request.url());
  });
  for (const [name, go] of Object.entries(PAGES)) {
    if (['mistakes', 'conflict', 'refused'].includes(name)) continue;
    await go(page);
  }
  expect(complaints).toEqual([]);
  const style = await page.request.get(
    new URL((await page.locator('link[rel=stylesheet]').getAttribute('href')) ?? '', jmb.url).href,
  );
  expect(style.headers()['content-type']).toBe('text/css; charset=utf-8');
  await context.close();
});

it('books by keyboard alone, without JavaScript', async () => {
  const context = await windowOf(browser, jmb, 'alice', { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto('/booking.cgi');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').innerText()).toBe('Aller au contenu');
  await page.getByRole('link', { name: 'Nouvelle réunion' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/new/);
  await page.getByLabel('Objet').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Au clavier');
  await page.getByLabel('Invités').focus();
  await page.keyboard.type(BOB);
  await page.getByRole('button', { name: 'Enregistrer et inviter' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=booked$/);
  expect(await page.getByRole('status').innerText()).toContain('La réunion est enregistrée');
  expect(await page.getByRole('heading', { name: 'Au clavier' }).count()).toBe(1);
  await context.close();
});
