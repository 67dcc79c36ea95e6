/** The whole story, in a real browser behind Apache: from a booking to its end, with every mail that it causes. */
import { jwtVerify } from 'jose';
import { type ParsedMail, simpleParser } from 'mailparser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { dayFromNow } from '../support/forms.ts';
import { STAGE_SECRET, type Stage, stage } from '../support/stage.ts';

const ALICE = 'alice.martin@example.org';
const BOB = 'bob.durand@example.org';
const MODERATOR = 'moderatrice@ailleurs.test';
const GUEST = 'invite@notexample.org';
const SUBJECT = 'Soutenance d’Élodie "finale" <jury> & co 🎓';

let jmb: Stage;
let browser: Browser;
let alice: Page;
const seen = new Map<string, ParsedMail>();

beforeAll(async () => {
  jmb = await stage();
  browser = await openBrowser();
  alice = await (await windowOf(browser, jmb, 'alice', { viewport: { width: 1280, height: 900 } })).newPage();
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** The mails that came since `from`, by recipient, once there are so many. */
async function mailsSince(from: number, count: number): Promise<ReadonlyMap<string, ParsedMail>> {
  const all = await jmb.mailsOnceThereAre(from + count);
  expect(all).toHaveLength(from + count);
  const mails = new Map<string, ParsedMail>();
  for (const { to, raw } of all.slice(from)) {
    expect(to).toHaveLength(1);
    mails.set(to[0] ?? '', await simpleParser(raw));
  }
  return mails;
}

/** A link of a mail, as the path that it leads to here. */
function linkIn(mail: ParsedMail | undefined, pattern: RegExp): string {
  const found = new RegExp(`${jmb.url}(${pattern.source})`).exec(mail?.text ?? '');
  expect(found, `${pattern} in ${mail?.text}`).not.toBeNull();
  return found?.[1] ?? '';
}

/** The calendar part. */
function calendarOf(mail: ParsedMail | undefined): string {
  const part = mail?.attachments.find(({ contentType }) => contentType === 'text/calendar');
  return part?.content.toString().replace(/\r\n[ \t]/g, '') ?? '';
}

const JOIN = /\/join\.cgi\?id=\w+/;
const ACCEPT = /\/join\.cgi\?accept&id=\w+/;
const DECLINE = /\/join\.cgi\?decline&id=\w+/;

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
  await alice.waitForURL(/list&notice=booked$/);
  const mails = await mailsSince(0, 4);
  expect([...mails.keys()].sort()).toEqual([ALICE, BOB, GUEST, MODERATOR].sort());
  for (const [address, mail] of mails) {
    seen.set(address, mail);
    expect(mail.subject).toContain(SUBJECT);
    expect(mail.from?.value[0]?.address).toBe('noreply@example.org');
    expect(mail.replyTo?.value[0]?.address).toBe(ALICE);
    expect(calendarOf(mail)).toMatch(/METHOD:REQUEST[\s\S]*SEQUENCE:0/);
  }
  expect(mails.get(ALICE)?.text).toContain(`${jmb.url}/token.cgi?room=`);
  for (const address of [BOB, GUEST, MODERATOR]) linkIn(mails.get(address), JOIN);
});

test('the guest accepts from a phone; alice sees it; bob declines', async () => {
  const phone = await windowOf(browser, jmb, undefined, { viewport: { width: 360, height: 740 }, hasTouch: true });
  const page = await phone.newPage();
  await page.goto(linkIn(seen.get(GUEST), ACCEPT));
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Accepter cette invitation');
  expect(await page.getByText(SUBJECT).count()).toBe(1);
  await page.getByRole('button', { name: 'Accepter' }).tap();
  await page.getByRole('heading', { name: 'Vous avez accepté cette invitation' }).waitFor();
  await phone.close();

  await alice.goto('/booking.cgi');
  expect(await alice.getByText('1 sur 3 ont accepté').count()).toBe(1);
  await alice.getByText('1 sur 3 ont accepté').click();
  await alice.getByRole('heading', { name: 'Suivi des participants' }).waitFor();
  expect(await alice.getByRole('row', { name: new RegExp(GUEST) }).innerText()).toContain('Acceptée');

  const window = await windowOf(browser, jmb, 'bob');
  const bob = await window.newPage();
  await bob.goto('/booking.cgi');
  await bob.getByRole('button', { name: `Décliner ${SUBJECT}` }).click();
  await bob.waitForURL(/notice=declined$/);
  expect(await bob.getByText('Vous avez décliné').count()).toBe(1);
  await window.close();
});

test('alice moves the meeting, and everyone is told', async () => {
  await alice.goto('/booking.cgi');
  await alice.getByRole('link', { name: `Modifier ${SUBJECT}` }).click();
  await alice.getByLabel('Heure de début').fill('16:00');
  await alice.getByRole('button', { name: 'Enregistrer' }).click();
  await alice.waitForURL(/notice=changed$/);
  const mails = await mailsSince(4, 4);
  for (const [address, mail] of mails) {
    expect(mail.text).toContain('16:00');
    expect(calendarOf(mail)).toMatch(/METHOD:REQUEST[\s\S]*SEQUENCE:1/);
    if (address !== ALICE) expect(linkIn(mail, JOIN)).toBe(linkIn(seen.get(address), JOIN));
  }
});

test('the moderator from outside enters with a token that an independent library accepts, the guest without', async () => {
  const asModerator = await jmb.ask(linkIn(seen.get(MODERATOR), JOIN));
  expect(asModerator.status).toBe(302);
  const [room, token] = (asModerator.headers.get('location') ?? '').slice(1).split('?jwt=');
  const { payload } = await jwtVerify(token ?? '', new TextEncoder().encode(STAGE_SECRET), {
    issuer: 'jmb',
    audience: 'jitsi',
    subject: 'meet.example.org',
    algorithms: ['HS256'],
  });
  expect(payload['room']).toBe(room);
  const asGuest = await jmb.ask(linkIn(seen.get(GUEST), JOIN));
  expect(asGuest.headers.get('location')).toBe(`/${room}`);
  const asOwner = await jmb.ask(`/token.cgi?room=${room}`, { as: 'alice' });
  expect(asOwner.headers.get('location')).toMatch(new RegExp(`^/${room}\\?jwt=`));
  expect((await jmb.ask(`/token.cgi?room=${room}`, { as: 'bob' })).status).toBe(403);
});

test('strangers, other users and late comers are refused', async () => {
  expect((await jmb.ask('/join.cgi?id=0123456789abcdef')).status).toBe(404);
  await alice.goto('/booking.cgi');
  const edit = await alice.getByRole('link', { name: `Modifier ${SUBJECT}` }).getAttribute('href');
  expect((await jmb.ask(`/${edit}`, { as: 'bob' })).status).toBe(403);
  expect((await jmb.ask(`/${edit}`, { as: 'carol' })).status).toBe(403);
  const store = openStore(jmb.db);
  const shift = (seconds: number) =>
    store.transaction(() =>
      store.run(
        'UPDATE meetings SET meeting_begin = meeting_begin + ?, meeting_end = meeting_end + ?',
        seconds,
        seconds,
      ),
    );
  try {
    shift(-30 * 86_400);
    for (const path of [linkIn(seen.get(GUEST), JOIN), linkIn(seen.get(BOB), DECLINE), `/${edit}`]) {
      expect((await jmb.ask(path, { as: 'alice' })).status, path).toBe(403);
    }
  } finally {
    shift(30 * 86_400);
    store.close();
  }
});

test('alice deletes it, and the cancellation goes out', async () => {
  const before = jmb.mails.length;
  await alice.goto('/booking.cgi');
  await alice.getByRole('link', { name: `Supprimer ${SUBJECT}` }).click();
  await alice.getByRole('heading', { name: /Supprimer cette réunion/ }).waitFor();
  await alice.getByRole('button', { name: 'Supprimer' }).click();
  await alice.waitForURL(/notice=removed$/);
  const mails = await mailsSince(before, 4);
  const uid = /UID:(\S+)/.exec(calendarOf(seen.get(GUEST)))?.[1];
  for (const mail of mails.values()) {
    expect(calendarOf(mail)).toContain('METHOD:CANCEL');
    expect(calendarOf(mail)).toContain(`UID:${uid}`);
    expect(Number(/SEQUENCE:(\d+)/.exec(calendarOf(mail))?.[1])).toBeGreaterThan(1);
  }
  expect((await jmb.ask(linkIn(seen.get(GUEST), JOIN))).status).toBe(404);
  expect(await alice.getByText(SUBJECT).count()).toBe(0);
});
