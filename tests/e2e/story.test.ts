/** The whole story, in a real browser behind Apache: from a booking to its end, with every mail that it causes. */
import { jwtVerify } from 'jose';
import type { ParsedMail } from 'mailparser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../lib/store/store.ts';
import { longDate } from '../../lib/text/dates.ts';
import { processZone } from '../../lib/text/zones.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import {
  ACCEPT,
  calendarOf,
  DECLINE,
  everythingIn,
  JOIN,
  linkIn,
  mailsSince,
  secretsIn,
} from '../support/sent_mails.ts';
import { STAGE_SECRET, type Stage, stage } from '../support/stage.ts';

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const MODERATOR = 'moderatrice@ailleurs.test';
const GUEST = 'invite@notexample.org';
const SUBJECT = 'Soutenance d’Élodie "finale" <jury> & co 🎓';

let jmb: Stage;
let browser: Browser;
let alice: Page;
let seen: ReadonlyMap<string, ParsedMail> = new Map();

beforeAll(async () => {
  // The meeting of the story is days away: its room opens all the same, and its tokens last.
  jmb = await stage({ settings: { JMB_ROOM_OPENS: '', JMB_JWT_TTL: String(30 * 86_400) } });
  browser = await openBrowser();
  alice = await (await windowOf(browser, jmb, 'alice', { viewport: { width: 1280, height: 900 } })).newPage();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const invitation = (address: string, link: RegExp) => linkIn(jmb, seen.get(address), link);

/** The window in which somebody follows a link; `done` gets the page that it leads to. */
async function follow(link: string, done: (page: Page) => unknown, as?: string): Promise<void> {
  const window = await windowOf(browser, jmb, as, phone);
  const page = await window.newPage();
  await page.goto(link);
  await done(page);
  await window.close();
}

/** When the one meeting ends, and its room. */
function booked(): { end: number; room: string } {
  const store = openStore(jmb.db);
  try {
    const row = store.get<{ end: number; room: string }>(
      'SELECT meeting_end AS end, meeting_name AS room FROM meetings',
    );
    expect(row).toBeDefined();
    return row ?? { end: 0, room: '' };
  } finally {
    store.close();
  }
}

test('alice books for bob, a moderator and a guest from outside; each gets the right mail', async () => {
  await alice.goto('/booking.cgi');
  await alice.getByRole('link', { name: 'Nouvelle réunion' }).click();
  await alice.getByLabel('Objet').fill(SUBJECT);
  await alice.getByLabel('Date', { exact: true }).fill(dayFromNow(7));
  await alice.getByLabel('Heure de début').fill('14:30');
  await alice.getByLabel('Durée').selectOption('60');
  await alice.getByLabel('Invités').fill(`${BOB}\n${GUEST}`);
  await alice.getByLabel('Modérateurs').fill(MODERATOR);
  await alice.getByRole('button', { name: 'Enregistrer et inviter' }).click();
  await alice.waitForURL(/list&notice=booked(?:_going)?&of=\d+#m\d+$/);
  seen = await mailsSince(jmb, 0, 4);
  expect([...seen.keys()].sort()).toEqual([ALICE, BOB, GUEST, MODERATOR].sort());
  const title: Readonly<Record<string, string>> = {
    [ALICE]: 'Votre réunion est réservée',
    [BOB]: 'Invitation à une réunion',
    [GUEST]: 'Invitation à une réunion',
    [MODERATOR]: 'Invitation à modérer une réunion',
  };
  for (const [address, mail] of seen) {
    expect(mail.subject).toBe(
      `${title[address]}\u00a0: ${SUBJECT} – ${longDate({ language: 'fr', zone: processZone }, booked().end)}`,
    );
    expect(mail.from?.value[0]).toMatchObject({ name: 'Alice Martin (Visio Example)', address: 'noreply@example.org' });
    expect(mail.replyTo?.value[0]?.address).toBe(ALICE);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(calendarOf(mail)).toMatch(/METHOD:REQUEST[\s\S]*SEQUENCE:0/);
    for (const body of [mail.text, mail.html || '']) {
      expect(body).toContain('14:30');
      expect(body).toMatch(/Durée[\s\S]*1\u00a0h/);
    }
  }
});

test('a mail is worded for its reader, and holds no link of anybody else', () => {
  const { room } = booked();
  for (const [address, mail] of seen) {
    const all = everythingIn(mail);
    expect(all.includes(`${jmb.url}/token.cgi?room=${room}`), address).toBe(address === ALICE);
    expect(secretsIn(mail).size, address).toBe(address === ALICE ? 0 : 1);
    // Who else is invited is told to those who run the meeting.
    for (const other of [BOB, GUEST, MODERATOR].filter((one) => one !== address)) {
      expect(all.includes(other), `${other} in the mail to ${address}`).toBe([ALICE, MODERATOR].includes(address));
    }
  }
  const secrets = [...seen.values()].flatMap((mail) => [...secretsIn(mail)]);
  expect(new Set(secrets).size).toBe(3);
  for (const address of [BOB, GUEST, MODERATOR]) {
    for (const link of [JOIN, ACCEPT, DECLINE]) invitation(address, link);
  }
});

test('the guest accepts from a phone; alice sees it; bob declines', async () => {
  await follow(invitation(GUEST, ACCEPT), async (page) => {
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Accepter cette invitation');
    expect(await page.getByText(SUBJECT).count()).toBe(1);
    await page.getByRole('button', { name: 'Accepter' }).tap();
    await page.getByRole('heading', { name: 'Vous avez accepté cette invitation' }).waitFor();
  });

  await alice.goto('/booking.cgi');
  await alice.getByText('1 oui · 0 non · 2 en attente').click();
  await alice.getByRole('heading', { name: 'Suivi des participants' }).waitFor();
  expect(await alice.getByRole('row', { name: new RegExp(GUEST) }).innerText()).toContain('Acceptée');

  const window = await windowOf(browser, jmb, 'bob');
  const bob = await window.newPage();
  await bob.goto('/booking.cgi');
  await bob.getByRole('button', { name: `Décliner ${SUBJECT}` }).click();
  await bob.waitForURL(/notice=declined&of=\d+#m\d+$/);
  expect(await bob.getByText('Vous avez décliné').count()).toBe(1);
  await window.close();
  // Alice hears of it at once, and of no yes.
  const heard = (await mailsSince(jmb, 4, 1)).get(ALICE);
  expect(heard?.text).toContain('1 oui · 1 non · 1 en attente');
});

test('alice moves the meeting, and everyone is told', async () => {
  await alice.goto('/booking.cgi');
  await alice.getByRole('link', { name: `Modifier ${SUBJECT}` }).click();
  expect(await alice.getByLabel('Objet').inputValue()).toBe(SUBJECT);
  await alice.getByLabel('Heure de début').fill('16:00');
  await alice.getByRole('button', { name: 'Enregistrer' }).click();
  await alice.waitForURL(/notice=changed(?:_going)?&of=\d+#m\d+$/);
  const mails = await mailsSince(jmb, 5, 4);
  for (const [address, mail] of mails) {
    expect(mail.text).toContain('16:00');
    expect(mail.text).not.toContain('14:30');
    expect(calendarOf(mail)).toMatch(/METHOD:REQUEST[\s\S]*SEQUENCE:1/);
    if (address !== ALICE) expect(linkIn(jmb, mail, JOIN)).toBe(invitation(address, JOIN));
  }
});

test('the moderator from outside enters with a token that an independent library accepts', async () => {
  const { room, end } = booked();
  const asked = Math.floor(Date.now() / 1000);
  await follow(invitation(MODERATOR, JOIN), async (page) => {
    const address = new URL(page.url());
    expect(address.origin + address.pathname).toBe(`${jmb.url}/${room}`);
    const { payload, protectedHeader } = await jwtVerify(
      address.searchParams.get('jwt') ?? '',
      new TextEncoder().encode(STAGE_SECRET),
      { issuer: 'jmb', audience: 'jitsi', subject: 'meet.example.org', algorithms: ['HS256'] },
    );
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toMatchObject({ room, exp: end + 300 });
    expect((payload.nbf ?? 0) - (asked - 10)).toBeGreaterThanOrEqual(0);
    expect((payload.nbf ?? 0) - (asked - 10)).toBeLessThan(10);
    expect(payload['context']).toMatchObject({
      user: { name: 'Moderatrice', email: MODERATOR, affiliation: 'owner', moderator: 'true' },
    });
  });
});

test('the guest enters without a token, the owner with one of her own, bob is a guest wherever he comes from', async () => {
  const { room } = booked();
  for (const address of [GUEST, BOB]) {
    await follow(invitation(address, JOIN), (page) => expect(page.url()).toBe(`${jmb.url}/${room}`));
  }
  const token = linkIn(jmb, seen.get(ALICE), /\/token\.cgi\?room=\w+/);
  await follow(token, (page) => expect(page.url()).toMatch(new RegExp(`/${room}\\?jwt=`)), 'alice');
  await follow(token, (page) => expect(page.getByRole('heading', { level: 1 }).count()).resolves.toBe(1), 'bob');
  expect((await jmb.ask(token, { as: 'bob' })).status).toBe(403);
  await alice.goto('/booking.cgi');
  // Who had accepted was asked anew when the meeting was moved.
  await alice.getByText('0 oui · 0 non · 3 en attente').click();
  for (const address of [GUEST, BOB, MODERATOR]) {
    expect(
      await alice
        .getByRole('row', { name: new RegExp(address) })
        .locator('td')
        .last()
        .innerText(),
    ).toBe('1');
  }
});

test('alice deletes it, and the cancellation goes out', async () => {
  const before = jmb.mails.length;
  await alice.goto('/booking.cgi');
  await alice.getByRole('link', { name: `Supprimer ${SUBJECT}` }).click();
  await alice.getByRole('heading', { name: /Supprimer cette réunion/ }).waitFor();
  await alice.getByRole('button', { name: 'Supprimer' }).click();
  await alice.waitForURL(/notice=removed$/);
  const mails = await mailsSince(jmb, before, 4);
  const uid = /UID:(\S+)/.exec(calendarOf(seen.get(GUEST)))?.[1];
  for (const mail of mails.values()) {
    expect(calendarOf(mail)).toContain('METHOD:CANCEL');
    expect(calendarOf(mail)).toContain('STATUS:CANCELLED');
    expect(calendarOf(mail)).toContain(`UID:${uid}`);
    expect(Number(/SEQUENCE:(\d+)/.exec(calendarOf(mail))?.[1])).toBeGreaterThan(1);
  }
  expect((await jmb.ask(invitation(GUEST, JOIN))).status).toBe(410);
  expect(await alice.getByText(SUBJECT).count()).toBe(0);
});
