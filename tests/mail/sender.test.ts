import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delayAfter } from '../../lib/mail/claims.ts';
import { sendWaiting } from '../../lib/mail/sender.ts';
import { claim } from '../../lib/store/outbox.ts';
import { openStore } from '../../lib/store/store.ts';
import { freePort } from '../support/port.ts';
import { type Fault, reply } from '../support/smtp.ts';
import { address, type Bench, NOW, ROUND, setUp } from './bench.ts';

/** For many mails on a machine that is busy. */
const LONG_ROUND = { ...ROUND, deadlineMs: 30_000 };

let bench: Bench;
beforeEach(async () => {
  bench = await setUp();
});
afterEach(() => bench.stop());

const DAY = 86_400;

describe('sending', () => {
  it('takes all that is due to the server, once', async () => {
    bench.write(70);
    expect(await sendWaiting(bench.context(), LONG_ROUND)).toEqual({ sent: 70, waiting: 0, refused: 0 });
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
    expect(bench.rows()[0]?.state).toBe('waiting');
  });

  it('never sends what another sender has, until its lease is over', async () => {
    bench.write(3);
    claim(bench.store, { by: 'another', now: NOW, leaseSeconds: 40, limit: 2 });
    expect((await sendWaiting(bench.context(), ROUND)).sent).toBe(1);
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 39 })).sent).toBe(0);
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 40 })).sent).toBe(2);
    expect(new Set(bench.received()).size).toBe(3);
  });

  it('holds its mails for half a minute longer than it may take, to write down what became of them', async () => {
    bench.write(1);
    let until = 0;
    bench.smtp.fault = () => {
      until = bench.rows()[0]?.next ?? 0;
      return undefined;
    };
    await sendWaiting(bench.context(), { ...ROUND, deadlineMs: 2000 });
    expect(until).toBe(NOW + 2 + 30);
  });

  it('two senders at once send each mail once', async () => {
    bench.write(150);
    const other = openStore(bench.file);
    const [one, two] = await Promise.all([
      sendWaiting(bench.context(), LONG_ROUND),
      sendWaiting(bench.context(bench.smtp.url, other), LONG_ROUND),
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
    expect(postponed).toMatchObject({ state: 'waiting', reason: '450 greylisted' });
    expect(postponed?.next).toBe(NOW + delayAfter(1, 3));
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
    expect(bench.rows()[4]).toMatchObject({ state: 'waiting', next: NOW + delayAfter(1, 5) });
  });

  it.each<Fault>(['drop', reply(421, 'closing')])(
    'two recipients whose mails break the session (%j) do not cost the others theirs',
    async (fault) => {
      bench.write(20);
      const bad = [address(0), address(1)];
      bench.smtp.fault = ({ at, to }) => (at === 'rcpt' && bad.includes(to ?? '') ? fault : undefined);
      let now = NOW;
      for (let round = 0; round < 60; round += 1, now += 60) await sendWaiting(bench.context(), { ...ROUND, now });
      expect(new Set(bench.received()).size).toBe(18);
      const [one, two] = bench.rows();
      expect(one?.next).not.toBe(two?.next);
      expect([one?.state, two?.state]).toEqual(['waiting', 'waiting']);
    },
  );

  it('is not given up for the days that the server was away', async () => {
    bench.write(3);
    const away = `smtp://127.0.0.1:${await freePort()}`;
    for (let now = NOW; now < NOW + 4 * DAY; now += DAY / 3) await sendWaiting(bench.context(away), { ...ROUND, now });
    expect(bench.rows().map(({ state, tries }) => [state, tries])).toEqual([
      ['waiting', 0],
      ['waiting', 0],
      ['waiting', 0],
    ]);
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 4 * DAY })).sent).toBe(3);
  });

  it('waits for the server, not for itself: all go out with the first run that finds it back', async () => {
    bench.write(100);
    const away = `smtp://127.0.0.1:${await freePort()}`;
    for (let minute = 0; minute < 30; minute += 5) {
      await sendWaiting(bench.context(away), { ...ROUND, now: NOW + minute * 60 });
    }
    expect(bench.events.filter(({ name }) => name === 'mail-server-away')).toHaveLength(6);
    expect((await sendWaiting(bench.context(), { ...LONG_ROUND, now: NOW + 30 * 60 })).sent).toBe(100);
    expect(bench.smtp.connections).toBeLessThanOrEqual(6);
  });

  it('loses nothing to a sender that the server refuses', async () => {
    bench.write(5);
    bench.smtp.fault = ({ at }) => (at === 'mail' ? reply(550, 'who are you') : undefined);
    for (let hour = 0; hour < 100; hour += 10) {
      await sendWaiting(bench.context(), { ...ROUND, now: NOW + hour * 3600 });
    }
    expect(bench.rows().every(({ state, reason }) => state === 'waiting' && reason?.startsWith('MAIL FROM: 550'))).toBe(
      true,
    );
    bench.smtp.fault = () => undefined;
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 100 * 3600 })).sent).toBe(5);
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
    for (const [at, least] of [1, 2, 5, 15, 60, 60, 60].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(least);
      expect(waits[at]).toBeLessThan(least * 1.25);
    }
    await sendWaiting(bench.context(), { deadlineMs: 5000, now: NOW + 3 * DAY - 1 });
    expect(bench.rows()[0]?.state).toBe('waiting');
    await sendWaiting(bench.context(), { deadlineMs: 5000, now: NOW + 3 * DAY + 2 * 3600 });
    expect(bench.rows()[0]).toMatchObject({ state: 'refused', reason: 'given up after 9 tries: 451 try again' });
  });
});
