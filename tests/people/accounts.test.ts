/** What mails know of people by the directory: their feeds, names and languages, kept for those who ask nobody. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Directory, Person } from '../../lib/people/directory.ts';
import { accountsOf } from '../../lib/people/kept_directory.ts';
import { Unavailable } from '../../lib/refusal.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { feedsByAddress, writtenTo } from '../../lib/store/people.ts';
import type { Store } from '../../lib/store/store.ts';
import { open } from '../store/scratch.ts';

const ALICE: Person = { uid: 'alice', email: 'a@x.org', name: 'Alice Martin', aliases: [], language: 'en' };
const BOB: Person = { uid: 'bob', email: 'bob@example.org', name: ' Bob\r\n« Bobby » ', aliases: [], language: 'fr' };
const CAROL: Person = { uid: 'carol', email: null, name: null, aliases: [] };

let store: Store;
let log: string[];
let asked: string[];

beforeEach(() => {
  store = open();
  log = [];
  asked = [];
});

const logged = { event: (name: string, fields: object) => void log.push(`${name} ${JSON.stringify(fields)}`) };

function directoryOf(peopleOf: Directory['peopleOf']): Directory {
  return { peopleOf, personOf: async () => null, find: async () => [], matches: async () => false };
}

describe('what mails know of people', () => {
  const knows = (people: readonly (readonly [string, Person])[]): Directory =>
    directoryOf(async (addresses) => {
      asked.push(...addresses);
      return new Map(people);
    });
  const accounts = (directory: Directory | null, ...addresses: readonly string[]) =>
    accountsOf({ directory, store, log: logged }, addresses);

  it('is feed, name, account and language of each whom the directory knows', async () => {
    const directory = knows([
      ['Alice@x.org', ALICE],
      ['bob@example.org', BOB],
      ['carol@x.org', CAROL],
    ]);
    const { feeds, names } = await accounts(directory, 'Alice@x.org', 'bob@example.org', 'carol@x.org', 'who@x.org');
    expect(asked).toEqual(['Alice@x.org', 'bob@example.org', 'carol@x.org', 'who@x.org']);
    expect([...feeds]).toEqual([
      ['Alice@x.org', feedOf(store, 'alice')],
      ['bob@example.org', feedOf(store, 'bob')],
      ['carol@x.org', feedOf(store, 'carol')],
    ]);
    expect([...names]).toEqual([
      ['Alice@x.org', 'Alice Martin'],
      ['bob@example.org', 'Bob « Bobby »'],
    ]);
    const all = ['Alice@x.org', 'bob@example.org', 'carol@x.org', 'who@x.org'];
    expect(feedsByAddress(store, all)).toEqual(feeds);
    expect([...writtenTo(store, all).languages]).toEqual([
      ['Alice@x.org', 'en'],
      ['bob@example.org', 'fr'],
    ]);
    // Who prefers none any more is written to in none.
    await accounts(knows([['bob@example.org', { ...CAROL, uid: 'bob' }]]), 'bob@example.org');
    expect([...writtenTo(store, all).languages]).toEqual([['Alice@x.org', 'en']]);
  });

  it('is nothing without a directory or a question', async () => {
    expect(await accounts(null, 'a@x.org')).toEqual({ feeds: new Map(), names: new Map() });
    expect(await accounts(knows([]))).toEqual({ feeds: new Map(), names: new Map() });
    expect(asked).toEqual([]);
  });

  it('is nothing where the directory is silent, and nothing else is taken for that', async () => {
    const throwing = (error: Error) => directoryOf(() => Promise.reject(error));
    const silent = new Unavailable('directory', 'no answer');
    expect(await accounts(throwing(silent), 'a@x.org')).toEqual({ feeds: new Map(), names: new Map() });
    expect(log).toEqual(['directory-silent {"for":"mail","reason":"directory: no answer"}']);
    for (const error of [new Unavailable('database', 'locked'), new Error('a bug')])
      await expect(accounts(throwing(error), 'a@x.org')).rejects.toBe(error);
    expect(log).toHaveLength(1);
  });
});
