import { describe, expect, it } from 'vitest';
import { isDoubtful, remind } from '../../cron/remind.ts';
import { fixedClock } from '../../lib/clock.ts';
import { readSettings } from '../../lib/settings.ts';
import { insertMeeting } from '../../lib/store/bookings.ts';
import { claim, enqueue, mailsIn } from '../../lib/store/outbox.ts';
import { planReminderRows } from '../../lib/store/reminders.ts';
import { texts } from '../../lib/text/catalogue.ts';
import { processZone } from '../../lib/text/zones.ts';
import { mail } from '../store/mails.ts';
import { ALICE, BOOKING, clockAt, open, NOW as START, scratch } from '../store/scratch.ts';

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

it('that is a month ahead for one run costs no mail, no reminder and no sleep', async () => {
  const file = scratch('jmb.db');
  const store = open(file);
  const { meeting } = insertMeeting(store, clockAt(START), ALICE, BOOKING);
  planReminderRows(store, 'mail', meeting.id, [BOOKING.begin - 600]);
  enqueue(store, [mail(meeting.id, 'guest@ailleurs.test', { expires: BOOKING.begin })], START);
  const log: string[] = [];
  const run = (at: number) =>
    remind({ quiet: true })({
      root: '/nowhere',
      settings: { ...readSettings('/nowhere', {}), JMB_DB: file, JMB_SMTP_URL: 'smtp://127.0.0.1:1' },
      store,
      clock: fixedClock(at),
      log: { event: (name: string) => void log.push(name) },
      directory: null,
      language: 'en',
      texts: texts('en'),
      zone: processZone,
    });
  await run(START);
  const before = store.all('SELECT * FROM mail_reminder');
  await run(START + MONTH);
  expect(log).toContain('clock-jumped');
  expect(store.all('SELECT * FROM mail_reminder')).toEqual(before);
  expect(mailsIn(store, 'waiting', 10)).toHaveLength(1);
  log.length = 0;
  await run(START + 60);
  expect(log).not.toContain('clock-jumped');
  expect(claim(store, { by: 'x', now: START + 200, leaseSeconds: 60, limit: 10 })).toHaveLength(1);
});
