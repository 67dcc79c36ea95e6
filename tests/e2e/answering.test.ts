/** Answering an invitation by finger in a real browser: a second tap changes nothing, and a long list keeps its place. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { invitationByHash, recordAnswer } from '../../lib/store/invitations.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const DAY = 86_400;
/** A phone; with `--full` others, and desks. */
const WIDTHS = process.env['JMB_FULL'] === undefined ? [360] : [320, 360, 390, 768, 1280];

let jmb: Stage;
let browser: Browser;
let store: Store;

beforeAll(async () => {
  jmb = await stage();
  await jmb.ask('/booking.cgi', { as: 'alice' });
  store = openStore(jmb.db);
  browser = await openBrowser();
});

afterAll(async () => {
  store?.close();
  await browser?.close();
  await jmb?.stop();
});

/** An invitation of bob's to a meeting so many seconds from now: its id, his secret, and the answer as it is. */
function invite(subject: string, begin = 3 * DAY): { id: string; hash: string; answer: () => string | undefined } {
  const booking = {
    subject,
    begin: systemClock.now() + begin,
    duration: 3600,
    moderators: [],
    guests: [BOB, 'a@b.test'],
  };
  const { meeting, attendees } = insertMeeting(store, systemClock, ALICE, booking);
  const hash = attendees.find(({ email }) => email === BOB)?.hash ?? '';
  return { id: meeting.id, hash, answer: () => invitationByHash(store, hash)?.attendee.answer };
}

const finger = (width: number): BrowserContextOptions => ({
  viewport: { width, height: width < 700 ? 640 : 900 },
  hasTouch: true,
  isMobile: width < 700,
});

/** Where a finger would press it, within the window. */
async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (box === null) throw new Error('nothing to press');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Taps twice where it stands: the second time once the next page shows, as soon as a finger can. */
async function tapTwice(page: Page, target: Locator): Promise<void> {
  const { x, y } = await middleOf(target);
  const shown = page.waitForEvent('domcontentloaded');
  await page.touchscreen.tap(x, y);
  await shown;
  await page.waitForFunction('document.querySelector("h1") !== null');
  await page.touchscreen.tap(x, y);
}

/** What there is to press in the content, where a finger that stays would press it. */
const UNDER = `(([x, y]) => document.elementsFromPoint(x, y).some((one) => one.matches('main a, main button, main summary')))`;

/** Whatever a tap sets going has come to its end. */
const settle = (): Promise<void> => wait(1000);

describe.each(WIDTHS)('at %i px', (width) => {
  let window: BrowserContext;
  beforeAll(async () => {
    window = await windowOf(browser, jmb, 'bob', finger(width));
  });
  afterAll(() => window?.close());

  it('a second tap where an answer was changes nothing, and presses nothing', async () => {
    // One page each, so that they settle together.
    const pages = await Promise.all(
      ['accept', 'tentative', 'decline'].map(async (word) => ({ word, page: await window.newPage() })),
    );
    const tapped = [];
    for (const { word, page } of pages) {
      const { hash, answer } = invite(`Deux fois ${word} ${width}`);
      await page.bringToFront();
      await page.goto(`/join.cgi?accept&id=${hash}`);
      const button = page.locator(`button[formaction*="?${word}&"]`);
      const middle = await middleOf(button);
      await tapTwice(page, button);
      tapped.push({ word, page, answer, middle, given: { accept: 'accepted', decline: 'declined' }[word] ?? word });
    }
    await settle();
    for (const { word, page, answer, middle, given } of tapped) {
      expect(answer(), word).toBe(given);
      expect(page.url()).toMatch(new RegExp(`join\\.cgi\\?${word}&id=`));
      expect(await page.locator('details.change[open]').count(), word).toBe(0);
      // Not only for the moment: the button's place is empty for good.
      expect(await page.evaluate(`${UNDER}([${middle.x}, ${middle.y}])`), word).toBe(false);
      // A third press, wherever "change" is, is meant.
      const other = given === 'accepted' ? 'decline' : 'accept';
      await page.bringToFront();
      await page.locator('details.change > summary').tap();
      await page.locator(`button[formaction*="?${other}&"]`).tap();
      await page.waitForURL(new RegExp(`\\?${other}&id=`));
      expect(answer(), word).toBe(given === 'accepted' ? 'declined' : 'accepted');
      await page.close();
    }
  });

  it('nor does one on the page that waits for the room, or on the list, wherever that then stands', async () => {
    const { hash, answer } = invite(`En attendant ${width}`);
    const waiting = await window.newPage();
    await waiting.goto(`/join.cgi?id=${hash}`);
    await tapTwice(waiting, waiting.locator('button[formaction*="?accept&"]'));

    const all = Array.from({ length: 12 }, (_, at) => invite(`Liste ${width} ${at}`, (4 + at / 100) * DAY));
    const list = await window.newPage();
    await list.goto('/booking.cgi');
    const fifth = all[5];
    await tapTwice(list, list.locator(`#m${fifth?.id} form[action*="?accept"] button`));
    await settle();
    expect(answer()).toBe('accepted');
    expect(await waiting.locator('details.change[open]').count()).toBe(0);
    expect(all.map((one) => one.answer())).toEqual(all.map((one) => (one === fifth ? 'accepted' : 'none')));
    expect(list.url()).toContain('booking.cgi?list');
    for (const one of all) recordAnswer(store, one.hash, 'declined', systemClock.now());
  });
});

it('another time is proposed by finger, and taken by the organiser with one click', async () => {
  const { id, hash } = invite('À une autre heure');
  const window = await windowOf(browser, jmb, undefined, finger(360));
  const page = await window.newPage();
  await page.goto(`/join.cgi?decline&id=${hash}`);
  await page.getByText('Ajouter un mot ou proposer un autre horaire').tap();
  await page.getByLabel('Un mot à l’organisateur').fill('En cours ce jour-là');
  await page.getByLabel('Date').fill(dayFromNow(9));
  await page.getByRole('button', { name: 'Décliner' }).tap();
  await page.locator('#time[aria-invalid]:focus').waitFor();
  await page.getByLabel('Heure de début').fill('14:30');
  await page.getByRole('button', { name: 'Décliner' }).tap();
  await page.getByRole('heading', { name: 'Vous avez décliné' }).waitFor();
  expect(await page.locator('blockquote').innerText()).toContain('En cours ce jour-là');
  await window.close();

  const hers = await windowOf(browser, jmb, 'alice');
  const her = await hers.newPage();
  await her.goto(`/booking.cgi?attendees&id=${id}`);
  expect(await her.locator('.said .comment').innerText()).toBe('En cours ce jour-là');
  const before = jmb.mails.length;
  await her.getByRole('button', { name: 'Déplacer la réunion à cet horaire' }).click();
  await her.waitForURL(/notice=changed(?:_going)?&of=\d+#m\d+$/);
  expect(await her.locator(`#m${id} .begin`).innerText()).toBe('14:30');
  // The organiser, bob and the other guest.
  await expect.poll(() => jmb.mails.length - before).toBe(3);
  await hers.close();
});

it('from a long list, answering leads back to the meeting: place, focus and title tell', async () => {
  const all = Array.from({ length: 40 }, (_, at) => invite(`Longue ${at}`, (6 + at) * DAY));
  const window = await windowOf(browser, jmb, 'bob', finger(390));
  const page = await window.newPage();
  await page.goto('/booking.cgi');
  const { id } = all[30] ?? { id: '' };
  await page.locator(`#m${id} form[action*="?decline"] button`).tap();
  await page.waitForURL(new RegExp(`notice=declined&of=${id}#m${id}$`));
  expect(await page.title()).toBe('Vous avez décliné\u00a0: Longue 30 – Mes réunions – Visio Example');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe(`m${id}`);
  await expect
    .poll(() => page.evaluate(`document.getElementById('m${id}').getBoundingClientRect().top`))
    .toBeLessThan(100);
  const told = page.getByRole('status');
  expect(await told.count()).toBe(1);
  expect(await page.locator(`#m${id} [role=status]`).innerText()).toContain('vous ne participez pas');
  expect(await told.evaluate((one) => one.getBoundingClientRect().top)).toBeGreaterThanOrEqual(0);
  // The keyboard goes on from there.
  await page.keyboard.press('Tab');
  expect(await page.evaluate(`document.activeElement.closest('.meeting').id`)).toBe(`m${id}`);
  await window.close();
});
