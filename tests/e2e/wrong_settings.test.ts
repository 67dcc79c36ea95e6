/** Settings with mistakes, through Apache: what needs one says 500 with one line in the log, and everybody still comes into their meeting. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { book, dayFromNow } from '../support/forms.ts';
import { JOIN, linkIn, mailsSince } from '../support/sent_mails.ts';
import { type Stage, stage } from '../support/stage.ts';

const GUEST = 'invite@ailleurs.test';
const MODERATOR = 'moderatrice@ailleurs.test';

let jmb: Stage;
let links: { guest: string; moderator: string };
let file: string;

beforeAll(async () => {
  jmb = await stage({ settings: { JMB_ROOM_OPENS: '' } });
  file = join(jmb.root, 'etc/jmb_local.cf');
  const saved = await book(jmb, 'alice', { date: dayFromNow(1), guests: GUEST, moderators: MODERATOR });
  expect(saved.status).toBe(303);
  const mails = await mailsSince(jmb, 0, 3);
  links = {
    guest: linkIn(jmb, mails.get(GUEST), JOIN),
    moderator: linkIn(jmb, mails.get(MODERATOR), JOIN),
  };
});

afterAll(() => jmb?.stop());

beforeEach(() => {
  rmSync(join(jmb.root, 'log/jmb.log'), { force: true });
});

/** What the log says of settings. */
const lines = (): string[] =>
  jmb
    .log()
    .split('\n')
    .filter((line) => line.includes('jmb_local.cf'));
const statusOf = async (path: string, as?: string) => (await jmb.ask(path, as === undefined ? {} : { as })).status;

it.each([
  ['JMB_MAX_GUESTS="many"', ['/booking.cgi?new']],
  ['JMB_SHOW_ARCHIVES="all"', ['/booking.cgi?list']],
  ['JMB_MODULE_CHECK_MODERATOR="/etc/x.sh"', ['/token.cgi?room=alice']],
  ['JMB_JWT_TTL="long"', ['/token.cgi?room=alice']],
  ['JMB_ICAL_DESC="$(hostname)"', ['/ical.cgi?']],
  ['JMB_NAME="never closed', []],
  ['source /etc/jmb/more.cf', ['/booking.cgi?list', '/booking.cgi?new', '/token.cgi?room=alice']],
])('%s stops what needs it, and nothing else', async (line, stopped) => {
  const pages = ['/booking.cgi?list', '/booking.cgi?new', '/token.cgi?room=alice'];
  writeFileSync(file, `${line}\n`);
  for (const path of pages) {
    const before = lines().length;
    expect(await statusOf(path, 'alice'), path).toBe(
      stopped.includes(path) ? 500 : path.startsWith('/token') ? 302 : 200,
    );
    if (stopped.includes(path))
      expect(
        lines()
          .slice(before)
          .filter((one) => one.includes('refused') || one.includes('settings-wrong')),
        path,
      ).toHaveLength(1);
  }
  expect(await statusOf(links.guest)).toBe(302);
  const entered = await jmb.ask(links.moderator);
  expect([entered.status, entered.headers.get('location')]).toEqual([302, expect.stringContaining('jwt=')]);
});

it.each([
  'JMB_LOG="jmb.log"',
  'JMB_LANG="de"',
  'JMB_ICAL_TZID="Europe/Pairs"',
  'JMB_URL="$(hostname)"',
  'JMB_DB=$(pwd)/jmb.db',
  'JMB_JWT_IN="body"',
  'JMB_ROOM_OPENS="soon"',
  'JMB_MAIL_DOMAIN=$(dnsdomainname)',
  'JMB_JWT_SECRET="never closed',
  'rm -rf /',
])('join.cgi lets people in whatever is wrong (%s)', async (line) => {
  writeFileSync(file, `${line}\n`);
  for (const path of [links.guest, links.moderator]) {
    const entered = await jmb.ask(path);
    expect([entered.status, entered.headers.get('location')]).toEqual([302, expect.stringMatching(/^\/\w{16}/)]);
  }
  expect(`${jmb.log()}${jmb.apacheLog()}`).toMatch(/settings-passed-over why="[^"]*(?:jmb_local\.cf|JMB_ICAL_TZID)/);
});

it('an unknown time zone stops no token', async () => {
  writeFileSync(file, `JMB_ICAL_TZID="Europe/Pairs"\n`);
  expect(await statusOf('/token.cgi?room=alice', 'alice')).toBe(302);
  expect(await statusOf('/booking.cgi', 'alice')).toBe(500);
});

it('who may book being unknown hides no meeting', async () => {
  writeFileSync(file, 'JMB_MODULE_CHECK_EDITOR="editor_role-ldap.sh"\n');
  const page = await jmb.ask('/booking.cgi', { as: 'alice' });
  const text = await page.text();
  expect(page.status).toBe(500);
  expect(text).toContain('Point hebdo');
  expect(text).toContain('contiennent une erreur');
  expect(jmb.log()).toContain('JMB_LDAPSEARCH: editor_role-ldap needs a directory, and none is set');
  expect(await statusOf('/booking.cgi?new', 'alice')).toBe(500);
});
