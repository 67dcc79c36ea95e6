/** The demo's mailbox answers as a mail program would: booked, answered from the mailbox, seen in the list, in a real browser. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { freePort } from '../support/port.ts';
import { left, type Started, says, start } from '../support/started.ts';

const DIST = process.env['JMB_DIST'] ?? join(import.meta.dirname, '../../dist');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SUBJECT = 'Jury de thèse';
const GUESTS = ['zoe@ailleurs.test', 'yann@ailleurs.test', 'xenia@ailleurs.test', 'wim@ailleurs.test'] as const;

const folder = mkdtempSync(join(tmpdir(), 'jmb-demo-'));
let demo: Started;
let browser: Browser;
let alice: Page;

beforeAll(async () => {
  const port = await freePort();
  demo = start(process.execPath, join(DIST, 'tests/demo.mjs'), '--port', `${port}`, '--dir', folder);
  await says(demo, 'Ctrl-C');
  browser = await openBrowser();
  const window = await browser.newContext({
    baseURL: `http://127.0.0.1:${port}`,
    locale: 'fr-FR',
    httpCredentials: { username: 'alice', password: 'alice' },
  });
  alice = await window.newPage();
});

afterAll(async () => {
  await browser?.close();
  demo?.process.kill('SIGTERM');
  await demo?.ended;
  expect(await left(demo?.process.pid)).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the invitation that somebody has in the mailbox. */
async function openInvitation(address: string): Promise<void> {
  await alice.goto('/mail/');
  await alice
    .getByRole('link', { name: new RegExp(`${SUBJECT}.*${address}`, 's') })
    .last()
    .click();
  await alice.getByRole('heading', { name: 'Répondre comme un programme de messagerie' }).waitFor();
}

test('alice books', async () => {
  await alice.goto('/booking.cgi?new');
  await alice.getByLabel('Objet').fill(SUBJECT);
  await alice.getByLabel('Date', { exact: true }).fill(dayFromNow(7));
  await alice.getByLabel('Heure de début').fill('14:30');
  await alice.getByLabel('Invités').fill(GUESTS.join('\n'));
  await alice.getByRole('button', { name: 'Enregistrer et inviter' }).click();
  await alice.waitForURL(/notice=booked(?:_going)?&of=\d+#m\d+$/);
  for (const guest of GUESTS) {
    await says({ ...demo, said: () => readdirSync(join(folder, 'mail')).join(' ') }, `${guest}.eml`);
  }
});

test.each([
  ['Thunderbird', GUESTS[0], 'Accepter', 'Accepted'],
  ['Gmail', GUESTS[1], 'Décliner', 'Declined'],
  ['Outlook', GUESTS[2], 'Peut-être', 'Tentative'],
])('as %s, %s answers: %s', async (program, guest, button, word) => {
  await openInvitation(guest);
  const form = alice.locator('form').filter({ has: alice.getByRole('button', { name: button }) });
  await form.getByLabel('Programme').selectOption({ label: program });
  await form.getByLabel('Commentaire').fill('Train à 16 h');
  await form.getByRole('button', { name: button }).click();
  expect(await alice.getByRole('status').innerText()).toMatch(/jmb reply.* 0$/);
  expect(await alice.locator('h1').innerText()).toBe(`${word}: ${SUBJECT}`);
  expect(await alice.locator('pre').last().innerText()).toContain('METHOD:REPLY');
});

test('as Gmail, another time is proposed', async () => {
  await openInvitation(GUESTS[3]);
  await alice.getByText('Proposer un autre horaire').click();
  const form = alice.locator('form').filter({ has: alice.getByRole('button', { name: 'Proposer' }) });
  await form.getByLabel('Programme').selectOption({ label: 'Gmail' });
  await form.getByLabel('Jour').fill(dayFromNow(8));
  await form.getByLabel('Heure').fill('09:15');
  await form.getByRole('button', { name: 'Proposer' }).click();
  expect(await alice.getByRole('status').innerText()).toMatch(/jmb reply.* 0$/);
  expect(await alice.locator('pre').last().innerText()).toContain('METHOD:COUNTER');
});

test('the list and the follow-up page show what each has answered', async () => {
  await alice.goto('/booking.cgi?list');
  const meeting = alice
    .locator('article, li')
    .filter({ has: alice.getByRole('heading', { name: SUBJECT }) })
    .last();
  expect((await meeting.innerText()).replace(/\s+/g, ' ')).toContain('1 oui · 2 peut-être · 1 non');
  await meeting.getByRole('link', { name: new RegExp(`suivi de ${SUBJECT}`) }).click();
  const rows = (await alice.getByRole('row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
  const rowOf = (address: string) => rows.findIndex((row) => row.includes(address));
  expect(rows[rowOf(GUESTS[0])]).toContain('Acceptée');
  expect(rows[rowOf(GUESTS[1])]).toContain('Déclinée');
  expect(rows[rowOf(GUESTS[1]) + 1]).toContain('Train à 16 h');
  expect(rows[rowOf(GUESTS[2])]).toContain('Peut-être');
  expect(rows[rowOf(GUESTS[2]) + 1]).toContain('Train à 16 h');
  expect(rows[rowOf(GUESTS[3])]).toContain('Peut-être');
  expect(rows[rowOf(GUESTS[3]) + 1]).toMatch(/Propose le .*(09:15|9 h 15)/);
});

test('a form that is none, or comes from another site, is told so and sends nothing', async () => {
  await openInvitation(GUESTS[0]);
  const before = readdirSync(join(folder, 'mail')).length;
  const post = (form: Record<string, string>, headers = {}) => alice.request.post(alice.url(), { form, headers });
  const good = { program: 'gmail', answer: 'ACCEPTED' };
  expect((await post({ ...good, program: 'pine' })).status()).toBe(400);
  expect((await post({ ...good, day: 'tomorrow', time: 'noon' })).status()).toBe(400);
  expect((await post(good, { 'sec-fetch-site': 'cross-site' })).status()).toBe(400);
  expect((await post({ ...good, comment: 'x'.repeat(70_000) })).status()).toBe(400);
  expect(readdirSync(join(folder, 'mail'))).toHaveLength(before);
});

test('three steps on the first page, each a link that does it', async () => {
  const visitor = await browser.newContext({ baseURL: new URL(alice.url()).origin, locale: 'fr-FR' });
  await visitor.addInitScript(AXE);
  const page = await visitor.newPage();
  const step = async (name: string) => {
    await page.goto('/');
    await page.getByRole('link', { name, exact: true }).click();
  };
  await step('Réserver en tant qu’Alice');
  await page.waitForURL('/booking.cgi?new');
  expect(await page.locator('.user').innerText()).toContain('Alice Martin');
  await step('Répondre en tant qu’invité depuis la boîte aux lettres');
  await page.getByRole('heading', { name: 'Répondre comme un programme de messagerie' }).waitFor();
  expect(await page.locator('h1').innerText()).toContain(SUBJECT);
  await step('Entrer dans la salle');
  await page.getByText('Jeton valable').waitFor();
  for (const path of ['/', '/sign-in', '/mail/', '/mail/?newest=invitation']) {
    await page.goto(path);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
      expect(violations.map(({ id, nodes }) => `${path} ${width} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThan(1);
    }
  }
  await visitor.close();
});

test('one click to be bob, one more to be carol, and back to where one wanted to go', async () => {
  const visitor = await browser.newContext({ baseURL: new URL(alice.url()).origin, locale: 'fr-FR' });
  const page = await visitor.newPage();
  await page.goto('/');
  await page.getByRole('link', { name: 'Continuer comme Bob Durand' }).click();
  await page.waitForURL('/booking.cgi');
  expect(await page.locator('.user').innerText()).toContain('Bob Durand');
  await page.getByRole('link', { name: 'Se déconnecter' }).click();
  await page.waitForURL(/sign-in/);
  await page.goto('/booking.cgi?list&q=atelier');
  expect(page.url()).toContain('/sign-in?to=');
  await page.getByRole('link', { name: 'Continuer comme Carol Petit' }).click();
  await page.waitForURL('/booking.cgi?list&q=atelier');
  expect(await page.locator('.user').innerText()).toContain('Carol Petit');
  await visitor.close();
});
