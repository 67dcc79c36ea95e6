import { describe, expect, it } from 'vitest';
import { isDoubtful } from '../../cron/clock_jump.ts';

const NOW = 1_800_000_000;
const MONTH = 30 * 86_400;
const last = { at: NOW, boot: 'one', uptime: 5000, doubted: null };

describe('cron’s clock', () => {
  it.each([
    ['a minute later', { at: NOW + 60, boot: 'one', uptime: 5060 }, false],
    ['a day without cron', { at: NOW + 86_400, boot: 'one', uptime: 5000 + 86_400 }, false],
    ['a clock that was set back', { at: NOW - MONTH, boot: 'one', uptime: 5060 }, false],
    ['a month ahead within a minute', { at: NOW + MONTH, boot: 'one', uptime: 5060 }, true],
    ['a start half an hour later', { at: NOW + 1800, boot: 'two', uptime: 30 }, false],
    ['a start a month later, or a clock that lies', { at: NOW + MONTH, boot: 'two', uptime: 30 }, true],
  ])('%s', (_, now, doubtful) => expect(isDoubtful(last, now)).toBe(doubtful));

  it('is believed when the next run says the same, and not when it was wrong once', () => {
    const doubted = { ...last, doubted: NOW + MONTH };
    expect(isDoubtful(doubted, { at: NOW + MONTH + 60, boot: 'one', uptime: 5120 })).toBe(false);
    expect(isDoubtful(doubted, { at: NOW + 120, boot: 'one', uptime: 5120 })).toBe(false);
    expect(isDoubtful(doubted, { at: NOW + 3 * MONTH, boot: 'one', uptime: 5120 })).toBe(true);
    expect(isDoubtful(undefined, { at: NOW, boot: 'one', uptime: 1 })).toBe(false);
  });
});
