/** Everything by keyboard alone, without JavaScript: only keys are pressed here, no focus is set and nothing is clicked. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, windowOf } from '../support/browser.ts';
import { type Stage, stage } from '../support/stage.ts';

const BOB = 'bob.durand@example.org';

let jmb: Stage;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  jmb = await stage();
  browser = await openBrowser();
  page = await (await windowOf(browser, jmb, 'alice', { javaScriptEnabled: false })).newPage();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** Whether one sees what has the focus; runs in the browser. */
const RING = `(({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2)(
  getComputedStyle(document.activeElement))`;

/** What has the focus: its field name or its words; and whether one sees that it has it. */
async function focused(): Promise<string> {
  const one = page.locator(':focus');
  if ((await one.count()) === 0) return '';
  const ring = await page.evaluate(RING);
  const name = (await one.getAttribute('name')) ?? (await one.getAttribute('id')) ?? '';
  const words = name === '' ? (await one.innerText()).replace(/\s+/g, ' ').trim() : name;
  expect(ring, `the focus is seen on ${words}`).toBe(true);
  return words;
}

/** Presses Tab (or Shift+Tab) until this has the focus; gives all that had it on the way, each once. */
async function tabTo(wanted: string, key = 'Tab'): Promise<string[]> {
  const way: string[] = [];
  for (let steps = 0; steps < 60; steps += 1) {
    await page.keyboard.press(key);
    const here = await focused();
    // A date has a stop for each of its parts, the last of which is the browser's own, without a name.
    if (here !== '' && way.at(-1) !== here) way.push(here);
    if (here === wanted) return way;
  }
  throw new Error(`${wanted} is not to be reached: ${way.join(', ')}`);
}

/** Types in place of what a field holds. */
async function typeOver(text: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
}

it('books, in the order in which the form is read', async () => {
  await page.goto('/booking.cgi');
  expect(await tabTo('Nouvelle réunion')).toEqual(['Aller au contenu', 'Mes réunions', 'Nouvelle réunion']);
  await page.keyboard.press('Enter');
  await page.waitForURL(/new$/);
  expect(await tabTo('Revenir sans enregistrer')).toEqual([
    'Aller au contenu',
    'Mes réunions',
    'Nouvelle réunion',
    'Alice Martin',
    'conf_object',
    'conf_date',
    'conf_time',
    'conf_duration',
    'conf_repeat',
    'conf_guests',
    'conf_moderators',
    'conf_agenda',
    'conf_language',
    'Enregistrer et inviter',
    'Revenir sans enregistrer',
  ]);
  await tabTo('conf_object', 'Shift+Tab');
  await typeOver('Au clavier');
  await tabTo('conf_date');
  const before = await page.locator('[name=conf_date]').inputValue();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  // The year, which every language of the browser puts last: next year.
  await page.keyboard.press('ArrowUp');
  const after = await page.locator('[name=conf_date]').inputValue();
  expect(Number(after.slice(0, 4))).toBe(Number(before.slice(0, 4)) + 1);
  await tabTo('conf_duration');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('[name=conf_duration]').inputValue()).toBe('120');
  await tabTo('Enregistrer et inviter');
  await page.keyboard.press('Enter');
});

it('mends a mistake: its message has the focus, and leads to the field', async () => {
  await page.getByRole('alert').waitFor();
  // A browser that is busy gives the focus a moment after the page has come.
  await expect.poll(focused).toContain('À corriger');
  expect(await tabTo('Inviter au moins une personne.')).toHaveLength(1);
  await page.keyboard.press('Enter');
  await expect.poll(focused).toBe('conf_guests');
  await page.keyboard.type(BOB);
  await page.keyboard.press('Enter');
  await tabTo('Enregistrer et inviter');
  await page.keyboard.press('Space');
  await page.waitForURL(/notice=booked(?:_going)?&of=\d+#m\d+$/);
  expect(await page.getByRole('status').innerText()).toContain('La réunion est réservée');
  expect(await page.getByRole('heading', { name: 'Au clavier' }).count()).toBe(1);
});

it('skips to the content, and deletes', async () => {
  await page.goto('/booking.cgi');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('content');
  const way = await tabTo('Supprimer Au clavier');
  expect(way.slice(-3)).toEqual([
    '0 oui · 0 non · 1 en attente , suivi de Au clavier',
    'Modifier Au clavier',
    'Supprimer Au clavier',
  ]);
  await page.keyboard.press('Enter');
  await page.waitForURL(/del/);
  await tabTo('Supprimer');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=removed$/);
  expect(await page.getByText('Au clavier').count()).toBe(0);
});

it('books twelve weekly meetings, unfolds them, and cancels one', async () => {
  await page.goto('/booking.cgi?new');
  await tabTo('conf_object');
  await typeOver('Cours');
  // The fields of a rule are there once there is one.
  expect(await page.locator('[name=conf_times]').isVisible()).toBe(false);
  await tabTo('conf_repeat');
  for (let steps = 0; steps < 3; steps += 1) await page.keyboard.press('ArrowDown');
  expect(await page.locator('[name=conf_repeat]').inputValue()).toBe('weekly');
  await tabTo('conf_times');
  await page.keyboard.type('12');
  await tabTo('conf_guests');
  await page.keyboard.type(BOB);
  await tabTo('Enregistrer et inviter');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=booked(?:_going)?&of=\d+#m\d+$/);

  const words = async (place: string) => (await page.locator(place).innerText()).replace(/\s+/g, ' ').trim();
  const folded = await words('.more summary');
  expect(folded).toMatch(/^chaque \w+, encore \d+ dates$/);
  await tabTo(folded);
  await page.keyboard.press('Enter');
  const dates = page.locator('.more .date');
  const count = await dates.count();
  await tabTo(await words('.more .date:nth-child(4) a[href*="?del"]'));
  await page.keyboard.press('Enter');
  await page.waitForURL(/del/);
  expect(await page.locator('[name=conf_scope]:checked').inputValue()).toBe('one');
  await tabTo('Supprimer');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=removed(?:_going)?$/);
  expect(await dates.count()).toBe(count - 1);
});

it('meets now: the people have the focus, and the way in is on the page that follows', async () => {
  await page.goto('/booking.cgi');
  await tabTo('Se réunir maintenant');
  await page.keyboard.press('Enter');
  await page.waitForURL(/now$/);
  await expect.poll(focused).toBe('conf_guests');
  await page.keyboard.type(BOB);
  await tabTo('Ouvrir la salle et inviter');
  await page.keyboard.press('Enter');
  await page.waitForURL(/attendees&id=\d+&notice=booked/);
  await tabTo('Rejoindre');
  expect(await page.locator(':focus').getAttribute('href')).toMatch(/^token\.cgi\?room=[a-z]{16}$/);
});
