/** A subject that would like to be markup, a header or a line of a calendar: in a real browser, on every page that shows it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { mailsSince } from '../support/sent_mails.ts';
import { type Stage, stage } from '../support/stage.ts';

const BOB = 'bob.durand@example.org';

let jmb: Stage;
let browser: Browser;

beforeAll(async () => {
  jmb = await stage();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** What a subject may look like, to mislead a page. */
const ODD = `<script>alert(1)</script> "d'été" 'l’autre' &amp; {{title}} 🎓`;

it('shows a subject as it was typed, wherever it stands', async () => {
  const context = await windowOf(browser, jmb, 'alice');
  const page = await context.newPage();
  page.on('dialog', (dialog) => expect.unreachable(dialog.message()));
  await page.goto('/booking.cgi?new');
  await page.getByLabel('Objet').fill(ODD);
  await page.getByLabel('Date', { exact: true }).fill(dayFromNow(30));
  await page.getByLabel('Invités').fill(`${BOB}, personne`);
  await page.getByRole('button', { name: 'Enregistrer et inviter' }).click();
  expect(await page.getByLabel('Objet').inputValue()).toBe(ODD);
  await page.locator('[name=conf_guests]').fill(BOB);
  await page.getByRole('button', { name: 'Enregistrer et inviter' }).click();
  await page.waitForURL(/notice=booked(?:_going)?&of=\d+#m\d+$/);
  const heading = page.locator('.subject', { hasText: '{{title}}' });
  expect(await heading.textContent()).toBe(ODD);
  const item = page.locator('li.meeting', { has: heading });
  const pages = await item
    .locator('a[href]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(pages.map((href) => /\?(\w+)/.exec(href)?.[1])).toEqual(['attendees', 'edit', 'del', 'new']);
  for (const href of pages) {
    await page.goto(`/${href}`);
    const shown = /\?(edit|new)/.test(href)
      ? page.getByLabel('Objet').inputValue()
      : page.locator('.of').first().textContent();
    expect(await shown, href).toBe(ODD);
  }
  const feed = await page.request.get(await feedOf(page));
  expect((await feed.text()).replaceAll('\r\n ', '')).toContain(`SUMMARY:${ODD.replace(';', '\\;')}`);
  expect(feed.headers()['x-content-type-options']).toBe('nosniff');
  const link = /http\S+accept&id=\w+/.exec((await mailsSince(jmb, 0, 2)).get(BOB)?.text ?? '')?.[0] ?? '';
  await page.goto(link);
  expect(await page.locator('.of').textContent()).toBe(ODD);
  await context.close();
});

async function feedOf(page: Page): Promise<string> {
  await page.goto('/booking.cgi');
  return page.locator('#feed-address').inputValue();
}
