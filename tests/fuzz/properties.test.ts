/** What must hold of whatever comes, with a few cases of one seed; `npm run test:fuzz -- --cases 100000` tries many. */
import { test } from 'vitest';
import { PROPERTIES } from './properties/all.ts';

test.each(PROPERTIES)('$name', ({ weight, tried }) => tried(Math.max(3, Math.ceil(200 / weight)), 13));
