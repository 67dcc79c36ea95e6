import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendWaiting } from '../../lib/mail/sender.ts';
import { SettingsError } from '../../lib/settings.ts';
import type { Store } from '../../lib/store/store.ts';
import { freePort } from '../support/port.ts';
import { reply, startSmtp } from '../support/smtp.ts';
import { address, type Bench, NOW, ROUND, setUp } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await setUp();
});
afterEach(() => bench.stop());

describe('a server in trouble', () => {
  it('that is not there is asked once, and all wait', async () => {
    bench.write(10);
    const url = `smtp://127.0.0.1:${await freePort()}`;
    expect(await sendWaiting(bench.context(url), ROUND)).toEqual({ sent: 0, waiting: 10, refused: 0 });
    for (const row of bench.rows())
      expect(row).toMatchObject({
        state: 'waiting',
        next: NOW,
        tries: 0,
        reason: 'connection refused',
      });
  });

  it.each(['drop', reply(421, 'too busy')] as const)('that turns us away (%j) is not hammered', async (fault) => {
    bench.write(30);
    bench.smtp.fault = ({ at }) => (at === 'connect' ? fault : undefined);
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 0, waiting: 30, refused: 0 });
    expect(bench.smtp.connections).toBeLessThanOrEqual(4);
    expect(bench.rows().every(({ state }) => state === 'waiting')).toBe(true);
  });

  it('that goes away in the middle leaves the rest waiting', async () => {
    bench.write(20);
    bench.smtp.fault = ({ at }) => (at === 'mail' && bench.smtp.mails.length >= 5 ? 'drop' : undefined);
    const { sent, waiting } = await sendWaiting(bench.context(), ROUND);
    expect(sent + waiting).toBe(20);
    expect(sent).toBe(bench.received().length);
    // Far from two for each mail that is left, however those under way fall.
    expect(bench.smtp.connections).toBeLessThanOrEqual(15);
    bench.smtp.fault = () => undefined;
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 120 })).sent).toBe(20 - sent);
    expect(new Set(bench.received()).size).toBe(20);
  });

  it.each(['connect', 'mail', 'rcpt'] as const)(
    'that falls silent at %s keeps nobody waiting beyond the time',
    async (at) => {
      bench.write(8);
      bench.smtp.fault = (moment) => (moment.at === at ? 'hang' : undefined);
      const start = performance.now();
      expect(await sendWaiting(bench.context(), { deadlineMs: 600, now: NOW })).toEqual({
        sent: 0,
        waiting: 8,
        refused: 0,
      });
      expect(performance.now() - start).toBeLessThan(900);
      expect(bench.rows().every((row) => row.state === 'waiting' && row.next <= NOW + 76)).toBe(true);
      bench.smtp.fault = () => undefined;
      expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 76 })).sent).toBe(8);
    },
  );

  it('that takes longer for a mail than a page waits gets it once', async () => {
    bench.write(4);
    bench.smtp.delay = 1_000;
    const page = await sendWaiting(bench.context(), { deadlineMs: 500, now: NOW });
    bench.smtp.delay = 0;
    const cron = await sendWaiting(bench.context(), { ...ROUND, now: NOW + 60 });
    expect(page.sent + cron.sent).toBe(4);
    expect(bench.smtp.mails).toHaveLength(4);
  });

  it('that is slow gets no mail so late that it would be broken off, and what is left is free at once', async () => {
    bench.write(30);
    const slow = await startSmtp();
    const delay = 150;
    slow.delay = delay;
    const { sent, waiting, refused } = await sendWaiting(bench.context(slow.url), { deadlineMs: 900, now: NOW });
    expect(refused).toBe(0);
    expect(sent).toBeGreaterThan(0);
    expect(waiting).toBe(30 - sent);
    expect(slow.mails).toHaveLength(sent);
    expect(
      bench
        .rows()
        .filter((row) => row.state === 'waiting')
        .every((row) => row.next === NOW && row.reason !== null),
    ).toBe(true);
    slow.delay = 0;
    expect((await sendWaiting(bench.context(slow.url), ROUND)).sent).toBe(30 - sent);
    expect(slow.mails).toHaveLength(30);
    await slow.stop();
  });
});

describe('nothing is thrown at a page', () => {
  it('when the database is gone', async () => {
    bench.write(1);
    bench.store.close();
    expect(await sendWaiting(bench.context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(bench.events[0]?.name).toBe('mail-failed');
  });

  it('when a setting that leads to the server has a mistake, which nothing takes the place of, and no mail is held', async () => {
    bench.write(1);
    const context = bench.context();
    const fault = new SettingsError('jmb_local.cf', 3, 'JMB_SMTP_URL: expected another', ['JMB_SMTP_URL']);
    const settings = { ...context.settings, faults: [fault] };
    expect(await sendWaiting({ ...context, settings }, ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(bench.smtp.connections).toBe(0);
    expect(bench.events.at(-1)).toMatchObject({ name: 'mail-failed', fields: { reason: fault.message } });
    expect(bench.rows()[0]).toMatchObject({ state: 'waiting', next: NOW, held: 0 });
    expect((await sendWaiting(context, ROUND)).sent).toBe(1);
  });

  it('when the database fills up or is locked in the middle, and hardly a mail goes out that cannot be marked', async () => {
    bench.write(30);
    let sent = 0;
    const failing: Store = {
      ...bench.store,
      transaction: (work) => {
        if (bench.smtp.mails.length >= 5) throw new Error('database or disk is full');
        return bench.store.transaction(work);
      },
      note: (work) => {
        if (bench.smtp.mails.length >= 5) throw new Error('database or disk is full');
        return bench.store.note(work);
      },
    };
    ({ sent } = await sendWaiting(bench.context(bench.smtp.url, failing), ROUND));
    expect(sent).toBeLessThanOrEqual(8);
    expect(bench.smtp.mails.length).toBeLessThanOrEqual(8);
    expect(bench.events.at(-1)).toMatchObject({ name: 'mail-failed', fields: { reason: 'database or disk is full' } });
    // The leases of five seconds and a margin run out; what was sent and could not be marked goes out again, as the same mail.
    expect((await sendWaiting(bench.context(), { ...ROUND, now: NOW + 36 })).sent).toBeGreaterThanOrEqual(22);
    expect(new Set(bench.received()).size).toBe(30);
    const repeated = bench.smtp.mails.length - 30;
    expect(repeated).toBeLessThanOrEqual(3);
  });

  it('when the address of the server is no address', async () => {
    bench.write(2);
    for (const url of ['', 'nonsense', 'smtp://', 'http://example.org']) {
      expect((await sendWaiting(bench.context(url), { deadlineMs: 1000, now: NOW + 10_000 })).sent).toBe(0);
    }
    expect(bench.rows().every((row) => row.state === 'waiting')).toBe(true);
  });

  it('when a row holds no mail', async () => {
    bench.write(3);
    bench.store.transaction(() =>
      bench.store.run(`UPDATE outbox SET outbox_content = 'not JSON' WHERE outbox_recipient = ?`, address(0)),
    );
    const { sent } = await sendWaiting(bench.context(), ROUND);
    expect(sent).toBe(2);
    expect(bench.rows()[0]).toMatchObject({ state: 'refused' });
  });
});
