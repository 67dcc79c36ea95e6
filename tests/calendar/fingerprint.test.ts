import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FEED_FORMAT, type FeedFacts, feedFingerprint, fingerprint } from '../../lib/calendar/feed_facts.ts';
import { feed } from '../../lib/calendar/icalendar.ts';
import { entry, factsOf, guest, meeting, moderator, NOW, owner } from './samples.ts';

/** Every way to change one thing of a value, deeply. */
function* changed(value: unknown): Generator<unknown> {
  if (typeof value === 'string') yield `${value}x`;
  else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      yield value.toSpliced(at, 1);
      for (const other of changed(value[at])) yield value.with(at, other);
    }
  } else if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value))
      for (const other of changed(part)) yield { ...value, [key]: other };
  }
}

describe('the fingerprint of a feed', () => {
  it('changes with every single thing that the text is written from, and the text with it', () => {
    const facts = factsOf([entry(owner), entry(moderator, { id: '42', sequence: 0 })]);
    const [print, text] = [feedFingerprint(facts), feed(facts)];
    const prints = new Set([print]);
    let count = 0;
    for (const other of changed(facts)) {
      // A role that is none of the three is no change that can happen, an answer neither.
      const plausible = JSON.parse(
        JSON.stringify(other)
          .replace(/"(moderator|guest|owner)x"/g, '"owner"')
          .replace(/"(none|accepted|declined)x"/g, '"none"'),
      ) as FeedFacts;
      // An invitation that asks for an answer stands in mails, not in feeds, yet tells texts apart all the same.
      expect(feed(plausible), JSON.stringify(plausible)).not.toBe(text);
      prints.add(feedFingerprint(plausible));
      count++;
    }
    expect(count).toBeGreaterThan(50);
    expect(prints.size).toBe(count + 1);
  });

  it('stays when nothing changes that the reader could see', () => {
    const facts = factsOf([entry(owner)]);
    expect(feedFingerprint(factsOf([entry(owner)]))).toBe(feedFingerprint(facts));
    const entered = { ...entry(owner), attendees: [owner, moderator, { ...guest, connections: 9 }] };
    expect(feedFingerprint(factsOf([entered]))).toBe(feedFingerprint(facts));
    expect(feedFingerprint(factsOf([entry(owner)], NOW + 1))).toBe(feedFingerprint(facts));
    const answeredToAnother = {
      ...entry(moderator),
      attendees: [owner, moderator, { ...guest, answer: 'accepted' as const }],
    };
    expect(feedFingerprint(factsOf([answeredToAnother]))).toBe(feedFingerprint(factsOf([entry(moderator)])));
    const over = entry(guest, { id: '7', begin: NOW - 20, end: NOW - 10 });
    expect(feedFingerprint(factsOf([entry(owner), over]))).toBe(feedFingerprint(facts));
  });

  it('changes when an alarm has passed', () => {
    const before = factsOf([entry(moderator)], meeting.begin - 3601);
    const after = factsOf([entry(moderator)], meeting.begin - 3600);
    expect(feedFingerprint(after)).not.toBe(feedFingerprint(before));
    expect(feed(after)).not.toBe(feed(before));
  });

  it('belongs to this way of writing: raise FEED_FORMAT together with this text', () => {
    const facts = factsOf([entry(owner), entry(guest, { id: '42' })]);
    expect([FEED_FORMAT, fingerprint(feed(facts))]).toMatchInlineSnapshot(`
      [
        3,
        "0j1dv731p2zpn800fp2ox02yeoaw",
      ]
    `);
  });

  it('is made without the calendar library', () => {
    const imports = (file: string): string[] =>
      [...readFileSync(file, 'utf8').matchAll(/^import (?!type).*from '([^']+)';$/gm)].map((match) => match[1] ?? '');
    const seen = new Set<string>();
    const walk = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const next of imports(new URL(`../../lib/calendar/${name}`, import.meta.url).pathname)) {
        expect(next).toMatch(/^\.\/|^\.\.\/(text|meetings)\//);
        if (next.startsWith('./')) walk(next.slice(2));
      }
    };
    walk('feed_facts.ts');
    expect([...seen].sort()).toEqual(['event.ts', 'feed_facts.ts']);
  });
});

describe('the hash', () => {
  it('tells a hundred thousand similar texts apart', () => {
    const prints = new Set<string>();
    const halves = new Set<string>();
    for (let n = 0; n < 100_000; n++) {
      const print = fingerprint(`attendee${n}@example.org`);
      expect(print).toMatch(/^[0-9a-z]{28}$/);
      prints.add(print);
      halves.add(print.slice(0, 14));
    }
    expect(prints.size).toBe(100_000);
    expect(halves.size).toBe(100_000);
  });
});
