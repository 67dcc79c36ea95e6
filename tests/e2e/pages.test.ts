/** The pages in a real browser behind the shipped Apache configuration: axe-core finds nothing, nothing overflows, the keyboard is enough. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { occurrencesOf } from '../../lib/meetings/series.ts';
import { keepUnconfirmed } from '../../lib/store/answers.ts';
import { addAssistant } from '../../lib/store/assistants.ts';
import { insertMeeting, removeMeeting } from '../../lib/store/bookings.ts';
import { insertSeries } from '../../lib/store/series_changes.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { processZone } from '../../lib/text/zones.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { type Stage, stage } from '../support/stage.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const DAY = 86_400;
const LONG = 'Une réunion dont l’objet est long, avec unmotvraimenttreslongquinesecoupenullepart';

let jmb: Stage;
let browser: Browser;
/** The secret of a guest of the last meeting that was booked with a subject. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  jmb = await stage();
  for (const as of ['alice', 'bob']) await jmb.ask('/booking.cgi', { as });
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
  addAssistant(store, 'bob', ALICE, now);
  addAssistant(store, 'alice', BOB, now);
  const book = (subject: string, begin: number, owner: string, other: string) => {
    const { meeting, attendees } = insertMeeting(store, systemClock, owner, {
      subject,
      begin: now + begin,
      duration: 3600,
      moderators: ['une.adresse.electronique.tres.longue@departement.universite-exemple.org'],
      guests: [other, 'invite@ailleurs.test'],
      agenda: 'Ouverture\n\n  1. Budget, unmotvraimenttreslongquinesecoupenullepartetquiestunordredujour',
    });
    secrets.set(subject, attendees.at(-1)?.hash ?? '');
    return meeting.id;
  };
  book('En cours', -600, ALICE, BOB);
  book('Va commencer', 200, BOB, ALICE);
  // Over, and still to be extended.
  book('Vient de finir', -3700, ALICE, BOB);
  book('Sans réponse', 2 * DAY, BOB, ALICE);
  const long = book(LONG, 3 * DAY, ALICE, BOB);
  const doubtful = { at: now, named: '', answer: 'declined', comment: '' } as const;
  const comment = 'Train supprimé,\nje suivrai d’ailleurs.';
  keepUnconfirmed(store, long, {
    ...doubtful,
    from: 'telephone.personnel.d.un.invite@messagerie-exemple.test',
    comment,
  });
  keepUnconfirmed(store, long, { ...doubtful, from: 'mallory@ailleurs.test', named: BOB, answer: 'accepted' });
  keepUnconfirmed(store, long, { ...doubtful, from: '', named: BOB, answer: '' });
  const begin = now + 40 * DAY;
  const occurrences = occurrencesOf({ repeat: 'weekly', every: 1 }, begin, { times: 2 }, processZone);
  const repetition = {
    ...({ repeat: 'weekly', every: 1, ends: 'times' } as const),
    occurrences: occurrences.map((one) => ({ ...one, skipped: false })),
  };
  const course = { subject: 'Cours', begin, duration: 3600, moderators: [], guests: [BOB] };
  insertSeries(store, systemClock, ALICE, course, { repetition, zone: 'Europe/Paris' });
  // Two for each language in which the pages are walked; every meeting more makes axe-core slower by what it looks at.
  for (let at = 0; at < 4; at += 1) book(`Réponse attendue ${at}`, 4 * DAY, BOB, ALICE);
  book('Terminée', -3 * DAY, ALICE, BOB);
  // More than a page of them.
  for (let at = 0; at < 25; at += 1) book(`Passée ${at}`, -(5 + at) * DAY, BOB, ALICE);
  removeMeeting(store, book('Supprimée', DAY, ALICE, BOB), now);
}

/** Every page, by the way that a user takes to it, in any language. */
const PAGES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  list: (page) => page.goto('/booking.cgi?list&notice=booked_waiting'),
  archives: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.past summary').click();
    await page.locator('.more summary').click();
  },
  past: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.past summary').click();
    await page.locator('.older a').click();
    await page.locator('.jumps a').last().click();
    await page.locator('a[rel=prev]').waitFor();
  },
  search: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('[name=q]').fill('alice');
    await page.keyboard.press('Enter');
    await page.locator('.coming .meeting').first().waitFor();
  },
  foundNothing: (page) => page.goto('/booking.cgi?list&q=introuvable'),
  calendar: async (page) => {
    await page.goto('/booking.cgi?calendar&notice=renewed');
    await page.locator('summary').click();
    await page.locator('.code svg').waitFor();
  },
  mine: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.user a').first().click();
    await page.locator('[name=conf_reminders]:checked').waitFor();
  },
  // At the time that it proposes its reader is in two meetings.
  form: async (page) => {
    await page.goto('/booking.cgi?new');
    await page.locator('#conf_guests').fill(BOB);
    await page.keyboard.press('Enter');
    await page.locator('#busy li').first().waitFor();
  },
  now: (page) => page.goto('/booking.cgi?now'),
  hand: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming a[href*=attendees]').first().click();
    await page.locator('a[href*=hand_over]').click();
  },
  assistants: (page) => page.goto('/booking.cgi?assistants'),
  mistakes: async (page) => {
    await page.goto('/booking.cgi?new');
    await page.locator('[name=conf_guests]').fill('personne');
    await page.locator('[name=conf_repeat]').selectOption('weekly');
    await page.locator('[name=conf_skip]').fill('31/02/2027');
    await page.locator('main form .main').click();
    await page.locator('[role=alert]').waitFor();
  },
  conflict: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming .meeting:has(.more) .actions a[href*="?edit"]').click();
    await page.locator('[name=conf_version]').evaluate((field) => field.setAttribute('value', '7'));
    await page.locator('main form .main').click();
    await page.locator('[role=alert]').waitFor();
  },
  follow: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming a[href*=attendees]').first().click();
    await page.locator('.people summary').last().click();
    await page.locator('[name=conf_email]').last().fill('personne');
    await page.locator('form[action*="?correct"] button').last().click();
    await page.locator('[aria-invalid]').waitFor();
    await page.locator('.give > summary').click();
    await page.locator('[data-copy=give-text]').click();
    await page.getByText(/^(Copié|Copied)$/).waitFor();
    await page.locator('#unconfirmed').waitFor();
  },
  proposal: async (page) => {
    await page.goto(`/join.cgi?accept&id=${secrets.get(LONG)}`);
    await page.locator('.words').evaluate((words) => words.setAttribute('open', ''));
    await page.locator('[name=comment]').fill('Plutôt un autre jour,\nsi possible.');
    await page.locator('[name=date]').fill(dayFromNow(9));
    await page.locator('[name=time]').fill('14:30');
    await page.locator('button[formaction*="?tentative"]').click();
    await page.locator('.given.tentative').waitFor();
    await page.goto('/booking.cgi');
    await page.locator('.coming a[href*=attendees]').first().click();
    await page.locator('.said form').waitFor();
  },
  wordsMistake: async (page) => {
    await page.goto(`/join.cgi?decline&id=${secrets.get(LONG)}`);
    await page.locator('.words').evaluate((words) => words.setAttribute('open', ''));
    await page.locator('[name=time]').fill('14:30');
    await page.locator('[name=date]').fill('');
    await page.locator('button[formaction*="?decline"]').click();
    await page.locator('[aria-invalid]').waitFor();
  },
  removal: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming .meeting:has(.more) .actions a[href*="?del"]').click();
  },
  running: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.now a[href*="?edit"]').click();
    await page.locator('[name=conf_guests]').waitFor();
  },
  removalOfRunning: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.now .running a[href*="?del"]').click();
    await page.locator('[name=conf_tell][value=yes]:checked').waitFor();
  },
  removalOfPast: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.past summary').click();
    // The last: another has ended for good by then on a machine that takes a quarter of an hour for all of this.
    await page.locator('.past a[href*="?del"]').last().click();
    await page.locator('[name=conf_tell][value=no]:checked').waitFor();
  },
  answer: async (page) => {
    await page.goto('/booking.cgi');
    const action = await page.locator('.meeting.waiting form').first().getAttribute('action');
    await page.goto(`/${action}`);
  },
  waiting: (page) => page.goto(`/join.cgi?id=${secrets.get(LONG)}`),
  // One minute before it enters by itself.
  opening: async (page) => {
    const store = openStore(jmb.db);
    const begin = systemClock.now() + 3600 + 60;
    const people = { moderators: [], guests: ['invite@ailleurs.test'] };
    const booked = insertMeeting(store, systemClock, 'dan@example.org', {
      subject: 'Ouvre bientôt',
      begin,
      duration: 3600,
      ...people,
    });
    store.close();
    await page.goto(`/join.cgi?id=${booked.attendees.at(-1)?.hash}`);
    await page.getByText(/^(0|1)\u00a0min \d\d\u00a0s$/).waitFor();
  },
  over: (page) => page.goto(`/join.cgi?id=${secrets.get('Terminée')}`),
  deleted: (page) => page.goto(`/join.cgi?id=${secrets.get('Supprimée')}`),
  answered: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.meeting.waiting a[href*="?answer"]').first().click();
    await page.locator('[name=from]').evaluate((field) => field.remove());
    await page.locator('button[formaction*="?decline"]').click();
    await page.locator('.given').waitFor();
    await page.locator('.change > summary').click();
  },
  told: async (page) => {
    await page.goto('/booking.cgi');
    await page.locator('.coming form[action*="?accept"] button').first().click();
    await page.locator('.told').waitFor();
  },
  refused: (page) => page.goto('/join.cgi?id=nobody'),
};

/** What is to press or to fill in and is too small for a finger (44 px); runs in the browser. */
const TOO_SMALL = `[...document.querySelectorAll('button, .button, nav a, input:not([type=hidden], [type=radio]), label:has(> [type=radio]), select, textarea, summary')]
  .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 100))`;

/** Small phone, phone, laptop, desk; those between with `--full`. */
const WIDTHS = process.env['JMB_FULL'] === undefined ? [320, 1280] : [320, 390, 1280, 1600];
/**
 * Whether axe-core looks, which takes most of the time: what it finds depends on the width only where things stand side by side, and colours
 * are the same everywhere. `--full` has it look at all.
 */
function isLookedAt(width: number): boolean {
  return process.env['JMB_FULL'] !== undefined || width === 320;
}

const BY_DAY: RunOptions = { resultTypes: ['violations'] };
/** By night axe-core looks at colours, since night differs from day by nothing else. */
const BY_NIGHT: RunOptions = { ...BY_DAY, runOnly: ['color-contrast', 'link-in-text-block'] };

/**
 * What axe-core finds, by rule and element. It is put into words in the browser: all that axe.run() says of a page that
 * is as it should be takes longer to hand over than to find.
 */
async function faultsOf(page: Page, width: number, scheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: scheme });
  const { passes, faults } = await page.evaluate<{ passes: number; faults: string[] }>(`axe
    .run(${JSON.stringify(scheme === 'dark' ? BY_NIGHT : BY_DAY)})
    .then(({ passes, violations }) => ({
      passes: passes.length,
      faults: violations.map(({ id, nodes }) => id + ': ' + nodes[0]?.html),
    }))`);
  expect(passes).toBeGreaterThan(scheme === 'dark' ? 0 : 10);
  return faults.map((fault) => `${width} px, ${scheme}, ${fault}`);
}

/** Looks at a page in every width, what overflows and is too small, and by day and by night what axe-core finds. */
async function inspect(page: Page): Promise<void> {
  // A page that a click leads to is there before its style sheet is.
  await page.waitForLoadState('load');
  // Here, and not in every page that is only passed through.
  await page.evaluate(AXE);
  expect(await page.locator('h1').count()).toBe(1);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const scheme of ['light', 'dark'] as const) {
      if (isLookedAt(width)) expect(await faultsOf(page, width, scheme)).toEqual([]);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), `${width} px`).toBeLessThan(1);
    expect(await page.evaluate(TOO_SMALL), `${width} px`).toEqual([]);
  }
}

/** What a page asked for or did that its policy forbids, or that leads elsewhere, while it is looked at. */
function watch(page: Page): string[] {
  const complaints: string[] = [];
  // A page that refuses says so by its status, which the console repeats.
  const itsStatus = /^Failed to load resource: the server responded with a status of 4(?:0[049]|10) /;
  page.on('console', (message) => {
    if (!itsStatus.test(message.text())) complaints.push(message.text());
  });
  page.on('requestfailed', (request) => {
    // The next page was asked for before the icon had come: what a policy forbids fails by another name.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(request.url());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(jmb.url)) complaints.push(request.url());
  });
  return complaints;
}

/** Opens a window of someone, under the policy that users have. */
async function lookAt(who: string, locale: string): Promise<Page> {
  const context = await windowOf(browser, jmb, who, { locale, reducedMotion: 'reduce' });
  return context.newPage();
}

/** The longer texts; with `--full` both. */
const LANGUAGES = process.env['JMB_FULL'] === undefined ? ['fr'] : ['fr', 'en'];

describe.each(LANGUAGES)('in %s', (language) => {
  const locale = language === 'fr' ? 'fr-FR' : 'en-GB';
  let page: Page;
  let complaints: string[];

  // One window for all: to open one takes Chromium longer than any page of ours.
  beforeAll(async () => {
    page = await lookAt('alice', locale);
    complaints = watch(page);
  });

  it.each(Object.keys(PAGES))('%s', async (name) => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await PAGES[name]?.(page);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
    await inspect(page);
    expect(complaints.splice(0), 'what its policy forbids').toEqual([]);
  });

  it('the list of who has no meeting, and may not book', async () => {
    const carols = await lookAt('carol', locale);
    await carols.goto('/booking.cgi');
    expect(await carols.locator('a[href*="?new"]').count()).toBe(0);
    expect(await carols.locator('.nothing').count()).toBe(2);
    await inspect(carols);
    await carols.context().close();
  });

  it('settings, list and form of who goes by another clock, and a zone that is none', async () => {
    const bobs = await lookAt('bob', locale);
    await bobs.goto('/booking.cgi?me');
    await bobs
      .locator('#me_zone option')
      .last()
      .evaluate((one) => one.setAttribute('value', 'Nowhere/Else'));
    await bobs.locator('#me_zone').selectOption('Nowhere/Else');
    await bobs.locator('main form .main').click();
    await bobs.locator('#me_zone[aria-invalid]').waitFor();
    await inspect(bobs);
    await bobs.locator('#me_zone').selectOption('America/Argentina/Buenos_Aires');
    await bobs.locator('main form .main').click();
    await bobs.locator('.top .clock').waitFor();
    await inspect(bobs);
    for (const address of ['list', 'new']) {
      await bobs.goto(`/booking.cgi?${address}`);
      await bobs.getByText('America/Argentina/Buenos Aires').first().waitFor();
      await inspect(bobs);
    }
    await bobs.context().close();
    // It looks at four pages.
  });

  it('the net that complaints are caught with holds', async () => {
    await page.goto('/booking.cgi');
    await page.locator('h1').evaluate((heading) => heading.setAttribute('style', 'color: red'));
    await expect.poll(() => complaints.join()).toMatch(/Content Security Policy/);
  });

  afterAll(() => page?.context().close());
});

it('night differs from day by colours and shade alone', () => {
  const sheets = join(import.meta.dirname, '../../templates/pages/style');
  const texts = readdirSync(sheets).map((name) => readFileSync(join(sheets, name), 'utf8'));
  const [night = '', ...more] = texts.flatMap((text) => text.split('prefers-color-scheme: dark').slice(1));
  expect(more).toEqual([]);
  expect(night.replace(/--[\w-]+: (?:#[0-9a-f]{6}|none);/g, '').replace(/\s+/g, '')).toBe('){:root{}}');
});
