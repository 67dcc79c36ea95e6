/** What the directory said last, by question: kept where that can be written, and not for long. */
import type { Store } from './store.ts';

/** An answer, and when it was given. */
export interface KeptAnswer {
  /** JSON. */
  readonly value: string;
  /** Unix seconds. */
  readonly at: number;
}

/** How many questions are kept: two for each of ten thousand people. The oldest go first. */
const MOST = 20_000;

/** The longest question and the longest answer that are kept, in characters. */
const LONGEST = 2_000;

/** What was last said to a question, or undefined. */
export function keptAnswer(store: Store, question: string): KeptAnswer | undefined {
  return store.get<KeptAnswer>(
    'SELECT answer_value AS value, answer_at AS at FROM directory_answer WHERE answer_question = ?',
    question,
  );
}

/** Keeps an answer, where that can be written. @param now Unix seconds */
export function keepAnswer(store: Store, question: string, value: string, now: number): void {
  if (question.length > LONGEST || value.length > LONGEST) return;
  store.jot(() => {
    store.run(
      `INSERT INTO directory_answer (answer_question, answer_value, answer_at) VALUES (?, ?, ?)
       ON CONFLICT (answer_question) DO UPDATE SET answer_value = excluded.answer_value, answer_at = excluded.answer_at`,
      question,
      value,
      now,
    );
    store.run(
      'DELETE FROM directory_answer WHERE answer_id <= (SELECT max(answer_id) FROM directory_answer) - ?',
      MOST,
    );
  });
}

/** Forgets the answers from before a Unix time; costs a look at an index where there are none. */
export function forgetAnswers(store: Store, before: number): void {
  if (store.get('SELECT 1 FROM directory_answer WHERE answer_at < ? LIMIT 1', before) === undefined) return;
  store.note(() => store.run('DELETE FROM directory_answer WHERE answer_at < ?', before));
}
