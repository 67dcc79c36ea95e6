/** The version that package.json says: `jmb --version` and the foot of each page say it, in both languages. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoTexts } from '../demo/texts.ts';
import { welcomePage } from '../demo/welcome.ts';
import { jmbCommand } from '../support/command.ts';
import { type Stage, stage } from '../support/stage.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const FOOT = new RegExp(`<footer>[^]*Jitsi Meet Booking ${version.replaceAll('.', '\\.')}[^]*</footer>`);

let jmb: Stage;
beforeAll(async () => {
  jmb = await stage();
});
afterAll(() => jmb?.stop());

it('is what the command says', async () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(await jmbCommand(jmb, '--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

it('stands in the foot of pages and refusals', async () => {
  for (const [address, language] of [
    ['/booking.cgi?list', 'fr'],
    ['/booking.cgi?new', 'en'],
    ['/join.cgi?id=0123456789abcdef', 'en'],
  ] as const) {
    const answer = await jmb.ask(address, { as: 'alice', headers: { 'accept-language': language } });
    const page = await answer.text();
    expect(page, address).toContain(`<html lang="${language}">`);
    expect(page, address).toMatch(FOOT);
  }
});

it('stands in the foot of the pages of the demo', () => {
  expect(welcomePage(demoTexts('fr'), [])).toMatch(FOOT);
});
