import { expect, it } from 'vitest';
import { opensAt } from '../../lib/meetings/access.ts';

it.each([
  ['an hour before', 60, 1_800_000_000 - 3600],
  ['at the begin', 0, 1_800_000_000],
  ['at any time', null, -Infinity],
])('opens %s', (_, minutes, opens) => {
  expect(opensAt(1_800_000_000, minutes)).toBe(opens);
});
