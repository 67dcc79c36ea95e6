/** The way in, in a real browser behind the shipped Apache: a page that enters by itself when the room opens, with and without script. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { insertMeeting, type Saved } from '../../lib/store/bookings.ts';
import { attendeesOf } from '../../lib/store/meetings.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { type Stage, stage } from '../support/stage.ts';

const ALICE = 'alice.martin@example.org';
const GUEST = 'invite@ailleurs.test';
const HOUR = 3600;

let jmb: Stage;
let browser: Browser;
let store: Store;

beforeAll(async () => {
  // A house may have a policy for all of its sites: ours stays.
  jmb = await stage({
    before: `<Location "/booking.cgi">
    Header always set Content-Security-Policy "frame-ancestors 'self'"
</Location>`,
  });
  await jmb.ask('/booking.cgi', { as: 'alice' });
  store = openStore(jmb.db);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  store?.close();
  await jmb?.stop();
});

/** A meeting whose room opens so many seconds from now. */
function opening(seconds: number): Saved {
  const begin = systemClock.now() + HOUR + seconds;
  const people = { moderators: ['mod@ailleurs.test'], guests: [GUEST] };
  return insertMeeting(store, systemClock, ALICE, { subject: 'Jury', begin, duration: HOUR, ...people });
}

function hashOf({ attendees }: Saved, email: string): string {
  return attendees.find((one) => one.email === email)?.hash ?? '';
}

const cameOf = ({ meeting }: Saved, email: string) =>
  attendeesOf(store, meeting.id).find((one) => one.email === email)?.connections;

async function waiting(saved: Saved, email: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await windowOf(browser, jmb, undefined, options);
  const page = await context.newPage();
  await page.goto(`/join.cgi?id=${hashOf(saved, email)}`);
  return page;
}

describe.each([
  ['with its script', true],
  ['without any script', false],
])('the page, %s', (_, javaScriptEnabled) => {
  it('enters by itself when the room opens, and nobody counts as there before', async () => {
    const saved = opening(6);
    const page = await waiting(saved, GUEST, { javaScriptEnabled });
    expect(await page.locator('h1').textContent()).toContain('pas encore ouverte');
    expect(cameOf(saved, GUEST)).toBe(0);
    await page.waitForURL(`${jmb.url}/${saved.meeting.room}`, { timeout: 60_000 });
    expect(systemClock.now()).toBeGreaterThanOrEqual(saved.meeting.begin - HOUR);
    expect(cameOf(saved, GUEST)).toBe(1);
    await page.context().close();
  });
});

it('counts down, by the clock of the server where the reader’s own is wrong', async () => {
  const saved = opening(59 * 60);
  const context = await windowOf(browser, jmb, undefined, { locale: 'en-GB' });
  // Two days ahead: its script would take the room for open.
  await context.addInitScript('const real = Date.now; Date.now = () => real() + 172800000;');
  const page = await context.newPage();
  await page.goto(`/join.cgi?id=${hashOf(saved, GUEST)}`);
  const countdown = page.locator('.countdown');
  const first = await countdown.textContent();
  expect(first).toMatch(/^5[89]\u00a0min \d\d\u00a0s$/);
  await expect.poll(() => countdown.textContent()).not.toBe(first);
  expect(await countdown.textContent()).toMatch(/^58\u00a0min \d\d\u00a0s$/);
  expect(page.url()).toContain('join.cgi');
  await context.close();
});

it('asks at once after a sleep, and goes on by the server’s clock where it is still too early', async () => {
  const saved = opening(59 * 60);
  const context = await windowOf(browser, jmb);
  const page = await context.newPage();
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => request.isNavigationRequest() && asked.push(request.url()));
  await page.goto(`/join.cgi?id=${hashOf(saved, GUEST)}`);
  await Promise.all([page.waitForEvent('load'), page.clock.fastForward(HOUR * 1000)]);
  await expect.poll(() => page.locator('.countdown').textContent()).toMatch(/^58\u00a0min \d\d\u00a0s$/);
  expect(asked).toHaveLength(2);
  await context.close();
});

describe('the time by the reader’s own clock', () => {
  const own = async (timezoneId: string, locale = 'fr-FR') => {
    const page = await waiting(opening(3 * 24 * HOUR), GUEST, { timezoneId, locale });
    const place = page.locator('.own');
    const text = (await place.isVisible()) ? await place.textContent() : null;
    await page.context().close();
    return text;
  };

  it('is said where it differs', async () => {
    expect(await own('America/New_York')).toMatch(/^À votre heure\u00a0: .* \(America\/New York\)\.$/);
    expect(await own('Asia/Tokyo', 'en-GB')).toMatch(
      /^Your time: \w+day,? \d+ \w+ \d{4}, \d\d:\d\d to .* \(Asia\/Tokyo\)\.$/,
    );
  });

  it('is left out where it is the same', async () => {
    expect(await own('Europe/Paris')).toBeNull();
    expect(await own('Europe/Berlin')).toBeNull();
  });
});

it('is one script of at most 12 KiB, which only the pages that need it load, under a policy that allows no other', async () => {
  const saved = opening(HOUR);
  const answer = await jmb.ask(`/join.cgi?id=${hashOf(saved, GUEST)}`);
  const address = /<script src="([^"]+)"/.exec(await answer.text())?.[1] ?? '';
  const script = await jmb.ask(address);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const text = await script.text();
  expect(text).toBe(readFileSync(join(jmb.root, 'static/script.js'), 'utf8'));
  expect(readdirSync(join(jmb.root, 'static')).filter((name) => !/\.(css|svg|txt)$/.test(name))).toEqual(['script.js']);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(12 * 1024);
  const page = await waiting(saved, GUEST);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.evaluate(`document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))`);
  await expect.poll(() => complaints.join()).toMatch(/Content Security Policy/);
  await page.context().close();
  const policyOf = (answer: Response) => answer.headers.get('content-security-policy');
  expect(policyOf(answer)).toMatch(/^default-src 'none'; [^,]*; script-src 'self'$/);
  const others = ['/booking.cgi', '/join.cgi?id=nobody', '/jmb/script.js', '/booking.cgi/x'];
  for (const path of others) {
    expect(policyOf(await jmb.ask(path, { as: 'alice' })), path).toMatch(/^default-src 'none'; (?!.*(?:script-src|,))/);
  }
});
