import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GIVE_UP_AFTER } from '../../lib/mail/delays.ts';
import { sendWaiting } from '../../lib/mail/sender.ts';
import { claim } from '../../lib/store/outbox.ts';
import { openStore } from '../../lib/store/store.ts';
import { reply } from '../support/smtp.ts';
import { address, type Bench, NOW, ROUND, setUp } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await setUp();
});
afterEach(() => bench.stop());

describe('sending', () => {
  it('takes all that is due to the server, once', async () => {
    bench.write(70);
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 70, waiting: 0, refused: 0 });
    expect(new Set(bench.received()).size).toBe(70);
    expect(bench.smtp.connections).toBeLessThanOrEqual(3);
    expect(bench.rows().every((row) => row.state === 'sent')).toBe(true);
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(bench.smtp.mails).toHaveLength(70);
    expect(bench.events.filter(({ name }) => name === 'mail-sent')).toHaveLength(70);
  });

  it('sends the Message-ID of the outbox', async () => {
    bench.write(1);
    await sendWaiting(bench.context(), ROUND);
    expect((await bench.smtp.mails[0]?.parse())?.messageId).toBe(bench.rows()[0]?.messageId);
  });

  it('does not connect when nothing is due', async () => {
    bench.write(2, { at: NOW + 60 });
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(bench.smtp.connections).toBe(0);
  });

  it('keeps to one meeting when asked to', async () => {
    bench.write(2);
    bench.write(3, { meetingId: '42' });
    expect((await sendWaiting(bench.context(), { ...ROUND, meetingId: '42' })).sent).toBe(3);
    expect(bench.rows().map((row) => row.state)).toEqual(['waiting', 'waiting']);
  });

  it('does not send what has expired', async () => {
    bench.write(1, { expires: NOW });
    await sendWaiting(bench.context(), ROUND);
    expect(bench.smtp.mails).toHaveLength(0);
    expect(bench.rows()[0]?.state).toBe('dropped');
  });

  it('never sends what another sender has, until its lease is over', async () => {
    bench.write(3);
    claim(bench.store, { by: 'another', now: NOW, leaseSeconds: 40, limit: 2 });
    expect((await sendWaiting(bench.context(), ROUND)).sent).toBe(1);
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 39 })).sent).toBe(0);
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 40 })).sent).toBe(2);
    expect(new Set(bench.received()).size).toBe(3);
  });

  it('two senders at once send each mail once', async () => {
    bench.write(150);
    const other = openStore(bench.file);
    const [one, two] = await Promise.all([
      sendWaiting(bench.context(), ROUND),
      sendWaiting(bench.context(bench.smtp.url, other), ROUND),
    ]);
    other.close();
    expect(one.sent + two.sent).toBe(150);
    expect(one.sent).toBeGreaterThan(0);
    expect(two.sent).toBeGreaterThan(0);
    expect(bench.received()).toHaveLength(150);
    expect(new Set(bench.received()).size).toBe(150);
  });
});

describe('each recipient is on its own', () => {
  it('refused, postponed and sent side by side', async () => {
    bench.write(6);
    bench.smtp.fault = ({ at, to }) => {
      if (at !== 'rcpt') return undefined;
      if (to === address(1)) return reply(550, 'no such user');
      return to === address(2) ? reply(450, 'greylisted') : undefined;
    };
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 4, waiting: 1, refused: 1 });
    const [, refused, postponed] = bench.rows();
    expect(refused).toMatchObject({ state: 'refused', reason: '550 no such user' });
    expect(postponed).toMatchObject({ state: 'waiting', reason: '450 greylisted', next: NOW + 60 });
    expect(bench.events.map(({ name }) => name).sort()).toEqual([
      'mail-postponed',
      'mail-refused',
      'mail-sent',
      'mail-sent',
      'mail-sent',
      'mail-sent',
    ]);
  });

  it('one mail that breaks its connection does not hold up the others', async () => {
    bench.write(9);
    bench.smtp.fault = ({ at, to }) => (at === 'data' && to === address(4) ? 'drop' : undefined);
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 8, waiting: 1, refused: 0 });
    expect(bench.rows()[4]).toMatchObject({ state: 'waiting', next: NOW + 60 });
  });

  it('waits longer each time, and gives up after three days', async () => {
    bench.write(1);
    bench.smtp.fault = ({ at }) => (at === 'rcpt' ? reply(451, 'try again') : undefined);
    const waits: number[] = [];
    for (let now = NOW, tries = 0; tries < 7; tries++) {
      await sendWaiting(bench.context(), { deadlineMs: 5000, now });
      const next = bench.rows()[0]?.next ?? now;
      waits.push((next - now) / 60);
      now = next;
    }
    expect(waits).toEqual([1, 2, 5, 15, 60, 60, 60]);
    await sendWaiting(bench.context(), { deadlineMs: 5000, now: NOW + GIVE_UP_AFTER - 1 });
    expect(bench.rows()[0]?.state).toBe('waiting');
    await sendWaiting(bench.context(), { deadlineMs: 5000, now: NOW + GIVE_UP_AFTER + 3600 });
    expect(bench.rows()[0]).toMatchObject({ state: 'refused', reason: 'given up after 9 tries: 451 try again' });
  });
});
