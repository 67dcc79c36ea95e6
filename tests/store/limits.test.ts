/** What is counted of one person or one address, and for how long. */
import { describe, expect, it } from 'vitest';
import { causedBy, forgetCounts, noteCaused, noteWrong, takeSearch, wrongFrom } from '../../lib/store/limits.ts';
import { NOW, open } from './scratch.ts';

const HOUR = 3600;
/** The beginning of a minute. */
const MINUTE = Math.ceil(NOW / 60) * 60;

describe('mails that somebody caused', () => {
  it('count for an hour, for that person', () => {
    const store = open();
    expect(causedBy(store, 'alice', NOW)).toEqual({ count: 0, since: null });
    noteCaused(store, 'alice', 3, NOW);
    noteCaused(store, 'alice', 4, NOW + 60);
    noteCaused(store, 'bob', 9, NOW);
    expect(causedBy(store, 'alice', NOW + 60)).toEqual({ count: 7, since: NOW });
    expect(causedBy(store, 'alice', NOW + HOUR - 1)).toEqual({ count: 7, since: NOW });
    expect(causedBy(store, 'alice', NOW + HOUR)).toEqual({ count: 4, since: NOW + 60 });
  });

  it('are forgotten as others are noted', () => {
    const store = open();
    noteCaused(store, 'alice', 3, NOW);
    noteCaused(store, 'bob', 1, NOW + 1);
    noteCaused(store, 'carol', 1, NOW + HOUR);
    expect(store.all('SELECT caused_by AS who FROM caused_mails')).toEqual([{ who: 'bob' }, { who: 'carol' }]);
  });
});

describe('searches', () => {
  it('are sixty a minute; then it is said how many seconds are left of it', () => {
    const store = open();
    const taken = Array.from({ length: 60 }, (_, at) => takeSearch(store, 'alice', MINUTE + at));
    expect(new Set(taken)).toEqual(new Set([0]));
    expect(takeSearch(store, 'alice', MINUTE)).toBe(60);
    expect(takeSearch(store, 'alice', MINUTE + 59)).toBe(1);
    expect(takeSearch(store, 'bob', MINUTE + 59)).toBe(0);
    expect(takeSearch(store, 'alice', MINUTE + 60)).toBe(0);
  });

  it('of the minute before are kept, of those before it not', () => {
    const store = open();
    takeSearch(store, 'alice', MINUTE);
    const kept = () => store.all('SELECT search_by AS who FROM people_search ORDER BY search_minute');
    takeSearch(store, 'bob', MINUTE + 60);
    expect(kept()).toEqual([{ who: 'alice' }, { who: 'bob' }]);
    takeSearch(store, 'carol', MINUTE + 120);
    expect(kept()).toEqual([{ who: 'bob' }, { who: 'carol' }]);
  });
});

describe('wrong secrets', () => {
  it('count for ten minutes from the first, for that address', () => {
    const store = open();
    expect(wrongFrom(store, '192.0.2.1', NOW)).toBeUndefined();
    noteWrong(store, '192.0.2.1', NOW);
    noteWrong(store, '192.0.2.1', NOW + 599);
    for (const now of [NOW, NOW + 599]) {
      expect(wrongFrom(store, '192.0.2.1', now)).toEqual({ count: 2, until: NOW + 600 });
    }
    expect(wrongFrom(store, '192.0.2.1', NOW + 600)).toBeUndefined();
    for (const other of ['192.0.2.2', '192.0.2.12', '1.2.0.291', '', '2001:db8::1']) {
      expect(wrongFrom(store, other, NOW)).toBeUndefined();
    }
    noteWrong(store, '192.0.2.1', NOW + 600);
    expect(wrongFrom(store, '192.0.2.1', NOW + 600)).toEqual({ count: 1, until: NOW + 1200 });
  });

  it('say nothing of a time before they were', () => {
    const store = open();
    noteWrong(store, '192.0.2.1', NOW);
    expect(wrongFrom(store, '192.0.2.1', NOW - 1)).toBeUndefined();
    noteWrong(store, '192.0.2.1', NOW - 60);
    expect(wrongFrom(store, '192.0.2.1', NOW - 60)).toEqual({ count: 2, until: NOW + 540 });
  });

  it('are kept by numbers below 16,384 not by the addresses, and few share one', () => {
    const store = open();
    const addresses = Array.from({ length: 400 }, (_, at) => `192.0.${at % 4}.${at}`);
    store.transaction(() => {
      for (const one of addresses) noteWrong(store, one, NOW);
    });
    const rows = store.all<{ readonly n: number }>('SELECT wrong_from AS n FROM wrong_secret ORDER BY n');
    // Some two of 400 share theirs by chance, five on the average.
    expect(rows.length).toBeGreaterThan(380);
    expect(rows.every(({ n }) => n >= 0 && n < 16_384)).toBe(true);
  });
});

describe('counts that mean nothing any more', () => {
  const fill = () => {
    const store = open();
    noteCaused(store, 'alice', 1, MINUTE);
    takeSearch(store, 'alice', MINUTE);
    noteWrong(store, '192.0.2.1', MINUTE);
    return store;
  };

  it.each([
    ['nothing', 119, 0],
    ['searches after two minutes', 120, 1],
    ['searches alone', 599, 1],
    ['wrong secrets after ten', 600, 2],
    ['all but mails', HOUR - 1, 2],
    ['all after an hour', HOUR, 3],
  ])('are forgotten: %s', (_, seconds, rows) => {
    const store = fill();
    expect(forgetCounts(store, MINUTE + seconds)).toBe(rows);
    expect(forgetCounts(store, MINUTE + seconds)).toBe(0);
  });

  it.each([
    ['caused_mails', HOUR],
    ['people_search', 120],
    ['wrong_secret', 600],
  ])('are found where there is nothing but %s', (table, seconds) => {
    const store = fill();
    const others = ['caused_mails', 'people_search', 'wrong_secret'].filter((one) => one !== table);
    store.database.exec(others.map((one) => `DELETE FROM ${one};`).join(' '));
    expect(forgetCounts(store, MINUTE + seconds - 1)).toBe(0);
    expect(forgetCounts(store, MINUTE + seconds)).toBe(1);
  });
});
