/**
 * People by name in a real browser, by keys alone, with a real directory: three colleagues whose names are half known, completed
 * while they are typed; the same without script; a list that is pasted; chips that are taken out again.
 */
import { chmodSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { AxeResults } from 'axe-core';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, windowOf } from '../support/browser.ts';
import { PEOPLE, type Slapd, startSlapd } from '../support/slapd.ts';
import { type Stage, stage } from '../support/stage.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ANNE = 'anne.durand@example.org';
const INES = 'ines.moreau@example.org';
const BOB = 'bob.durand@example.org';

let slapd: Slapd;
let jmb: Stage;
let browser: Browser;

beforeAll(async () => {
  slapd = await startSlapd([
    ...PEOPLE,
    { uid: 'anne', cn: 'Anne Durand', sn: 'Durand', givenName: 'Anne', mail: ANNE },
    { uid: 'ines', cn: 'Inès Moreau', sn: 'Moreau', givenName: 'Inès', mail: INES },
  ]);
  // Apache's account reads the password.
  chmodSync(dirname(slapd.passwordFile), 0o755);
  chmodSync(slapd.passwordFile, 0o644);
  jmb = await stage({ way: 'proxy_fcgi', settings: { JMB_LDAPSEARCH: slapd.ldapsearch } });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
  await slapd?.stop();
});

/** A form of alice's for a new meeting. */
async function newForm(options: object = {}): Promise<Page> {
  const context = await windowOf(browser, jmb, 'alice', { reducedMotion: 'reduce', ...options });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await context.addInitScript(AXE);
  const page = await context.newPage();
  await page.goto('/booking.cgi?new');
  return page;
}

/** Looks at the page as it is now on a small phone and on a desk: what axe-core finds, what overflows. */
async function inspect(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
    expect(violations.map(({ id, nodes }) => `${width} px, ${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${width} px`).toBeLessThan(1);
  }
}

/** The addresses and names of whoever the newest meeting has beside its owner. */
function invited(): string[] {
  const database = new Database(jmb.db, { readonly: true });
  const rows = database
    .prepare<[], { who: string }>(
      `SELECT attendee_email || ' ' || coalesce(name_text, '') AS who FROM attendees
       LEFT JOIN attendee_name ON name_hash = attendee_meeting_hash
       WHERE attendee_meeting_id = (SELECT max(meeting_id) FROM meetings) AND attendee_role <> 'owner'
       ORDER BY attendee_id`,
    )
    .all();
  database.close();
  return rows.map(({ who }) => who);
}

const chips = (page: Page) => page.locator('.chips li').allInnerTexts();
const told = (page: Page) => page.locator('[role=status]').first().innerText();

/** Presses Tab until this has the focus. */
async function tabTo(page: Page, selector: string, key = 'Tab'): Promise<void> {
  for (let steps = 0; steps < 60; steps += 1) {
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${selector} is not to be reached`);
}

/** How many signs a second somebody types who does not look. */
const DELAY = 60;

it('three half-known names are completed within 25 seconds, by keys alone', async () => {
  const page = await newForm();
  await tabTo(page, '#conf_guests');
  const began = performance.now();
  for (const [text, down] of [
    ['dur', 1],
    ['ines', 0],
    ['PETIT c', 0],
  ] as const) {
    await page.keyboard.type(text, { delay: DELAY });
    await page.locator('[role=option]').first().waitFor();
    for (let times = 0; times < down; times += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  }
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=booked/);
  expect(performance.now() - began).toBeLessThan(25_000);
  const people = invited();
  expect(people).toHaveLength(3);
  expect(people[0]).toMatch(/^(anne|bob)\.durand@example\.org /);
  expect(people.slice(1)).toEqual([`${INES} Inès Moreau`, 'carol.petit@example.org Carol Petit']);
  await page.context().close();
});

it('the field is a combobox: what is found, chosen and taken out is heard, and axe finds nothing', async () => {
  const page = await newForm({ locale: 'en-GB' });
  const field = page.getByRole('combobox', { name: 'Guests' });
  await tabTo(page, '#conf_guests');
  expect(await field.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.type('durand');
  await expect.poll(() => told(page)).toBe('2 people found');
  expect(await field.getAttribute('aria-expanded')).toBe('true');
  const active = async () => page.locator(`[id="${await field.getAttribute('aria-activedescendant')}"]`).innerText();
  const [first, second] = await page.locator('[role=option]').allInnerTexts();
  expect([await active(), await page.locator('[aria-selected=true]').innerText()]).toEqual([first, first]);
  await inspect(page);
  await page.keyboard.press('ArrowDown');
  expect(await active()).toBe(second);
  await page.keyboard.press('ArrowDown');
  expect(await active()).toBe(first);
  await page.keyboard.press('Escape');
  expect(await field.getAttribute('aria-expanded')).toBe('false');
  expect(await field.inputValue()).toBe('durand');
  await page.keyboard.press('Escape');
  expect(await field.inputValue()).toBe('');
  await page.keyboard.type('anne');
  await page.locator('[role=option]').waitFor();
  await page.keyboard.press('Enter');
  expect(await told(page)).toBe('Anne Durand added');
  await page.keyboard.type('someone@outside.test');
  await page.keyboard.press('Enter');
  expect((await chips(page)).map((chip) => chip.replace(/\s*×$/, ''))).toEqual(['Anne Durand', 'someone@outside.test']);
  await inspect(page);
  await page.keyboard.press('Shift+Tab');
  expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Remove someone@outside.test');
  await page.keyboard.press('Enter');
  expect(await told(page)).toBe('someone@outside.test removed');
  await page.keyboard.press('Backspace');
  expect(await told(page)).toBe('Anne Durand removed');
  expect(await page.locator('textarea[name=conf_guests]').inputValue()).toBe('');
  // What is no address yet when the form is sent is asked.
  await page.keyboard.type('Durand; nobody@@b.org;Moreau');
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Who is “Durand”?' }).waitFor();
  expect(await page.locator('mark').allInnerTexts()).toEqual(['Durand', 'nobody@@b.org', 'Moreau']);
  await inspect(page);
  await page.context().close();
});

it('the form of a meeting that begins now has the focus where names are completed, and takes lists of all kinds', async () => {
  const page = await newForm();
  await page.goto('/booking.cgi?now');
  await expect.poll(() => page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox');
  const lists =
    '"Müller, Hans" <h@b.org>,\nAlice <a@b.org>, Bob <b@b.org>,\n\nDurand, Zoé\tz@b.org\nx@b.org y@b.org, w@b.org';
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(lists)})`);
  await page.keyboard.press('ControlOrMeta+v');
  expect((await chips(page)).map((chip) => chip.replace(/\s*×$/, '').replace(/\s+/g, ' '))).toEqual([
    'Müller, Hans',
    'Alice',
    'Bob',
    'Durand, Zoé z@b.org',
    'x@b.org',
    'y@b.org',
    'w@b.org',
  ]);
  await page.context().close();
});

it('a list of thirty that is pasted, unquoted, is thirty chips and thirty guests', async () => {
  const page = await newForm();
  const people = Array.from({ length: 30 }, (_, at) => `Né${at}, Zoé <p${at}@ailleurs.test>`);
  await tabTo(page, '#conf_guests');
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(people.join('; '))})`);
  await page.keyboard.press('ControlOrMeta+v');
  expect(await chips(page)).toHaveLength(30);
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=booked/);
  expect(invited()).toHaveLength(30);
  // It begins within a quarter of an hour: what was done is said on the green of what is now.
  await inspect(page);
  expect(invited()[7]).toBe('p7@ailleurs.test Né7, Zoé');
  await page.context().close();
});

it('without script « Durand, inès.moreau » asks which Durand, by keys alone', async () => {
  const page = await newForm({ javaScriptEnabled: false });
  await tabTo(page, '#conf_guests');
  await page.keyboard.type('Durand, inès.moreau', { delay: DELAY });
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Qui est « Durand »' }).waitFor();
  await tabTo(page, '[name=conf_is_0]');
  await page.keyboard.press('Space');
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  await page.waitForURL(/notice=booked/);
  expect(invited()).toHaveLength(2);
  expect(invited()[0]).toMatch(new RegExp(`^(${ANNE}|${BOB}) `));
  expect(invited()[1]).toBe(`${INES} Inès Moreau`);
  await page.context().close();
});
