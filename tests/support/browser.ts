/** A real Chromium, signed in to a stage. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import type { Stage } from './stage.ts';

/** The system's Chromium; CHROMIUM names another. */
function executable(): string {
  const places = [
    process.env['CHROMIUM'] ?? '',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = places.find((place) => place !== '' && existsSync(place));
  if (found === undefined) throw new Error('there is no Chromium: apt-get install chromium');
  return found;
}

/** Starts a browser with switches of Chromium's; the caller closes it. */
export function openBrowser(switches: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: executable(), args: ['--no-sandbox', ...switches] });
}

/** A window of someone (nobody when left out), in French unless told otherwise. */
export function windowOf(
  browser: Browser,
  jmb: Stage,
  as?: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: jmb.url,
    locale: 'fr-FR',
    ...(as === undefined ? {} : { httpCredentials: { username: as, password: as } }),
    ...options,
  });
}
