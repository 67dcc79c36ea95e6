/** The demo's sample meetings, whenever it starts: some now, the others when people meet. */
import { beforeAll, expect, it } from 'vitest';
import { localParts } from '../../lib/text/dates.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';
import { SAMPLES } from './samples.ts';

/** Thursday 15 October 2026, 00:00 in Paris: clocks are set back within the fortnight. */
const FIRST = 1_792_015_200;

beforeAll(() => useZone('Europe/Paris'));

it('are on working days between 8 and 18, but for the one that runs and the one about to begin', () => {
  for (let now = FIRST; now < FIRST + 14 * 86_400; now += 37 * 60) {
    for (const { name, begin, duration, fits } of SAMPLES) {
      const at = begin(now);
      expect(fits(at, now), `${name} ${now}`).toBe(true);
      if (name === 'running') expect(at <= now && now < at + duration, `${now}`).toBe(true);
      if (name === 'running' || name === 'soon') continue;
      expect(name === 'over' ? at + duration < now : at > now, `${name} ${now}`).toBe(true);
      const { hour, weekday } = localParts(processZone, at);
      expect([0, 6], `${name} ${now}`).not.toContain(weekday);
      expect(hour >= 8 && hour < 18, `${name} ${now}: ${hour}`).toBe(true);
    }
  }
});
