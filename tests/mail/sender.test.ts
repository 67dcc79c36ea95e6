import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GIVE_UP_AFTER } from '../../lib/mail/delays.ts';
import { type SenderContext, type SendOptions, sendWaiting } from '../../lib/mail/sender.ts';
import type { Settings } from '../../lib/settings.ts';
import { claim, enqueue, outboxOf } from '../../lib/store/outbox.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { freePort } from '../support/port.ts';
import { reply, type Smtp, startSmtp } from '../support/smtp.ts';

const NOW = 1_796_000_000;
const MEETING = '1763910000123456789';

let folder: string;
let store: Store;
let smtp: Smtp;
let events: { name: string; fields: Readonly<Record<string, string | number | undefined>> }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jmb-sender-'));
  store = openStore(join(folder, 'jmb.db'));
  smtp = await startSmtp();
  events = [];
});
afterEach(async () => {
  store.close();
  await smtp.stop();
  rmSync(folder, { recursive: true });
});

function context(url = smtp.url, on: Store = store): SenderContext {
  const log = {
    event: (name: string, fields: (typeof events)[number]['fields']) => void events.push({ name, fields }),
  };
  return { settings: { JMB_SMTP_URL: url } as Settings, store: on, log };
}

const ROUND: SendOptions = { deadlineMs: 5000, now: NOW };

function address(n: number): string {
  return `guest${n}@example.net`;
}

/** Puts mails to guest0, guest1, … in the outbox. */
function write(count: number, changes: { meetingId?: string; expires?: number; at?: number } = {}): void {
  const { meetingId = MEETING, expires = null, at = NOW } = changes;
  const mails = Array.from({ length: count }, (_, n) => ({
    meetingId,
    kind: 'new' as const,
    recipient: address(n),
    role: 'guest' as const,
    messageId: `<${meetingId}.${n}@meet.example.org>`,
    content: JSON.stringify({
      from: { name: 'Visio', address: 'noreply@example.org' },
      replyTo: { name: '', address: 'alice@example.org' },
      to: { name: '', address: address(n) },
      subject: 'Réunion',
      text: 'Bonjour\n',
      html: '<p>Bonjour</p>',
      headers: {},
    }),
    expires,
  }));
  enqueue(store, mails, at);
}

const rows = (meetingId = MEETING) => outboxOf(store, meetingId);
const received = () => smtp.mails.filter((mail) => mail.accepted).map((mail) => mail.to[0]);

describe('sending', () => {
  it('takes all that is due to the server, once', async () => {
    write(70);
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 70, waiting: 0, refused: 0 });
    expect(new Set(received()).size).toBe(70);
    expect(smtp.connections).toBeLessThanOrEqual(3);
    expect(rows().every((row) => row.state === 'sent')).toBe(true);
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(smtp.mails).toHaveLength(70);
    expect(events.filter(({ name }) => name === 'mail-sent')).toHaveLength(70);
  });

  it('sends the Message-ID of the outbox', async () => {
    write(1);
    await sendWaiting(context(), ROUND);
    expect((await smtp.mails[0]?.parse())?.messageId).toBe(rows()[0]?.messageId);
  });

  it('does not connect when nothing is due', async () => {
    write(2, { at: NOW + 60 });
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(smtp.connections).toBe(0);
  });

  it('keeps to one meeting when asked to', async () => {
    write(2);
    write(3, { meetingId: '42' });
    expect((await sendWaiting(context(), { ...ROUND, meetingId: '42' })).sent).toBe(3);
    expect(rows().map((row) => row.state)).toEqual(['waiting', 'waiting']);
  });

  it('does not send what has expired', async () => {
    write(1, { expires: NOW });
    await sendWaiting(context(), ROUND);
    expect(smtp.mails).toHaveLength(0);
    expect(rows()[0]?.state).toBe('dropped');
  });

  it('never sends what another sender has, until its lease is over', async () => {
    write(3);
    claim(store, { by: 'another', now: NOW, leaseSeconds: 40, limit: 2 });
    expect((await sendWaiting(context(), ROUND)).sent).toBe(1);
    expect((await sendWaiting(context(), { ...ROUND, now: NOW + 39 })).sent).toBe(0);
    expect((await sendWaiting(context(), { ...ROUND, now: NOW + 40 })).sent).toBe(2);
    expect(new Set(received()).size).toBe(3);
  });

  it('two senders at once send each mail once', async () => {
    write(150);
    const other = openStore(join(folder, 'jmb.db'));
    const [one, two] = await Promise.all([sendWaiting(context(), ROUND), sendWaiting(context(smtp.url, other), ROUND)]);
    other.close();
    expect(one.sent + two.sent).toBe(150);
    expect(one.sent).toBeGreaterThan(0);
    expect(two.sent).toBeGreaterThan(0);
    expect(received()).toHaveLength(150);
    expect(new Set(received()).size).toBe(150);
  });
});

describe('each recipient is on its own', () => {
  it('refused, postponed and sent side by side', async () => {
    write(6);
    smtp.fault = ({ at, to }) => {
      if (at !== 'rcpt') return undefined;
      if (to === address(1)) return reply(550, 'no such user');
      return to === address(2) ? reply(450, 'greylisted') : undefined;
    };
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 4, waiting: 1, refused: 1 });
    const [, refused, postponed] = rows();
    expect(refused).toMatchObject({ state: 'refused', reason: '550 no such user' });
    expect(postponed).toMatchObject({ state: 'waiting', reason: '450 greylisted', next: NOW + 60 });
    expect(events.map(({ name }) => name).sort()).toEqual([
      'mail-postponed',
      'mail-refused',
      'mail-sent',
      'mail-sent',
      'mail-sent',
      'mail-sent',
    ]);
  });

  it('one mail that breaks its connection does not hold up the others', async () => {
    write(9);
    smtp.fault = ({ at, to }) => (at === 'data' && to === address(4) ? 'drop' : undefined);
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 8, waiting: 1, refused: 0 });
    expect(rows()[4]).toMatchObject({ state: 'waiting', next: NOW + 60 });
  });

  it('waits longer each time, and gives up after three days', async () => {
    write(1);
    smtp.fault = ({ at }) => (at === 'rcpt' ? reply(451, 'try again') : undefined);
    const waits: number[] = [];
    for (let now = NOW, tries = 0; tries < 7; tries++) {
      await sendWaiting(context(), { deadlineMs: 5000, now });
      const next = rows()[0]?.next ?? now;
      waits.push((next - now) / 60);
      now = next;
    }
    expect(waits).toEqual([1, 2, 5, 15, 60, 60, 60]);
    await sendWaiting(context(), { deadlineMs: 5000, now: NOW + GIVE_UP_AFTER - 1 });
    expect(rows()[0]?.state).toBe('waiting');
    await sendWaiting(context(), { deadlineMs: 5000, now: NOW + GIVE_UP_AFTER + 3600 });
    expect(rows()[0]).toMatchObject({ state: 'refused', reason: 'given up after 9 tries: 451 try again' });
  });
});

describe('a server in trouble', () => {
  it('that is not there is asked once, and all wait', async () => {
    write(10);
    const url = `smtp://127.0.0.1:${await freePort()}`;
    expect(await sendWaiting(context(url), ROUND)).toEqual({ sent: 0, waiting: 10, refused: 0 });
    for (const row of rows())
      expect(row).toMatchObject({ state: 'waiting', next: NOW + 60, reason: expect.stringContaining('ECONNREFUSED') });
  });

  it.each(['drop', reply(421, 'too busy')] as const)('that turns us away (%j) is not hammered', async (fault) => {
    write(30);
    smtp.fault = ({ at }) => (at === 'connect' ? fault : undefined);
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 0, waiting: 30, refused: 0 });
    expect(smtp.connections).toBeLessThanOrEqual(4);
    for (const row of rows()) expect(row.next).toBeGreaterThanOrEqual(NOW + 60);
  });

  it('that goes away in the middle leaves the rest waiting', async () => {
    write(20);
    smtp.fault = ({ at }) => (at === 'mail' && smtp.mails.length >= 5 ? 'drop' : undefined);
    const { sent, waiting } = await sendWaiting(context(), ROUND);
    expect(sent + waiting).toBe(20);
    expect(sent).toBe(received().length);
    expect(smtp.connections).toBeLessThanOrEqual(8);
    smtp.fault = () => undefined;
    expect((await sendWaiting(context(), { ...ROUND, now: NOW + 120 })).sent).toBe(20 - sent);
    expect(new Set(received()).size).toBe(20);
  });

  it.each(['connect', 'mail', 'rcpt', 'data'] as const)(
    'that falls silent at %s keeps nobody waiting beyond the time',
    async (at) => {
      write(8);
      smtp.fault = (moment) => (moment.at === at ? 'hang' : undefined);
      const start = performance.now();
      expect(await sendWaiting(context(), { deadlineMs: 600, now: NOW })).toEqual({ sent: 0, waiting: 8, refused: 0 });
      expect(performance.now() - start).toBeLessThan(900);
      expect(rows().every((row) => row.state === 'waiting' && row.next <= NOW + 61)).toBe(true);
      smtp.fault = () => undefined;
      expect((await sendWaiting(context(), { ...ROUND, now: NOW + 61 })).sent).toBe(8);
    },
  );

  it('that is slow gets no mail so late that it would be broken off, and what is left is free at once', async () => {
    write(30);
    const slow = await startSmtp();
    const delay = 150;
    slow.delay = delay;
    const { sent, waiting, refused } = await sendWaiting(context(slow.url), { deadlineMs: 900, now: NOW });
    expect(refused).toBe(0);
    expect(sent).toBeGreaterThan(0);
    expect(waiting).toBe(30 - sent);
    expect(slow.mails).toHaveLength(sent);
    expect(
      rows()
        .filter((row) => row.state === 'waiting')
        .every((row) => row.next === NOW && row.reason !== null),
    ).toBe(true);
    slow.delay = 0;
    expect((await sendWaiting(context(slow.url), ROUND)).sent).toBe(30 - sent);
    expect(slow.mails).toHaveLength(30);
    await slow.stop();
  });
});

describe('nothing is thrown at a page', () => {
  it('when the database is gone', async () => {
    write(1);
    store.close();
    expect(await sendWaiting(context(), ROUND)).toEqual({ sent: 0, waiting: 0, refused: 0 });
    expect(events[0]?.name).toBe('mail-failed');
    store = openStore(join(folder, 'jmb.db'));
  });

  it('when the database fills up or is locked in the middle, and hardly a mail goes out that cannot be marked', async () => {
    write(30);
    let sent = 0;
    const failing: Store = {
      ...store,
      transaction: (work) => {
        if (smtp.mails.length >= 5) throw new Error('database or disk is full');
        return store.transaction(work);
      },
      note: (work) => {
        if (smtp.mails.length >= 5) throw new Error('database or disk is full');
        return store.note(work);
      },
    };
    ({ sent } = await sendWaiting(context(smtp.url, failing), ROUND));
    expect(sent).toBeLessThanOrEqual(8);
    expect(smtp.mails.length).toBeLessThanOrEqual(8);
    expect(events.at(-1)).toMatchObject({ name: 'mail-failed', fields: { reason: 'database or disk is full' } });
    // The leases of five seconds and a margin run out; what was sent and could not be marked goes out again, as the same mail.
    expect((await sendWaiting(context(), { ...ROUND, now: NOW + 36 })).sent).toBeGreaterThanOrEqual(22);
    expect(new Set(received()).size).toBe(30);
    const repeated = smtp.mails.length - 30;
    expect(repeated).toBeLessThanOrEqual(3);
  });

  it('when the address of the server is no address', async () => {
    write(2);
    for (const url of ['', 'nonsense', 'smtp://', 'http://example.org']) {
      expect((await sendWaiting(context(url), { deadlineMs: 1000, now: NOW + 10_000 })).sent).toBe(0);
    }
    expect(rows().every((row) => row.state === 'waiting')).toBe(true);
  });

  it('when a row holds no mail', async () => {
    write(3);
    store.transaction(() =>
      store.run(`UPDATE outbox SET outbox_content = 'not JSON' WHERE outbox_recipient = ?`, address(0)),
    );
    const { sent } = await sendWaiting(context(), ROUND);
    expect(sent).toBe(2);
    expect(rows()[0]).toMatchObject({ state: 'refused' });
  });
});
