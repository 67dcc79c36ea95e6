/** What the list says after something was done: a closed set, since the word stands in the address, where anybody can write. */

import type { Texts } from '../text/catalogue.ts';

/** What can have been done. */
const NOTICES = [
  'booked',
  'booked_going',
  'booked_waiting',
  'booked_refused',
  'changed',
  'changed_going',
  'changed_waiting',
  'changed_refused',
  'unchanged',
  'extended',
  'removed',
  'removed_going',
  'removed_waiting',
  'removed_refused',
  'removed_quietly',
  'accepted',
  'declined',
] as const;

/** The name of a notice. */
export type Notice = (typeof NOTICES)[number];

/** A notice in words, and whether something is left to be desired. */
export interface NoticeWords {
  readonly text: string;
  readonly mixed: boolean;
}

/** The notice that an address names, or null. */
export function noticeOf(name: string | undefined, texts: Texts): NoticeWords | null {
  const notice = NOTICES.find((one) => one === name);
  if (notice === undefined) return null;
  return {
    text: texts(`notice.${notice}`),
    mixed: notice.endsWith('_going') || notice.endsWith('_waiting') || notice.endsWith('_refused'),
  };
}

/** The list, with a notice. */
export function listWith(notice: Notice): string {
  return `booking.cgi?list&notice=${notice}`;
}
