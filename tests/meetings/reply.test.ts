import { describe, expect, it } from 'vitest';
import { type Answered, howHeard, NO_WORDS, tallyOf, tallyWords } from '../../lib/meetings/answers.ts';
import type { Attendee } from '../../lib/meetings/meeting.ts';
import { type CalendarReply, isLater, isOlder, judge, type Mark, markOf } from '../../lib/meetings/reply.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { one } from './attendee.ts';

const meeting = { begin: 10_000, end: 13_600, sequence: 3 };
const people = [one('o@x.org', 'owner'), one('bob@x.org'), one('carol@x.org', 'moderator'), one('')];
const reply = (facts: Partial<CalendarReply> = {}): CalendarReply => ({
  ...{
    method: 'REPLY',
    uid: '1',
    sequence: 3,
    begin: 10_000,
    end: 13_600,
    occurrence: undefined,
    stamp: 5,
    comment: '',
  },
  named: [{ email: 'bob@x.org', answer: 'accepted' }],
  ...facts,
});
const of = (email: string) => people.find((person) => person.email === email);
const judged = (facts: Partial<CalendarReply>, writers: readonly string[] = ['bob@x.org'], known?: Attendee) =>
  judge(meeting, people, reply(facts), { known, writers });

describe('whose an answer is', () => {
  const bobs = { attendee: of('bob@x.org'), answer: 'accepted' };

  it('is that of the one of its people who wrote', () => {
    expect(judged({})).toEqual(bobs);
    expect(judged({}, ['nobody@x.org', 'bob@x.org'])).toEqual(bobs);
    expect(judged({}, ['nobody@x.org'])).toEqual({ nothing: 'unconfirmed' });
    expect(judged({}, [''])).toEqual({ nothing: 'unconfirmed' });
    expect(judged({}, ['bob@x.org', 'carol@x.org'])).toEqual({ nothing: 'unconfirmed' });
  });

  it('is that of the address that it came to, whoever wrote', () => {
    expect(judged({}, ['nobody@x.org'], of('bob@x.org'))).toEqual(bobs);
    expect(judged({}, ['carol@x.org'], of('bob@x.org'))).toEqual(bobs);
  });

  it('is never that of the owner', () => {
    const named = [{ email: 'o@x.org', answer: 'accepted' as const }];
    expect(judged({ named }, ['o@x.org'])).toEqual({ nothing: 'owner' });
  });

  it('is nobody’s where it names another of them, and the sender’s where it names nobody that is known', () => {
    const carol = { email: 'carol@x.org', answer: 'declined' as const };
    const stranger = { email: 'b@home.test', answer: 'declined' as const };
    expect(judged({ named: [carol] })).toEqual({ nothing: 'unconfirmed' });
    expect(judged({ named: [carol] }, ['carol@x.org'], of('bob@x.org'))).toEqual({ nothing: 'unconfirmed' });
    expect(judged({ named: [stranger] })).toEqual({ attendee: of('bob@x.org'), answer: 'declined' });
    expect(judged({ named: [stranger, carol] })).toEqual({ nothing: 'unconfirmed' });
    expect(judged({ named: [] })).toEqual({ nothing: 'unconfirmed' });
    expect(judged({ named: [carol, stranger] }, ['bob@x.org', 'b@home.test'])).toEqual({
      attendee: of('bob@x.org'),
      answer: 'declined',
    });
    expect(judged({ named: [carol, ...reply().named] })).toEqual(bobs);
  });

  it('is stale where the meeting is another by now', () => {
    const stale = { nothing: 'stale' };
    expect(judged({ sequence: 2 })).toEqual(bobs);
    expect(judged({ sequence: 2, begin: 9_000 })).toEqual(stale);
    expect(judged({ sequence: 3, begin: 9_000 })).toEqual(bobs);
    expect(judged({ sequence: null, begin: 9_000 })).toEqual(stale);
    expect(judged({ sequence: 2, end: 14_000 })).toEqual(stale);
    expect(judged({ sequence: 2, end: null })).toEqual(bobs);
    expect(judged({ sequence: 2, method: 'COUNTER' })).toEqual(stale);
    expect(judged({ method: 'COUNTER', begin: 20_000 })).toEqual(bobs);
    expect(judged({ occurrence: 10_000 })).toEqual(bobs);
    expect(judged({ occurrence: 9_000 })).toEqual(stale);
    expect(judged({ occurrence: null })).toEqual(stale);
  });
});

describe('the order of answers', () => {
  const mark = (sequence: number, stamp: number): Mark => ({ sequence, stamp, message: 'm' });

  it('believes no clock and no number that is ahead', () => {
    expect(markOf(meeting, { sequence: 2, stamp: 50 }, 'm', 100)).toEqual(mark(2, 50));
    expect(markOf(meeting, { sequence: 9, stamp: 500 }, 'm', 100)).toEqual(mark(3, 100));
    expect(markOf(meeting, { sequence: null, stamp: null }, 'm', 100)).toEqual(mark(3, 100));
  });

  it('goes by number, then by time, then by coming', () => {
    expect(isLater(mark(2, 1), mark(1, 9))).toBe(true);
    expect(isLater(mark(1, 9), mark(2, 1))).toBe(false);
    expect([isLater(mark(1, 5), mark(1, 5)), isLater(mark(1, 4), mark(1, 5))]).toEqual([true, false]);
  });

  it('leaves two minutes for clocks that are behind', () => {
    expect([isOlder(mark(1, 100), 220), isOlder(mark(1, 100), 221)]).toEqual([false, true]);
  });
});

describe('how the owner hears of an answer', () => {
  const none: Answered = { answer: 'none', ...NO_WORDS };
  const yes: Answered = { ...none, answer: 'accepted' };
  const no: Answered = { ...none, answer: 'declined' };
  const said: Answered = { ...yes, comment: 'late' };
  const proposed: Answered = { ...none, answer: 'tentative', proposal: { begin: 5, duration: 60 } };
  const heard = (after: Answered, before = none, wanted: Parameters<typeof howHeard>[0] = 'all') =>
    howHeard(wanted, before, after);

  it('not at all where none is wanted, or nothing is new', () => {
    expect(heard(no, none, 'none')).toBe('never');
    expect(heard(none)).toBe('never');
    expect(heard(no, no)).toBe('never');
    expect(heard(said, said)).toBe('never');
    expect(heard(proposed, proposed)).toBe('never');
  });

  it('of a no, a word and another time at once', () => {
    expect([heard(no), heard(no, yes, 'declines')]).toEqual(['at once', 'at once']);
    expect([heard(said), heard(said, { ...said, comment: 'x' })]).toEqual(['at once', 'at once']);
    expect(heard(said, none, 'declines')).toBe('at once');
    expect(heard(proposed, none, 'declines')).toBe('at once');
    expect(heard(proposed, { ...proposed, proposal: { begin: 6, duration: 60 } })).toBe('at once');
    expect(heard(proposed, { ...proposed, proposal: { begin: 5, duration: 90 } })).toBe('at once');
  });

  it('of a yes with others, where those are wanted', () => {
    expect([heard(yes), heard(yes, none, 'declines')]).toEqual(['gathered', 'never']);
    expect(heard(yes, said)).toBe('never');
  });
});

it('counts everybody’s answer but the owner’s, and says maybe only where there is one', () => {
  const answers = ['accepted', 'accepted', 'declined', 'none'] as const;
  const all = answers.map((answer) => ({ role: 'guest' as const, answer }));
  const tally = tallyOf([{ role: 'owner', answer: 'accepted' }, ...all]);
  expect(tally).toEqual({ accepted: 2, tentative: 0, declined: 1, none: 1 });
  expect(tallyWords(tally, texts('en')).split(' · ')).toHaveLength(3);
  expect(tallyWords({ ...tally, tentative: 1 }, texts('en')).split(' · ')).toHaveLength(4);
  expect(tallyWords(tally, texts('fr'))).toMatch(/^2 .+ · 1 .+ · 1 /);
});
