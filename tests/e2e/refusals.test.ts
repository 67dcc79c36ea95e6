/** Who is refused what, asked of the built programs through Apache: strangers, other users, forms from elsewhere, late comers. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../lib/store/store.ts';
import { openBrowser, windowOf } from '../support/browser.ts';
import { asFields, book, dayFromNow, hiddenFields } from '../support/forms.ts';
import { ACCEPT, DECLINE, JOIN, linkIn, mailsSince } from '../support/sent_mails.ts';
import { type Stage, stage } from '../support/stage.ts';

const GUEST = 'invite@ailleurs.test';
const MODERATOR = 'moderatrice@ailleurs.test';

let jmb: Stage;
let browser: Browser;
let meeting: { id: string; room: string };
let forms: Record<'alice' | 'bob' | 'carol', Record<string, string>>;
/** Ways in, by what they are. */
let links: Record<'join' | 'lead' | 'accept' | 'decline', string>;

beforeAll(async () => {
  jmb = await stage();
  browser = await openBrowser();
  const token = async (as: string) => hiddenFields(await jmb.ask('/booking.cgi?new', { as }));
  forms = { alice: await token('alice'), bob: await token('bob'), carol: await token('carol') };
  const saved = await book(jmb, 'alice', { guests: GUEST, moderators: MODERATOR, object: 'Conseil' }, forms.alice);
  expect(saved.status).toBe(303);
  const mails = await mailsSince(jmb, 0, 3);
  links = {
    join: linkIn(jmb, mails.get(GUEST), JOIN),
    lead: linkIn(jmb, mails.get(MODERATOR), JOIN),
    accept: linkIn(jmb, mails.get(GUEST), ACCEPT),
    decline: linkIn(jmb, mails.get(GUEST), DECLINE),
  };
  const [row] = rows() as [{ id: string; room: string }];
  meeting = { id: row.id, room: row.room };
});

afterAll(async () => {
  await browser?.close();
  await jmb?.stop();
});

/** Every meeting and attendee as they stand in the database. */
function rows(): readonly object[] {
  const store = openStore(jmb.db);
  try {
    return [
      ...store.all<object>(
        'SELECT CAST(meeting_id AS TEXT) AS id, meeting_name AS room, meeting_object, meeting_begin, meeting_end FROM meetings',
      ),
      ...store.all<object>('SELECT attendee_email, attendee_role, attendee_partstat, attendee_count FROM attendees'),
    ];
  } finally {
    store.close();
  }
}

/** Expects a page of refusal with these words, and that nothing was written or sent. */
async function refused(answer: Promise<Response>, status: number, words: RegExp): Promise<void> {
  const before = rows();
  const mails = jmb.mails.length;
  const given = await answer;
  const page = await given.text();
  expect(given.status, page).toBe(status);
  expect(given.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(given.headers.get('location')).toBeNull();
  expect(page).toMatch(words);
  expect(page).not.toMatch(/\bat .+\.(?:js|ts):\d+|Error:|SQLITE/);
  expect(rows()).toEqual(before);
  expect(jmb.mails.length).toBe(mails);
}

describe('a stranger', () => {
  it.each(['join.cgi?id=', 'join.cgi?accept&id=', 'invitation.cgi?decline&id=', 'ical.cgi?'])('%s', async (door) => {
    for (const hash of ['0123456789abcdef', '', '%00', "' OR '1'='1", '../../etc/passwd', 'é'.repeat(16)]) {
      await refused(jmb.ask(`/${door}${encodeURIComponent(hash)}`), 404, /Introuvable/);
    }
  });

  it('reads why in the language of the browser', () =>
    refused(
      jmb.ask('/join.cgi?id=nobody', { headers: { 'accept-language': 'en-GB' } }),
      404,
      /lang="en"[\s\S]*Not found/,
    ));

  it('does not get past Apache to booking and token', async () => {
    for (const path of ['/booking.cgi', '/cgi-bin/booking.cgi?new', `/token.cgi?room=${meeting.room}`]) {
      expect((await jmb.ask(path)).status).toBe(401);
    }
  });
});

describe('another user', () => {
  it.each(['edit', 'attendees', 'del'])('may not look: ?%s', (action) =>
    refused(jmb.ask(`/booking.cgi?${action}&id=${meeting.id}`, { as: 'bob' }), 403, /n’est pas la vôtre/),
  );

  it('may not change or delete, with a form token of their own and the right version', async () => {
    const form = { ...forms.bob, ...asFields({ object: 'à moi' }), conf_tsn: meeting.id, conf_version: '0' };
    await refused(jmb.ask('/booking.cgi?register_edit', { as: 'bob', form }), 403, /n’est pas la vôtre/);
    await refused(jmb.ask('/booking.cgi?del', { as: 'bob', form }), 403, /n’est pas la vôtre/);
  });

  it('gets no token for the room', () =>
    refused(jmb.ask(`/token.cgi?room=${meeting.room}`, { as: 'bob' }), 403, /Accès refusé/));

  it('who may not book does not', async () => {
    await refused(jmb.ask('/booking.cgi?new', { as: 'carol' }), 403, /Accès refusé/);
    await refused(
      jmb.ask('/booking.cgi?register_new', { as: 'carol', form: { ...forms.carol, ...asFields({}) } }),
      403,
      /Accès refusé/,
    );
  });
});

describe('a form that is not from here', () => {
  const own = () => ({ ...asFields({ object: 'piégé' }), conf_tsn: meeting.id, conf_version: '0' });

  it.each(['register_new', 'register_edit', 'del'])('%s', async (action) => {
    const post = (form: Record<string, string>, headers = {}) =>
      jmb.ask(`/booking.cgi?${action}`, { as: 'alice', form: { ...own(), ...form }, headers });
    await refused(post({}), 403, /ne vient pas d’ici/);
    await refused(post({ conf_token: '' }), 403, /ne vient pas d’ici/);
    await refused(post(forms.bob), 403, /ne vient pas d’ici/);
    await refused(post(forms.alice, { 'sec-fetch-site': 'cross-site' }), 403, /ne vient pas d’ici/);
    if (action !== 'del') await refused(jmb.ask(`/booking.cgi?${action}`, { as: 'alice' }), 405, /ne s’utilise pas/);
  });

  it('a real page of another origin, in the browser of someone signed in', async () => {
    const window = await windowOf(browser, jmb, 'alice');
    const page = await window.newPage();
    await page.goto('/booking.cgi');
    await window.route('http://evil.test/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${jmb.url}/booking.cgi?del"><input name="conf_tsn" value="${meeting.id}">
          <input name="conf_token" value="${forms.alice['conf_token']}"><button>Gagner</button></form>`,
      }),
    );
    const before = rows();
    await page.goto('http://evil.test/');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Accès refusé' }).waitFor();
    expect(rows()).toEqual(before);
    await window.close();
  });
});

it('a link followed by a scanner answers nothing', async () => {
  const before = rows();
  for (const link of [links.accept, links.decline, links.join]) {
    for (const method of ['HEAD', 'GET']) expect((await jmb.ask(link, { method })).status).toBe(200);
  }
  expect(rows()).toEqual(before);
});

describe('two windows on one meeting', () => {
  it('the second is told, keeps what was typed, and may then decide', async () => {
    const window = await windowOf(browser, jmb, 'alice');
    const [first, second] = [await window.newPage(), await window.newPage()];
    const save = (page: Page) => page.getByRole('button', { name: 'Enregistrer' }).click();
    for (const page of [first, second]) await page.goto(`/booking.cgi?edit&id=${meeting.id}`);
    await first.getByLabel('Objet').fill('Du premier onglet');
    await save(first);
    await first.waitForURL(/notice=changed_quietly&of=\d+#m\d+$/);

    await second.getByLabel('Objet').fill('Du second <onglet>');
    await second.locator('[name=conf_guests]').fill(`${GUEST}\nnouvelle@ailleurs.test`);
    await second.getByLabel('Durée').selectOption('120');
    const [answer] = await Promise.all([second.waitForResponse(/register_edit/), save(second)]);
    expect(answer.status()).toBe(409);
    expect(await second.getByRole('alert').innerText()).toContain('Du premier onglet');
    expect(await second.getByLabel('Objet').inputValue()).toBe('Du second <onglet>');
    expect(await second.locator('[name=conf_guests]').inputValue()).toBe(`${GUEST};\nnouvelle@ailleurs.test`);
    expect(await second.getByLabel('Durée').inputValue()).toBe('120');
    expect(JSON.stringify(rows())).toContain('Du premier onglet');

    await save(second);
    await second.waitForURL(/notice=changed(?:_going)?&of=\d+#m\d+$/);
    expect(JSON.stringify(rows())).toContain('Du second <onglet>');
    await window.close();
  });
});

it('nobody enters, answers or changes once it is over', async () => {
  const month = 30 * 86_400;
  const store = openStore(jmb.db);
  store.transaction(() =>
    store.run('UPDATE meetings SET meeting_begin = meeting_begin - ?, meeting_end = meeting_end - ?', month, month),
  );
  store.close();
  for (const link of [links.join, links.lead]) {
    const told = await jmb.ask(link);
    expect([told.status, await told.text()]).toEqual([200, expect.stringContaining('Elle s’est terminée le')]);
  }
  await refused(jmb.ask(links.accept, { form: {} }), 403, /terminée/);
  await refused(jmb.ask(links.decline), 403, /terminée/);
  await refused(jmb.ask(`/token.cgi?room=${meeting.room}`, { as: 'alice' }), 403, /terminée/);
  await refused(jmb.ask(`/booking.cgi?edit&id=${meeting.id}`, { as: 'alice' }), 403, /ne peut plus être modifiée/);
  const form = { ...forms.alice, ...asFields({ date: dayFromNow(9) }), conf_tsn: meeting.id, conf_version: '2' };
  await refused(jmb.ask('/booking.cgi?register_edit', { as: 'alice', form }), 403, /ne peut plus être modifiée/);
  expect((await jmb.ask('/booking.cgi?del', { as: 'alice', form })).status).toBe(303);
  await refused(jmb.ask('/booking.cgi?register_edit', { as: 'alice', form }), 404, /a été supprimée/);
});
