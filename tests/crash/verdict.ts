/** Compares what people were told with what is in the database. */
import Database from 'better-sqlite3';
import { type Delivery, isUnknown } from './post_office.ts';
import { type Booked, rowOf, type Story } from './story.ts';

/** What is wrong, in words; empty when the promise held. And the repeats. */
export interface Verdict {
  readonly faults: readonly string[];
  /** Mails that came more than once, each time with the same Message-ID. */
  readonly repeats: number;
  readonly kept: number;
  readonly waiting: number;
  readonly refused: number;
}

/** Judges the whole story after everything was healed and every retry was due. */
export function judge(story: Story, deliveries: readonly Delivery[]): Verdict {
  const faults: string[] = [];
  let kept = 0;
  for (const meeting of story.booked) {
    const row = rowOf(story, meeting.subject);
    if (row) kept += 1;
    faults.push(...lost(meeting, row), ...untold(meeting, row, deliveries));
  }
  const outbox = outboxOf(story);
  if (outbox.waiting > 0) faults.push(`${outbox.waiting} mails still wait`);
  const repeats = repeated(deliveries, faults);
  return { faults, repeats, kept, waiting: outbox.waiting, refused: outbox.refused };
}

/** A confirmed booking that nobody deleted is in the database; a confirmed deletion is not. */
function lost(meeting: Booked, row: { id: string } | null): string[] {
  if (meeting.confirmed && !meeting.deletionTried && !row) return [`${meeting.subject}: confirmed, and not kept`];
  if (meeting.deletionConfirmed && row) return [`${meeting.subject}: deletion confirmed, and still there`];
  return [];
}

/** Whatever the database says now, everyone with a mailbox has read it; of a deletion everyone who was invited. */
function untold(meeting: Booked, row: { id: string; begin: number } | null, deliveries: readonly Delivery[]): string[] {
  const recipients = meeting.recipients.filter((recipient) => !isUnknown(recipient));
  if (row) {
    const begin = `${new Date(row.begin * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    return recipients
      .filter(
        (recipient) =>
          !deliveries.some(
            (mail) =>
              mail.recipient === recipient &&
              mail.method === 'REQUEST' &&
              mail.uid.startsWith(row.id) &&
              mail.begin.endsWith(begin),
          ),
      )
      .map((recipient) => `${meeting.subject}: ${recipient} was not told of ${begin}`);
  }
  if (meeting.id === null) return [];
  const id = meeting.id;
  // Who was never invited, for the deletion came first, hears nothing of it.
  return recipients
    .filter((recipient) => {
      const read = deliveries.filter((mail) => mail.recipient === recipient && mail.uid.startsWith(id));
      return read.length > 0 && !read.some(({ method }) => method === 'CANCEL');
    })
    .map((recipient) => `${meeting.subject}: ${recipient} was not told of the deletion`);
}

function repeated(deliveries: readonly Delivery[], faults: string[]): number {
  const seen = new Map<string, number>();
  const facts = new Map<string, string>();
  for (const mail of deliveries) {
    const key = `${mail.recipient} ${mail.messageId}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (!mail.messageId) faults.push(`a mail to ${mail.recipient} without Message-ID`);
    // A mail to an organiser about others tells of no event.
    if (mail.uid === '') continue;
    const fact = `${mail.recipient} ${mail.method} ${mail.uid} ${mail.sequence} ${mail.begin}`;
    const before = facts.get(fact);
    // Moved away and back tells the same time twice, but not in the same SEQUENCE.
    if (before !== undefined && before !== mail.messageId) faults.push(`${fact} came with two Message-IDs`);
    facts.set(fact, mail.messageId);
  }
  return [...seen.values()].reduce((sum, times) => sum + times - 1, 0);
}

function outboxOf(story: Story): { waiting: number; refused: number } {
  const database = new Database(story.database, { readonly: true });
  try {
    const rows = database
      .prepare<[], { state: string; amount: number }>(
        'SELECT outbox_state AS state, count(*) AS amount FROM outbox GROUP BY outbox_state',
      )
      .all();
    const amount = (state: string): number => rows.find((row) => row.state === state)?.amount ?? 0;
    return { waiting: amount('waiting'), refused: amount('refused') };
  } finally {
    database.close();
  }
}
