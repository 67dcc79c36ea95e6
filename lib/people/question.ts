/** The question to a check module and its answer: who gets a token for a room. */
import type { Context } from '../context.ts';
import type { Identity, Meeting, Role } from '../meetings/meeting.ts';
import type { TextKey } from '../text/catalogue.ts';

/** What a check module is asked. */
export interface Question {
  /** The room's name, lower case. */
  readonly room: string;
  readonly identity: Identity;
  /** Unix seconds. */
  readonly now: number;
  /** The booked meeting of the room, or null when the room is not booked. */
  readonly meeting: Meeting | null;
  /** What the user is in this meeting, or null when nothing. */
  readonly role: Role | null;
}

/** What a check module says; `pass` leaves it to the next. */
export type Verdict =
  | { readonly verdict: 'allow' | 'pass' }
  | {
      readonly verdict: 'refuse';
      /** For the log, in English; of an administrator's module also for the user. */
      readonly reason: string;
      /** What the user reads instead of the reason: of built-in modules. */
      readonly text?: TextKey;
    };

/** A check module. It may ask the directory, the store and the settings of the context, and write to its log. */
export type CheckModule = (question: Question, context: Context) => Verdict | Promise<Verdict>;
