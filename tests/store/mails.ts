/** Mails for the outbox. */
import type { OutboxMail } from '../../lib/store/outbox.ts';

let number = 0;

/** A mail about a meeting. */
export function mail(meetingId: string, recipient: string, more: Partial<OutboxMail> = {}): OutboxMail {
  number += 1;
  return {
    meetingId,
    kind: 'new',
    recipient,
    role: 'guest',
    messageId: `<${number}@meet.example.org>`,
    content: '{}',
    expires: null,
    ...more,
  };
}
