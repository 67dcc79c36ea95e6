import { describe, expect, test } from 'vitest';
import { whoIsTold } from '../../lib/mail/messages.ts';
import { joinOpen, leadOf, mayAnswer, mayEdit, peopleAreTold, stateOf, timesStand } from '../../lib/meetings/access.ts';
import type { Attendee, Role } from '../../lib/meetings/meeting.ts';
import { one } from './attendee.ts';

const meeting = { begin: 10_000, end: 13_600 };
const leads = { owner: 900, guest: 300 };

describe('a meeting’s life', () => {
  test.each([
    [9_099, 'planned'],
    [9_100, 'soon'],
    [9_999, 'soon'],
    [10_000, 'running'],
    [13_599, 'running'],
    [13_600, 'over'],
  ])('at %i it is %s', (now, state) => {
    expect(stateOf(meeting, now, 900)).toBe(state);
  });

  test('the way in opens for owner and moderators before it opens for guests, and closes at the end for all', () => {
    const open = (role: Role, now: number) => joinOpen(meeting, role, now, leads);
    expect([open('owner', 9_100), open('moderator', 9_100), open('guest', 9_100)]).toEqual([true, true, false]);
    expect([open('guest', 9_699), open('guest', 9_700)]).toEqual([false, true]);
    expect([open('owner', 13_600), open('guest', 13_599)]).toEqual([false, true]);
    expect(leadOf('moderator', leads)).toBe(900);
  });

  test('the way in opens for nobody later than for guests, where they are let in long before', () => {
    const early = { owner: 900, guest: 1800 };
    expect(['owner', 'moderator', 'guest'].map((role) => leadOf(role as Role, early))).toEqual([1800, 1800, 1800]);
  });

  test('only its owner changes it, until its end, and its times until its begin', () => {
    expect(mayEdit(meeting, 'owner', 13_599)).toBe(true);
    expect(mayEdit(meeting, 'owner', 13_600)).toBe(false);
    expect(mayEdit(meeting, 'moderator', 0)).toBe(false);
    expect([timesStand(meeting, 9_999), timesStand(meeting, 10_000)]).toEqual([false, true]);
  });

  test('everyone is told that one to come is deleted; of one that has begun as its owner chooses, else until its end', () => {
    const told = (now: number) => [undefined, 'yes', 'no', 'x'].map((chosen) => peopleAreTold(meeting, now, chosen));
    expect(told(9_999)).toEqual([true, true, true, true]);
    expect(told(10_000)).toEqual([true, true, false, true]);
    expect(told(13_600)).toEqual([false, true, false, false]);
  });

  test('everyone but the owner may answer until the end', () => {
    expect(mayAnswer(meeting, 'guest', 13_599)).toBe(true);
    expect(mayAnswer(meeting, 'guest', 13_600)).toBe(false);
    expect(mayAnswer(meeting, 'owner', 0)).toBe(false);
  });
});

describe('who is told of a change', () => {
  const before = {
    meeting: { begin: 1, duration: 2, subject: 's' },
    attendees: [one('o', 'owner'), one('a'), one('b'), one('c')],
  };
  const emails = (list: readonly Attendee[]) => list.map((attendee) => attendee.email);

  test('people only: newcomers, those removed, and those with another role', () => {
    const told = whoIsTold(before, {
      ...before,
      attendees: [one('o', 'owner'), one('a'), one('b', 'moderator'), one('d')],
    });
    expect(emails(told.newcomers)).toEqual(['d']);
    expect(emails(told.changed)).toEqual(['b']);
    expect(emails(told.removed)).toEqual(['c']);
    expect(told.moved).toBe(false);
  });

  test.each([
    ['begin', { begin: 9, duration: 2, subject: 's' }],
    ['duration', { begin: 1, duration: 9, subject: 's' }],
  ])('another %s: everyone', (_name, changed) => {
    const told = whoIsTold(before, { ...before, meeting: changed });
    expect(emails(told.changed)).toEqual(['o', 'a', 'b', 'c']);
    expect(told.moved).toBe(true);
  });

  test('another subject alone: nobody', () => {
    const told = whoIsTold(before, { ...before, meeting: { begin: 1, duration: 2, subject: 'x' } });
    expect([...told.newcomers, ...told.changed, ...told.removed]).toEqual([]);
    expect(told.moved).toBe(false);
  });
});
