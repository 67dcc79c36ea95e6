import { describe, expect, it } from 'vitest';
import type { Answer, Attendee, Role } from '../../lib/meetings/meeting.ts';
import { addressesIn, highest, invite, isHalfName, oneSeatEach, roleOf } from '../../lib/meetings/people.ts';
import { keptSearch, searchOf, wordsOf } from '../../lib/meetings/search.ts';

const seat = (email: string, role: Role, answer: Answer = 'none', hash = `${role} ${email}`): Attendee => ({
  ...{ hash, role, email, connections: 2, answer },
});

describe('seats', () => {
  it('of one person are one, the highest, with its secret or the other', () => {
    const two = (one: Attendee, other: Attendee) => oneSeatEach([one, seat('z', 'guest'), other]);
    expect(two(seat('a', 'guest'), seat('a', 'moderator'))).toEqual([
      { ...seat('a', 'moderator'), connections: 4 },
      seat('z', 'guest'),
    ]);
    expect(two(seat('a', 'owner'), seat('a', 'guest'))[0]).toEqual({ ...seat('a', 'owner'), connections: 4 });
    expect(two(seat('a', 'owner', 'none', ''), seat('a', 'guest'))[0]?.hash).toBe('guest a');
    const same = [seat('a', 'guest', 'none', 'first'), seat('a', 'guest', 'none', 'second')];
    expect(oneSeatEach(same)[0]?.hash).toBe('first');
  });

  it.each([
    ['accepted', 'declined', 'accepted'],
    ['tentative', 'accepted', 'accepted'],
    ['declined', 'tentative', 'tentative'],
    ['none', 'declined', 'declined'],
    ['none', 'none', 'none'],
  ] as const)('%s and %s: %s', (one, other, both) => {
    expect(oneSeatEach([seat('a', 'guest', one), seat('a', 'guest', other)])[0]?.answer).toBe(both);
  });

  it('the highest of some addresses, the first of two alike', () => {
    const all = [seat('a', 'guest'), seat('b', 'moderator'), seat('c', 'moderator'), seat('d', 'owner')];
    expect(highest(all, ['a', 'b'])?.email).toBe('b');
    expect(highest(all, ['c', 'b', 'a'])?.email).toBe('b');
    expect(highest(all, ['x'])).toBeNull();
    expect(addressesIn(all, 'moderator')).toEqual(['b', 'c']);
  });

  it('a role that is none of ours is a guest’s', () => {
    expect(['owner', 'moderator', 'guest', 'king', ''].map(roleOf)).toEqual([
      'owner',
      'moderator',
      'guest',
      'guest',
      'guest',
    ]);
  });
});

describe('who is invited', () => {
  const book = {
    owner: ['me@x.org'],
    lists: new Map([['all@x.org', ['bob@x.org']]]),
    aliases: new Map([['b@x.org', 'bob@x.org']]),
  };
  const most = { moderators: 2, guests: 2 };

  it('is called as the first name says that stands beside an address or its alias, a list by none', () => {
    const { names } = invite('Bob <b@x.org>', 'Robert <bob@x.org>, All <all@x.org>', book, most);
    expect([...names]).toEqual([['bob@x.org', 'Bob']]);
    expect([...invite('', 'Me <me@x.org>', book, most).names]).toEqual([]);
    expect([...invite('', 'Eve <eve@x.org>', book, most).names]).toEqual([['eve@x.org', 'Eve']]);
  });

  it('is not all of them where there are more than are looked at', () => {
    const more = 'a@x.org b@x.org c@x.org';
    expect(invite(more, '', book, most)).toMatchObject({ moreModerators: true, moreGuests: false });
    expect(invite('', more, book, most)).toMatchObject({ moreModerators: false, moreGuests: true });
  });

  it('may be somebody whose name stands there alone', () => {
    const piece = (text: string) => ({ text, at: 0, end: text.length });
    expect(['Durand', 'a@', '!!', 'x'].map((text) => isHalfName(piece(text)))).toEqual([true, false, false, false]);
  });
});

describe('a search', () => {
  it('finds what has each word in one of its texts, whatever case and accents', () => {
    const search = searchOf('  elodie\tJURY ');
    expect(search(['Soutenance d’Élodie', 'Jury'])).toBe(true);
    expect(search(['Élodie'])).toBe(false);
    expect(searchOf('ab')(['a', 'b'])).toBe(false);
    expect(searchOf('')(['x'])).toBe(true);
  });

  it('is read up to a hundred whole characters', () => {
    expect(keptSearch(' a b ')).toBe('a b');
    expect(keptSearch('😀'.repeat(101))).toBe('😀'.repeat(100));
    expect(keptSearch(`${' '.repeat(150)}x`)).toBe('x');
    expect(keptSearch(`${' '.repeat(200)}x`)).toBe('');
  });

  it('for people is by words of letters and digits', () => {
    expect(wordsOf("Jean-Luc d’Arc, O'Neil2 (x*y)")).toEqual(['Jean-Luc', 'd’Arc', "O'Neil2", 'x', 'y']);
    expect(wordsOf('e\u0301a')).toEqual(['éa']);
    expect(wordsOf('a1-b2-c\u0323\u0307')).toHaveLength(1);
    expect([wordsOf('x'), wordsOf('xy'), wordsOf('x y'), wordsOf('*')]).toEqual([[], ['xy'], ['x', 'y'], []]);
    expect([wordsOf('x'.repeat(40)).length, wordsOf('x'.repeat(41)).length]).toEqual([1, 0]);
    expect([wordsOf('a b c d e f').length, wordsOf('a b c d e f g').length]).toEqual([6, 0]);
    expect([wordsOf(`ab${' '.repeat(98)}`).length, wordsOf(`ab${' '.repeat(99)}`).length]).toEqual([1, 0]);
  });
});
