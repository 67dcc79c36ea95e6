/** Secrets that are nobody's: how many are answered, and what they and the right ones cost. */
import { describe, expect, it } from 'vitest';
import { feedRead } from '../../lib/pages/calendar_read.ts';
import { answerAsk, answerGive } from '../../lib/pages/invitation_answer.ts';
import { roomJoin } from '../../lib/pages/room_enter.ts';
import { feedOf } from '../../lib/store/feeds.ts';
import { site } from './site.ts';

const from = (address: string, later = 0) => ({ env: { SCRIPT_NAME: '/join.cgi', REMOTE_ADDR: address }, later });
const rows = (jmb: ReturnType<typeof site>) =>
  jmb.store.all<{ count: number }>('SELECT wrong_count AS count FROM wrong_secret');

describe('a hundred from one network address', () => {
  it('are answered, of every door together; then there is none for ten minutes', async () => {
    const jmb = site();
    const hash = jmb.meeting(3600).attendees[1]?.hash ?? '';
    const feed = feedOf(jmb.store, 'bob');
    const tries = [
      (more: object) => jmb.ask(roomJoin, { query: 'id=unknownunknown00', ...more }),
      (more: object) => jmb.ask(feedRead, { query: 'id=unknownunknown00', ...more }),
      (more: object) => jmb.ask(answerAsk, { query: 'accept&id=unknownunknown00', ...more }),
      (more: object) => jmb.ask(answerGive, { query: 'decline&id=unknownunknown00', form: {}, ...more }),
    ];
    for (let n = 0; n < 100; n += 1) {
      const told = await tries[n % 4]?.(from(`2001:db8:1:2::${n.toString(16)}`, n));
      expect(told?.status, `${n}`).toBe(404);
    }
    for (const attempt of tries) {
      const told = await attempt(from('2001:db8:1:2:ffff::1', 599));
      expect(told.status).toBe(429);
      expect(told.text).toContain('Trop');
      expect((await attempt(from('2001:db8:1:3::1', 599))).status).toBe(404);
      expect((await attempt(from('192.0.2.1', 599))).status).toBe(404);
    }
    // Others are behind the same address: their links work.
    expect((await jmb.ask(roomJoin, { query: `id=${hash}`, ...from('2001:db8:1:2::1', 599) })).status).toBe(302);
    expect((await jmb.ask(feedRead, { query: `id=${feed}`, ...from('2001:db8:1:2::1', 599) })).status).toBe(200);
    expect((await tries[0]?.(from('2001:db8:1:2::1', 600)))?.status).toBe(404);
    expect(rows(jmb)).toContainEqual({ count: 1 });
  });

  it('cost a write each, and what comes after them none, nor does a right one', async () => {
    const jmb = site();
    const hash = jmb.meeting(3600).attendees[1]?.hash ?? '';
    const wrong = () => jmb.ask(roomJoin, { query: 'id=unknownunknown00', ...from('192.0.2.1') });
    for (let n = 0; n < 100; n += 1) await wrong();
    const { changes } = jmb.store.database.prepare('SELECT total_changes() AS changes').get() as { changes: number };
    for (let n = 0; n < 10; n += 1) expect((await wrong()).status).toBe(429);
    await jmb.ask(answerAsk, { query: `accept&id=${hash}`, ...from('192.0.2.1') });
    expect(jmb.store.get('SELECT total_changes() AS changes')).toEqual({ changes });
  });

  it('fill no disk, whatever number of addresses they come from', async () => {
    const jmb = site();
    const { noteWrong } = await import('../../lib/store/limits.ts');
    jmb.store.transaction(() => {
      for (let n = 0; n < 40_000; n += 1)
        noteWrong(jmb.store, `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::/64`, n >> 8);
    });
    expect(rows(jmb).length).toBeLessThanOrEqual(16_384);
    noteWrong(jmb.store, '192.0.2.1', 10_000);
    expect(rows(jmb)).toEqual([{ count: 1 }]);
  });
});
