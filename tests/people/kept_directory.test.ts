/** Answers of a real directory that are kept: asked once in a while, and given for a day where it is silent. */
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isEditor } from '../../lib/people/check_modules.ts';
import { type Directory, openDirectory } from '../../lib/people/directory.ts';
import { identityOf } from '../../lib/people/identity.ts';
import { keptDirectory, STANDS_IN } from '../../lib/people/kept_directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { readSettings, type Settings } from '../../lib/settings.ts';
import { forgetAnswers, keepAnswer } from '../../lib/store/people.ts';
import type { Store } from '../../lib/store/store.ts';
import { NOW, open } from '../store/scratch.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';

const EMPLOYEE = '(eduPersonAffiliation=employee)';

let slapd: Slapd;
beforeAll(async () => {
  slapd = await startSlapd();
});
afterAll(() => slapd.stop());

let store: Store;
let now: number;
let log: string[];
let asked: string[];
beforeEach(() => {
  store = open();
  now = NOW;
  log = [];
  asked = [];
});

function settings(more: Partial<Settings> = {}): Settings {
  return {
    ...readSettings('/nowhere', {}),
    JMB_LDAPSEARCH: slapd.ldapsearch,
    JMB_MODULE_CHECK_EDITOR: 'editor_role-ldap',
    JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: EMPLOYEE,
    ...more,
  };
}

/** The directory as one request has it; what it is really asked is written down. */
function request(more: Partial<Settings> = {}): Directory {
  const read = settings(more);
  const real = openDirectory(read, 2000);
  if (real === null) throw new Error('no directory');
  const note = <Answer>(what: string, answer: Answer): Answer => {
    asked.push(what);
    return answer;
  };
  const counted: Directory = {
    personOf: (uid) => note(`person ${uid}`, real.personOf(uid)),
    find: (words, most) => note(`find ${words.join(' ')}`, real.find(words, most)),
    matches: (uid, filter) => note(`matches ${uid}`, real.matches(uid, filter)),
    peopleOf: (addresses) => note('people', real.peopleOf(addresses)),
  };
  const event = (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`);
  return keptDirectory(counted, { settings: read, store, clock: { ...CLOCK, now: () => now }, log: { event } });
}

const CLOCK = { nanoseconds: () => 0n };

describe('a question', () => {
  it('is asked once in JMB_LDAP_KEEP minutes for each person, whoever asks', async () => {
    const before = await request().personOf('alice');
    expect(await request().personOf('alice')).toEqual(before);
    expect(before?.email).toBe('alice.martin@example.org');
    expect(await request().matches('alice', EMPLOYEE)).toBe(true);
    expect(await request().matches('carol', EMPLOYEE)).toBe(false);
    expect(await request().matches('carol', EMPLOYEE)).toBe(false);
    expect(await request().personOf('nobody')).toBeNull();
    expect(await request().personOf('nobody')).toBeNull();
    expect(asked).toEqual(['person alice', 'matches alice', 'matches carol', 'person nobody']);
    now += 599;
    await request().personOf('alice');
    expect(asked).toHaveLength(4);
    now += 1;
    await request().personOf('alice');
    expect(asked).toHaveLength(5);
  });

  it('for people by name is asked once, too', async () => {
    const bob = [{ email: 'bob.durand@example.org', name: 'Bob « Bobby » Durand' }];
    for (const words of [['dur'], ['dur'], ['dur', 'bob']]) expect(await request().find(words, 10)).toEqual(bob);
    expect(asked).toEqual(['find dur', 'find dur bob']);
  });

  it('is another one by another filter, of another directory, or with other people', async () => {
    await request().matches('alice', EMPLOYEE);
    await request().matches('alice', '(cn=*)');
    await request().matches('bob', EMPLOYEE);
    const other = slapd.ldapsearch.replace(slapd.base, 'dc=example,dc=org');
    expect(other).not.toBe(slapd.ldapsearch);
    await request({ JMB_LDAPSEARCH: other }).matches('alice', EMPLOYEE);
    expect(asked).toHaveLength(4);
  });

  it('is asked each time with JMB_LDAP_KEEP=0, and about addresses', async () => {
    for (let round = 0; round < 2; round += 1) {
      await request({ JMB_LDAP_KEEP: 0 }).matches('alice', EMPLOYEE);
      await request().peopleOf(['alice.martin@example.org']);
    }
    expect(asked).toEqual(['matches alice', 'people', 'matches alice', 'people']);
    expect(store.get('SELECT count(*) AS n FROM directory_answer')).toEqual({ n: 0 });
  });

  it('is answered although nothing can be kept, after a bounded wait', async () => {
    const busy = new Database(store.file);
    busy.exec('BEGIN IMMEDIATE');
    try {
      const began = performance.now();
      expect(await request().matches('alice', EMPLOYEE)).toBe(true);
      expect(performance.now() - began).toBeLessThan(1500);
    } finally {
      busy.exec('ROLLBACK');
      busy.close();
    }
    expect(await request().matches('alice', EMPLOYEE)).toBe(true);
    expect(asked).toHaveLength(2);
  });
});

describe('a directory that is silent', () => {
  beforeEach(async () => {
    await request().personOf('alice');
    await request().matches('alice', EMPLOYEE);
    asked = [];
    await slapd.pause();
  });

  it('is stood in for by its last word for a day, with one line of the log a request', async () => {
    try {
      now += STANDS_IN - 1;
      const one = request();
      const context = { settings: settings(), directory: one };
      const identity = await identityOf(context, { env: { REMOTE_USER: 'alice' } });
      expect(identity).toMatchObject({ uid: 'alice', email: 'alice.martin@example.org' });
      if (!('uid' in identity)) throw new Error('refused');
      expect(await isEditor(context, identity)).toBe(true);
      // The second question does not wait for it again.
      expect(asked).toEqual(['person alice']);
      expect(log).toHaveLength(1);
      expect(log[0]).toContain('directory-silent');
      expect(log[0]).toContain(`"kept":${STANDS_IN - 1}`);
      await expect(one.matches('bob', EMPLOYEE)).rejects.toThrow(Unavailable);
      now += 1;
      store.transaction(() => store.run('DELETE FROM directory_answer WHERE answer_question LIKE \'["silent"%\''));
      await expect(request().personOf('alice')).rejects.toThrow(Unavailable);
    } finally {
      await slapd.resume();
    }
  });
});

it('a directory that was found silent is asked again after a moment, not at each request', async () => {
  await request().personOf('alice');
  now += 3600;
  await slapd.pause();
  try {
    await request().personOf('alice');
    asked = [];
    now += 19;
    await request().personOf('alice');
    expect(asked).toEqual([]);
    expect(log).toHaveLength(2);
  } finally {
    await slapd.resume();
  }
  now += 1;
  await request().personOf('alice');
  expect(asked).toEqual(['person alice']);
  expect(log).toHaveLength(2);
});

describe('what is kept', () => {
  const rows = () => store.get<{ n: number }>('SELECT count(*) AS n FROM directory_answer')?.n;

  it('is no more than some thousand questions, and nothing endless', () => {
    keepAnswer(store, 'first', 'true', NOW);
    store.transaction(() => store.run("UPDATE sqlite_sequence SET seq = 20000 WHERE name = 'directory_answer'"));
    keepAnswer(store, 'x'.repeat(5000), 'true', NOW);
    keepAnswer(store, 'endless', 'x'.repeat(5000), NOW);
    expect(rows()).toBe(1);
    keepAnswer(store, 'second', 'true', NOW);
    expect(rows()).toBe(1);
    expect(store.get('SELECT answer_question AS question FROM directory_answer')).toEqual({ question: 'second' });
  });

  it('is forgotten after a day', () => {
    keepAnswer(store, 'first', 'true', NOW);
    keepAnswer(store, 'second', 'true', NOW + 10);
    forgetAnswers(store, NOW + 10);
    expect(rows()).toBe(1);
  });

  it('that makes no sense is asked anew', async () => {
    await request().personOf('alice');
    for (const value of ['{"uid":1}', '3', 'no JSON', 'true']) {
      store.transaction(() => store.run('UPDATE directory_answer SET answer_value = ?', value));
      expect(await request().personOf('alice')).toMatchObject({ email: 'alice.martin@example.org' });
    }
    expect(asked).toHaveLength(5);
  });

  it('holds no password', async () => {
    const command = slapd.ldapsearch.replace(`-y ${slapd.passwordFile}`, `-w '${slapd.password}'`);
    expect(await request({ JMB_LDAPSEARCH: command }).matches('alice', EMPLOYEE)).toBe(true);
    const { question } = store.get<{ question: string }>(
      'SELECT answer_question AS question FROM directory_answer',
    ) ?? {
      question: '',
    };
    expect(question).toContain('alice');
    expect(question).not.toContain('HOME');
  });
});
