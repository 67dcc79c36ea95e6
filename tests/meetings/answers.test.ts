import { describe, expect, it } from 'vitest';
import { checkWords, commentOf, keptWords, LONGEST_COMMENT } from '../../lib/meetings/answers.ts';
import { processZone, useZone } from '../../lib/text/zones.ts';

useZone('Europe/Paris');
/** Tuesday 24 November 2026, 10:00 in Paris. */
const NOW = 1_795_510_800;
const meeting = { begin: NOW + 3600, duration: 5400 };
const check = (form: object) =>
  checkWords({ comment: '', date: '', time: '', ...form }, meeting, { now: NOW, zone: processZone });

describe('what is said with an answer', () => {
  it('may be nothing', () => {
    expect(check({})).toEqual({ words: { comment: '', proposal: null } });
    expect(check({ comment: ' \r\n\t ', date: ' ', time: ' ' })).toEqual({ words: { comment: '', proposal: null } });
  });

  it('is a word of 300 signs at most, whatever signs they are', () => {
    const emoji = '🙂'.repeat(LONGEST_COMMENT);
    expect(check({ comment: ` ${emoji}\n` })).toEqual({ words: { comment: emoji, proposal: null } });
    expect(check({ comment: `${emoji}!` })).toEqual({ mistakes: { comment: 'rule.comment_long' } });
    expect(check(keptWords({ comment: 'x'.repeat(100_000), date: '', time: '' }))).toEqual({
      mistakes: { comment: 'rule.comment_long' },
    });
  });

  it('keeps its lines, and nothing that draws over others', () => {
    expect(commentOf('a  \r\nb\r\r\r\rc\u0000d\u202ee')).toBe('a\nb\n\nc d e');
  });

  it('is another time by the clock of the service, as long as the meeting', () => {
    expect(check({ date: '2026-11-25', time: '14:30' })).toEqual({
      words: { comment: '', proposal: { begin: NOW + 86_400 + 16_200, duration: 5400 } },
    });
    // The time that it has anyhow proposes nothing.
    expect(check({ date: '2026-11-24', time: '11:00' })).toEqual({ words: { comment: '', proposal: null } });
  });

  it('is no half of a time, and none that is over or does not exist', () => {
    expect(check({ date: '2026-11-25' })).toEqual({ mistakes: { time: 'rule.time' } });
    expect(check({ time: '14:30' })).toEqual({ mistakes: { date: 'rule.date' } });
    expect(check({ date: '2026-11-23', time: '14:30' })).toEqual({ mistakes: { date: 'rule.past' } });
    expect(check({ date: '2027-03-28', time: '02:30' })).toEqual({ mistakes: { time: 'rule.time_skipped' } });
    expect(check(keptWords({ comment: '', date: '2026-11-25'.repeat(50), time: '14:30' }))).toEqual({
      mistakes: { date: 'rule.date' },
    });
  });
});
