import { expect, it } from 'vitest';
import { nextOpening, opensAt } from '../../lib/meetings/access.ts';

it.each([
  ['an hour before', 60, 1_800_000_000 - 3600],
  ['at the begin', 0, 1_800_000_000],
  ['at any time', null, -Infinity],
])('opens %s', (_, minutes, opens) => {
  expect(opensAt(1_800_000_000, minutes)).toBe(opens);
});

it('the next way in to show is the first that does not yet, by the role in each meeting', () => {
  const leads = { owner: 900, guest: 300 };
  const seat = (begin: number, role: 'owner' | 'guest') => ({
    meeting: { begin, end: begin + 60 },
    attendee: { role },
  });
  const seats = [seat(1000, 'guest'), seat(1500, 'owner'), seat(2000, 'owner'), seat(1300, 'guest')];
  expect(nextOpening(seats, 500, leads)).toBe(600);
  expect(nextOpening(seats, 600, leads)).toBe(700);
  expect(nextOpening(seats, 700, leads)).toBe(1000);
  expect(nextOpening(seats, 1000, leads)).toBe(1100);
  expect(nextOpening(seats, 1100, leads)).toBeNull();
  expect(nextOpening([], 0, leads)).toBeNull();
});
