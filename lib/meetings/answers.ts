/** What an invitation is answered with: an answer, a word to the organiser, and a time that would suit better. Pure. */
import type { TextKey, Texts } from '../text/catalogue.ts';
import { checkBegin, LONGEST_WORD, type Now } from './booking.ts';
import type { Answer, Attendee, Meeting } from './meeting.ts';

/** An answer that somebody can give. */
export type Given = Exclude<Answer, 'none'>;

/** The longest word to the organiser, in characters. */
export const LONGEST_COMMENT = 300;

/** Another time for a meeting. */
export interface Proposal {
  /** Unix seconds. */
  readonly begin: number;
  /** Seconds. */
  readonly duration: number;
}

/** What an answer says besides itself. */
export interface Words {
  /** Empty where there is none. */
  readonly comment: string;
  /** null where the time suits, or nobody said otherwise. */
  readonly proposal: Proposal | null;
}

/** An answer without any. */
export const NO_WORDS: Words = { comment: '', proposal: null };

/** The words as they are typed; a date and a time by the clock of who types. */
export interface WordsForm {
  readonly comment: string;
  readonly date: string;
  readonly time: string;
}

/** What is wrong with what was typed, by field. */
export type WordsMistakes = Readonly<Partial<Record<keyof WordsForm, TextKey>>>;

/**
 * Checks what was typed. Neither date nor time proposes nothing, and the time that the meeting has anyhow neither.
 * @param now when, and by whose clock
 */
export function checkWords(
  form: WordsForm,
  meeting: Pick<Meeting, 'begin' | 'duration'>,
  now: Now,
): { readonly words: Words } | { readonly mistakes: WordsMistakes } {
  const mistakes: Partial<Record<keyof WordsForm, TextKey>> = {};
  const comment = commentOf(form.comment);
  if ([...comment].length > LONGEST_COMMENT) mistakes.comment = 'rule.comment_long';
  const proposes = form.date.trim() !== '' || form.time.trim() !== '';
  const begin = proposes
    ? checkBegin(form, now, (field, text) => {
        if (field === 'date' || field === 'time') mistakes[field] = text;
      })
    : meeting.begin;
  if (begin === null || Object.keys(mistakes).length > 0) return { mistakes };
  return { words: { comment, proposal: begin === meeting.begin ? null : { begin, duration: meeting.duration } } };
}

/** What is looked at of what was typed: one more than can be still says that it is too much. */
export function keptWords(form: WordsForm): WordsForm {
  const word = (typed: string): string => (typed.length > LONGEST_WORD ? '' : typed);
  return { comment: form.comment.slice(0, 8 * LONGEST_COMMENT), date: word(form.date), time: word(form.time) };
}

/** A word in the lines that it was written in, without blanks around and with no more than one empty line. */
export function commentOf(typed: string): string {
  return (
    typed
      .replace(/\r\n?/g, '\n')
      // Neither control characters nor what turns the direction of writing around.
      .replace(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/gu, ' ')
      .replace(/[ \t]+\n/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}

/** An answer with its words, as it stands at one time. */
export interface Answered extends Words {
  readonly answer: Answer;
}

/**
 * How the owner hears of an answer (JMB_MAIL_ANSWERS): a no, a new word or another time at once, a yes or a maybe with others, where
 * those are wanted; the same answer once more not at all.
 */
export function howHeard(
  wanted: 'all' | 'declines' | 'none',
  before: Answered,
  after: Answered,
): 'at once' | 'gathered' | 'never' {
  if (wanted === 'none') return 'never';
  if (after.comment !== '' && after.comment !== before.comment) return 'at once';
  const { proposal } = after;
  if (
    proposal !== null &&
    (proposal.begin !== before.proposal?.begin || proposal.duration !== before.proposal.duration)
  ) {
    return 'at once';
  }
  if (after.answer === before.answer) return 'never';
  if (after.answer === 'declined') return 'at once';
  return wanted === 'all' ? 'gathered' : 'never';
}

/** How many have answered what. */
export type Tally = Readonly<Record<Answer, number>>;

/** Counts the answers of a meeting's people; the owner's is none. */
export function tallyOf(attendees: readonly Pick<Attendee, 'role' | 'answer'>[]): Tally {
  const tally = { accepted: 0, tentative: 0, declined: 0, none: 0 };
  for (const { role, answer } of attendees) if (role !== 'owner') tally[answer] += 1;
  return tally;
}

/** « 2 oui · 1 non · 3 en attente »; maybe only where somebody said so. */
export function tallyWords(tally: Tally, texts: Texts): string {
  const order = ['accepted', ...(tally.tentative > 0 ? ['tentative' as const] : []), 'declined', 'none'] as const;
  return order.map((answer) => texts(`tally.${answer}`, { count: tally[answer] })).join(' · ');
}
