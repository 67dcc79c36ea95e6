/** Searching for people: whom one has invited before and whom the directory knows, for editors, and not without end. */
import { describe, expect, it } from 'vitest';
import { door } from '../../cgi-bin/booking.ts';
import { routeOf } from '../../lib/http/route.ts';
import { peopleFind } from '../../lib/pages/people_field.ts';
import type { Directory, Found } from '../../lib/people/directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { BOB, OUTSIDER, type Site, site } from './site.ts';

const DAY = 86_400;
const ANNE: Found = { email: 'anne.durand@example.org', name: 'Anne Durand' };
const BOBBY: Found = { email: BOB, name: 'Bob « Bobby » Durand' };

/** A directory that gives this, and notes what it was asked. */
function directoryOf(found: readonly Found[] | Error, asked: string[] = [], isEditor = true): Directory {
  return {
    personOf: async () => null,
    peopleOf: async () => new Map(),
    matches: async () => isEditor,
    find: async (words) => {
      asked.push(words.join(' '));
      if (found instanceof Error) throw found;
      return found;
    },
  };
}

const search = (jmb: Site, text: string, later = 0, as = 'alice') =>
  jmb.ask(peopleFind, { as, query: `people=${encodeURIComponent(text)}`, later });

const found = async (jmb: Site, text: string, as = 'alice') => JSON.parse((await search(jmb, text, 0, as)).body);

it('names whom one has invited before, the latest first, then those of the directory, each once', async () => {
  const jmb = site('', directoryOf([ANNE, BOBBY]));
  jmb.meeting(-40 * DAY, { guests: ['durand@ailleurs.test', BOB] });
  jmb.meeting(-2 * DAY, { guests: [BOB] });
  expect(await found(jmb, 'durand')).toEqual([
    { name: 'Bob « Bobby » Durand', email: BOB, source: 'before' },
    { name: 'Durand', email: 'durand@ailleurs.test', source: 'before' },
    { name: 'Anne Durand', email: ANNE.email, source: 'directory' },
  ]);
  // Nobody is found by whom somebody else has invited.
  expect(await found(jmb, 'durand', 'carol')).toHaveLength(2);
});

it('finds them by the names that they have in a meeting, by any words of them, without case and accents', async () => {
  const jmb = site();
  jmb.meeting(DAY, { guests: [OUTSIDER], names: new Map([[OUTSIDER, 'Müller, Inès']]) });
  for (const text of ['ines mul', 'MÜLLER', 'inès.muller', ' ailleurs, in ']) {
    expect(await found(jmb, text)).toEqual([{ name: 'Müller, Inès', email: OUTSIDER, source: 'before' }]);
  }
  expect(await found(jmb, 'ines x')).toEqual([]);
});

it('names those of the directory by their names, whose begin with what was typed first', async () => {
  const known = ['Ève Montdurand', 'Zoé Durand', 'Élise Durand', 'Durand Yves'];
  const jmb = site('', directoryOf(known.map((name, at) => ({ name, email: `p${at}@example.org` }))));
  const people: Found[] = await found(jmb, 'durand');
  expect(people.map(({ name }) => name)).toEqual(['Durand Yves', 'Élise Durand', 'Zoé Durand', 'Ève Montdurand']);
});

it('names ten at most, and not oneself', async () => {
  const many = Array.from({ length: 30 }, (_, at) => ({ email: `p${at}@example.org`, name: `Pat ${at}` }));
  const jmb = site('', directoryOf([{ email: 'alice.martin@example.org', name: 'Alice Martin' }, ...many]));
  const people = await found(jmb, 'pat');
  expect(people).toHaveLength(10);
  expect(people[0].email).toBe('p0@example.org');
});

it('is JSON that no browser takes for anything else, and no cache keeps', async () => {
  const { status, headers } = await search(site(), 'bob');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('private, no-store');
});

describe('what is asked of the directory', () => {
  it.each(['', ' ', 'a', '*', '(', '()*\\\0&|!=~<>'.repeat(25), 'x'.repeat(101), 'a b c d e f g', `${'w'.repeat(41)}`])(
    'nothing for %j',
    async (text) => {
      const asked: string[] = [];
      const jmb = site('', directoryOf([ANNE], asked));
      expect(await found(jmb, text)).toEqual([]);
      expect(asked).toEqual([]);
    },
  );

  it.each([
    ['*)(uid=*', 'uid'],
    ['durand)(|(mail=*))', 'durand mail'],
    ['Jean-Pierre O’Neill', 'Jean-Pierre O’Neill'],
    ['bob.durand@example', 'bob durand example'],
  ])('words alone for %j', async (text, words) => {
    const asked: string[] = [];
    await search(site('', directoryOf([], asked)), text);
    expect(asked).toEqual([words]);
  });
});

it('a directory that is silent is said to be, beside whom one has invited before', async () => {
  const jmb = site('', directoryOf(new Unavailable('directory', 'no answer')));
  jmb.meeting(DAY, { guests: [BOB] });
  const { status, body } = await search(jmb, 'durand');
  expect(status).toBe(503);
  expect(JSON.parse(body)).toEqual([{ name: 'Bob Durand', email: BOB, source: 'before' }]);
});

it('who is no editor gets no names, and has nothing asked', async () => {
  const asked: string[] = [];
  const jmb = site('JMB_MODULE_CHECK_EDITOR="editor_role-ldap"', directoryOf([ANNE], asked, false));
  jmb.meeting(DAY, { guests: [BOB] });
  for (const as of ['alice', 'carol']) {
    const { status, body } = await search(jmb, 'durand', 0, as);
    expect(status).toBe(403);
    expect(body).not.toMatch(/Anne|bob\.durand/);
  }
  expect((await jmb.ask(peopleFind, { query: 'people=durand' })).status).toBe(403);
  expect(asked).toEqual([]);
});

it('another site has nobody asked', async () => {
  const asked = await site().ask(peopleFind, {
    as: 'alice',
    query: 'people=bob',
    env: { HTTP_SEC_FETCH_SITE: 'cross-site' },
  });
  expect(asked.status).toBe(403);
});

it('the sixty-first search within a minute is refused until the next', async () => {
  const jmb = site();
  for (let times = 0; times < 60; times += 1) expect((await search(jmb, 'bob', times % 20)).status).toBe(200);
  expect((await search(jmb, 'bob', 20)).status).toBe(429);
  expect((await search(jmb, 'bob', 20, 'carol')).status).toBe(200);
  expect((await search(jmb, 'bob', 60)).status).toBe(200);
});

it('its address is ?people=TEXT, also without a text', () => {
  const at = (query: string) =>
    routeOf(door.routes, { method: 'GET', query, body: new Uint8Array(), env: {} })?.GET?.handler;
  expect(at('people=dur')).toBe(peopleFind);
  expect(at('people=')).toBe(peopleFind);
  expect(at('people')).toBeUndefined();
  expect(at('id=people=')).not.toBe(peopleFind);
});
