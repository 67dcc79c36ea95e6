/** What is kept of a directory's answers, whatever it answers and a database holds. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Directory, Found, Person } from '../../lib/people/directory.ts';
import { keptDirectory, STANDS_IN } from '../../lib/people/kept_directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { readSettings, SettingsError } from '../../lib/settings.ts';
import type { Store } from '../../lib/store/store.ts';
import { NOW, open } from '../store/scratch.ts';

const ALICE: Person = {
  ...{ uid: 'alice', email: 'alice.martin@example.org', name: 'Alice Martin', language: 'en' },
  aliases: ['amartin@example.org'],
};
const NOBODY: Person = { uid: 'nomail', email: null, name: null, aliases: [] };
const FOUND: readonly Found[] = [{ email: 'bob@example.org', name: 'Bob' }];

let store: Store;
let now: number;
let log: string[];
let asked: string[];
/** What the directory throws, if it does. */
let trouble: Error | undefined;

beforeEach(() => {
  store = open();
  now = NOW;
  log = [];
  asked = [];
  trouble = undefined;
});

const logged = { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) };

/** The directory as one request has it. */
function request(ldapsearch = 'ldapsearch -H ldap://x -b y'): Directory {
  const say = async <Answer>(question: string, answer: Answer): Promise<Answer> => {
    asked.push(question);
    if (trouble) throw trouble;
    return answer;
  };
  const directory: Directory = {
    personOf: (uid) => say(`person ${uid}`, uid === 'alice' ? ALICE : uid === 'nomail' ? NOBODY : null),
    find: (words) => say(`find ${words.join(' ')}`, FOUND),
    matches: (uid, filter) => say(`matches ${uid} ${filter}`, uid === 'alice'),
    peopleOf: () => say('people', new Map([['alice.martin@example.org', ALICE]])),
  };
  const settings = { ...readSettings('/nowhere', {}), JMB_LDAPSEARCH: ldapsearch };
  return keptDirectory(directory, { settings, store, clock: { now: () => now, nanoseconds: () => 0n }, log: logged });
}

const keep = (value: string) =>
  store.transaction(() => store.run('UPDATE directory_answer SET answer_value = ?', value));

describe('a kept answer', () => {
  it.each(['alice', 'nomail', 'stranger'])('about %s is what the directory said', async (uid) => {
    const said = await request().personOf(uid);
    expect(await request().personOf(uid)).toEqual(said);
    expect(said).toEqual(uid === 'alice' ? ALICE : uid === 'nomail' ? NOBODY : null);
    expect(asked).toHaveLength(1);
  });

  it('to one kind of question is none to another, nor to one of another place', async () => {
    await request().personOf('x');
    await request().find(['x'], 10);
    await request().find(['x', 'y'], 10);
    await request().matches('x', 'y');
    await request().matches('x', 'z');
    await request().find(['person', 'x'], 10);
    await request('ldapsearch -H ldap://x -b y -s one').personOf('x');
    await request('ldapsearch -H ldap://x -b z').personOf('x');
    await request('ldapsearch -H ldap://z -b y').personOf('x');
    await request('ldapsearch -H ldap://x -b y -D z -w p').personOf('x');
    expect(asked).toHaveLength(10);
    await request('ldapsearch -H ldap://x -b y -D z -w another').personOf('x');
    expect(asked).toHaveLength(10);
  });

  it.each([
    ['{"uid":"a","aliases":["b",3],"email":7,"name":null}', { uid: 'a', email: null, name: null, aliases: ['b', '3'] }],
    ['{"uid":"a","aliases":[],"language":"xx"}', { uid: 'a', email: null, name: null, aliases: [] }],
    ['{"uid":"a","aliases":[],"language":7}', { uid: 'a', email: null, name: null, aliases: [] }],
    [
      '{"uid":"a","aliases":[],"name":"A","language":"fr"}',
      { uid: 'a', email: null, name: 'A', aliases: [], language: 'fr' },
    ],
    ['null', null],
  ])('of a person may be %s', async (value, person) => {
    await request().personOf('alice');
    keep(value);
    expect(await request().personOf('alice')).toEqual(person);
    expect(asked).toHaveLength(1);
  });

  it.each(['{"uid":"a"}', '{"uid":"a","aliases":"b"}', '{"aliases":[]}', '"a"', '{', ''])(
    'of a person is none where it is %j',
    async (value) => {
      await request().personOf('alice');
      keep(value);
      expect(await request().personOf('alice')).toEqual(ALICE);
      expect(asked).toHaveLength(2);
    },
  );

  it.each([
    ['[]', []],
    [
      '[null,3,{"email":"a"},{"name":"A"},{"email":1,"name":"A"},{"email":"a","name":"A"}]',
      [{ email: 'a', name: 'A' }],
    ],
    ['{}', FOUND],
    ['null', FOUND],
  ])('of people who were found may be %s', async (value, people) => {
    await request().find(['x'], 10);
    keep(value);
    expect(await request().find(['x'], 10)).toEqual(people);
  });

  it.each(['1', '"true"', 'null', '{'])('of a filter is none where it is %s', async (value) => {
    await request().matches('stranger', 'y');
    keep(value);
    expect(await request().matches('stranger', 'y')).toBe(false);
    expect(asked).toHaveLength(2);
  });

  it('of the future is as old as it is ahead', async () => {
    await request().personOf('alice');
    now -= 599;
    await request().personOf('alice');
    expect(asked).toHaveLength(1);
    now -= 1;
    await request().personOf('alice');
    expect(asked).toHaveLength(2);
  });
});

describe('a directory that is silent', () => {
  const silent = new Unavailable('directory', 'ldap://x: no answer');

  it('is stood in for, in one line of the log a request, which says why and since when', async () => {
    const first = request();
    await first.personOf('alice');
    await first.matches('alice', 'y');
    now += 3600;
    trouble = silent;
    const second = request();
    expect(await second.personOf('alice')).toEqual(ALICE);
    expect(await second.matches('alice', 'y')).toBe(true);
    now += 7;
    expect(await request().personOf('alice')).toEqual(ALICE);
    expect(log).toEqual([
      'directory-silent {"for":"person","uid":"alice","kept":3600,"reason":"ldap://x: no answer"}',
      'directory-silent {"for":"person","uid":"alice","kept":3607,"reason":"ldap://x: no answer (7 s ago)"}',
    ]);
    expect(asked).toEqual(['person alice', 'matches alice y', 'person alice']);
  });

  it('is no answer where none is kept, and after a day', async () => {
    trouble = silent;
    await expect(request().personOf('alice')).rejects.toBe(silent);
    trouble = undefined;
    await request().personOf('alice');
    trouble = silent;
    now += STANDS_IN;
    await expect(request().personOf('alice')).rejects.toBe(silent);
    expect(log).toEqual([]);
  });

  it('of another place is asked', async () => {
    const other = 'ldapsearch -H ldap://z -b y';
    await request().personOf('alice');
    await request(other).personOf('alice');
    now += 3600;
    trouble = silent;
    await request().personOf('alice');
    await request(other).personOf('alice');
    expect(asked).toHaveLength(4);
  });

  it.each([
    new SettingsError('JMB_LDAPSEARCH', 0, 'no server is named'),
    new Unavailable('module', 'ours: boom'),
    new Error('a bug'),
  ])('is not what throws %s', async (error) => {
    await request().personOf('alice');
    now += 3600;
    trouble = error;
    await expect(request().personOf('alice')).rejects.toBe(error);
    expect(store.get('SELECT count(*) AS n FROM directory_answer')).toEqual({ n: 1 });
  });
});
