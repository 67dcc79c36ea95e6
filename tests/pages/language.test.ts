/** The language of pages: chosen on each of them, kept by the browser, and what counts where nobody chose. */
import { expect, it } from 'vitest';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { meetingList } from '../../lib/pages/meeting_list.ts';
import { meetingBook } from '../../lib/pages/meeting_save.ts';
import { BOB, site } from './site.ts';

const LINK = /<footer><a href="([^"]*)" lang="(\w\w)" hreflang="\2">([^<]*)<\/a>/;

function linkIn(body: string): string[] {
  return (LINK.exec(body) ?? []).slice(1).map((one) => one.replace(/&amp;/g, '&').replace(/&#x3D;/g, '='));
}

it('every page offers the other one, at the same address; the browser keeps what was chosen', async () => {
  const jmb = site();
  const { attendees } = jmb.meeting(86_400);
  const hash = attendees.find(({ email }) => email === BOB)?.hash ?? '';
  const door = { SCRIPT_NAME: '/join.cgi' };
  const page = await jmb.ask(answerAsk, { query: `answer&id=${hash}`, env: door });
  expect(page.body).toContain('<html lang="fr">');
  expect(linkIn(page.body)).toEqual([`?answer&id=${hash}&lang=en`, 'en', 'English']);
  const english = await jmb.ask(answerAsk, { query: `answer&id=${hash}&lang=en`, env: door });
  expect(english.body).toContain('<html lang="en">');
  expect(linkIn(english.body)).toEqual([`?answer&id=${hash}&lang=fr`, 'fr', 'Français']);
  expect(english.cookies).toEqual(['jmb_lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly']);
  const cookie = { HTTP_COOKIE: 'viajmb=1; jmb_lang=en', HTTP_ACCEPT_LANGUAGE: 'fr' };
  const later = await jmb.ask(meetingList, { as: 'bob', query: 'list', env: cookie });
  expect(later.body).toContain('<html lang="en">');
  expect(later.cookies.filter((one) => one.startsWith('jmb_lang'))).toEqual([]);
  const https = await jmb.ask(meetingList, { as: 'bob', query: 'lang=fr', env: { ...cookie, HTTPS: 'on' } });
  expect(https.body).toContain('<html lang="fr">');
  expect(https.cookies).toContain('jmb_lang=fr; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure');
});

it('what answers a form leads on to a page that has an address', async () => {
  const jmb = site();
  const { attendees } = jmb.meeting(86_400);
  const hash = attendees.find(({ email }) => email === BOB)?.hash ?? '';
  const wrong = await jmb.ask(meetingBook, {
    as: 'alice',
    query: 'register_new',
    form: { conf_token: jmb.token('alice') },
  });
  expect(linkIn(wrong.body)[0]).toBe('?list&lang=en');
  const long = await jmb.ask(answerGive, {
    query: `decline&id=${hash}`,
    form: { comment: 'x'.repeat(301) },
    env: { SCRIPT_NAME: '/join.cgi' },
  });
  expect(linkIn(long.body)[0]).toBe(`?decline&id=${hash}&lang=en`);
});

it.each([
  ['', 'en', 'en'],
  ['de', 'en', 'en'],
  ['fr', 'en', 'fr'],
  ['', 'fr', 'fr'],
])('a browser that asks for %j where the house speaks %s reads %s', async (asked, house, read) => {
  const jmb = site(`JMB_LANG="${house}"`);
  const { body } = await jmb.ask(meetingList, { as: 'alice', query: 'list', env: { HTTP_ACCEPT_LANGUAGE: asked } });
  expect(body).toContain(`<html lang="${read}">`);
});

it('an address or a cookie that names none of ours chooses nothing', async () => {
  const jmb = site();
  for (const env of [{}, { HTTP_COOKIE: 'jmb_lang=de' }, { HTTP_COOKIE: 'jmb_lang=' }]) {
    const page = await jmb.ask(meetingList, { as: 'alice', query: 'list&lang=xx', env });
    expect(page.body).toContain('<html lang="fr">');
    expect(page.cookies.filter((one) => one.startsWith('jmb_lang'))).toEqual([]);
    expect(linkIn(page.body)[0]).toBe('?list&lang=en');
  }
});
