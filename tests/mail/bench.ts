/** An outbox, a mail server and a sender's context for one test at a time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SenderContext, SendOptions } from '../../lib/mail/sender.ts';
import type { Settings, SettingsError } from '../../lib/settings.ts';
import { enqueue, type OutboxRow, outboxOf } from '../../lib/store/outbox.ts';
import { openStore, type Store } from '../../lib/store/store.ts';
import { type Smtp, smtpSettings, startSmtp } from '../support/smtp.ts';

/** Unix seconds. */
export const NOW = 1_796_000_000;

/** A sender with plenty of time. */
export const ROUND: SendOptions = { deadlineMs: 5000, now: NOW };

const MEETING = '1763910000123456789';

/** A line of the log. */
export interface Logged {
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | undefined>>;
}

/** What differs between the mails of two calls. */
export interface Changes {
  readonly meetingId?: string;
  readonly expires?: number;
  readonly at?: number;
}

/** What a test of the sender works with. */
export interface Bench {
  /** The database's file, for a second process. */
  readonly file: string;
  readonly store: Store;
  readonly smtp: Smtp;
  readonly events: Logged[];
  context(url?: string, on?: Store): SenderContext;
  /** Puts mails to guest0, guest1, … in the outbox. */
  write(count: number, changes?: Changes): void;
  rows(meetingId?: string): OutboxRow[];
  /** The recipients of the mails that the server said yes to, in order. */
  received(): (string | undefined)[];
  stop(): Promise<void>;
}

/** The n-th guest. */
export function address(n: number): string {
  return `guest${n}@example.net`;
}

/** Sets one up; stop it after the test. */
export async function setUp(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-sender-'));
  const file = join(folder, 'jmb.db');
  const store = openStore(file);
  const smtp = await startSmtp();
  const events: Logged[] = [];
  return {
    file,
    store,
    smtp,
    events,
    context: (url = smtp.url, on = store) => ({
      settings: { ...smtpSettings(url), faults: [] as readonly SettingsError[] } as Settings,
      store: on,
      log: { event: (name, fields) => void events.push({ name, fields }) },
    }),
    write: (count, { meetingId = MEETING, expires, at = NOW } = {}) =>
      enqueue(
        store,
        Array.from({ length: count }, (_, n) => ({
          meetingId,
          kind: 'new' as const,
          recipient: address(n),
          role: 'guest' as const,
          messageId: `<${meetingId}.${n}@meet.example.org>`,
          content: contentFor(address(n)),
          expires: expires ?? null,
        })),
        at,
      ),
    rows: (meetingId = MEETING) => outboxOf(store, meetingId),
    received: () => smtp.mails.filter((mail) => mail.accepted).map((mail) => mail.to[0]),
    async stop() {
      if (store.database.open) store.close();
      await smtp.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function contentFor(to: string): string {
  return JSON.stringify({
    from: { name: 'Visio', address: 'noreply@example.org' },
    replyTo: { name: '', address: 'alice@example.org' },
    to: { name: '', address: to },
    subject: 'Réunion',
    text: 'Bonjour\n',
    html: '<p>Bonjour</p>',
    headers: {},
  });
}
