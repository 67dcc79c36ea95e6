/** One meeting of a list, whatever list it stands in: what is said of it, and what can be pressed. */
import type { Context } from '../context.ts';
import { tallyWords } from '../meetings/answers.ts';
import type { Listed } from '../store/meetings.ts';
import { namedIn } from '../store/people.ts';
import { isoDate } from '../text/dates.ts';
import type { Extension } from './meeting_running.ts';
import {
  type MeetingWords,
  meetingWords,
  type PlaceWords,
  personWords,
  placeWords,
  type Reading,
  shortDayOf,
} from './meeting_view.ts';
import type { NoticeWords } from './page.ts';

/** What only some meetings have: those that run, and the one that something was just done to. */
export interface RarePart {
  readonly extension: Extension | null;
  /** How many people are there, where that is known. */
  readonly inside: string;
  /** When its room closes, where it has just ended and rooms do. */
  readonly closing: string;
  /** What was just done, said at the meeting. */
  readonly told: NoticeWords | null;
  /** Whose meetings they are, where they are another's: the address, and the token of the forms that act in their place. */
  readonly instead: { readonly token: string; readonly who: string } | null;
}

/** One meeting in the list. */
export interface Item extends MeetingWords, PlaceWords, RarePart {
  readonly organiser: { name: string; email: string };
  readonly counts: string;
  /** With whom, for those who are told of everybody; else empty. */
  readonly company: string;
  readonly accepted: boolean;
  readonly declined: boolean;
  readonly unanswered: boolean;
  /** Whether the answer can still be given, or changed. */
  readonly answerable: boolean;
  /** Whether it can be by who acts in the place of the one invited. */
  readonly answersFor: boolean;
  /** Whether this is an invitation that waits for an answer. */
  readonly waiting: boolean;
  readonly moderator: boolean;
  /** Whether the page of responses is theirs to read. */
  readonly follows: boolean;
  /** Whether there is anything to press. */
  readonly actions: boolean;
  /** The element of the subject: h3, h4 under a day, h5 where days are under a month. */
  heading: 'h3' | 'h4' | 'h5';
  /** The day, where no heading says it. */
  day: string;
  /** The day on which it ends, where that is another. */
  readonly lastDay: string;
  /** Whether one button accepts it with those after it: none of them is answered. The later meetings of its series, folded. */
  acceptAll?: boolean;
  more?: { readonly words: string; readonly open: boolean; readonly items: readonly Item[] };
}

/** Nothing of that. */
const NOTHING_RARE: RarePart = { extension: null, inside: '', closing: '', told: null, instead: null };

/** How many people of a meeting are named in a list. */
const MOST_NAMED = 3;

/** With whom a meeting is, in words: `avec Hans Müller · Bob Durand et 4 autres personnes`; a guest is told of nobody else. */
export type Company = (one: Listed) => string;

/** Reads who has a name in these meetings. */
export function companyOf({ store, texts }: Pick<Context, 'store' | 'texts'>, listed: readonly Listed[]): Company {
  const isTold = ({ attendee }: Listed): boolean => attendee.role !== 'guest';
  const named = namedIn(
    store,
    listed.filter(isTold).map(({ meeting }) => meeting.id),
  );
  return (one) => {
    const all = named.get(one.meeting.id)?.filter(({ email }) => email !== one.attendee.email) ?? [];
    const names = all.slice(0, MOST_NAMED).map(({ name }) => name);
    if (names.length === 0) return '';
    const others = one.invited - names.length - (one.attendee.role === 'owner' ? 0 : 1);
    const key = others < 1 ? 'list.with' : others === 1 ? 'list.with_one' : 'list.with_many';
    return texts(key, { names: names.join(texts('list.with_comma')), others });
  };
}

/** A meeting in words. */
export function itemOf(reading: Reading, listed: Listed, company: Company, rare: RarePart = NOTHING_RARE): Item {
  const { extension, inside, closing, told, instead } = rare;
  const { meeting, attendee, owner: organiser, invited, accepted, declined, tentative } = listed;
  const { id, subject, date, begin, end, iso, duration } = meetingWords(reading, meeting);
  const place = placeWords(reading, meeting, attendee);
  const { state, stateWord, role, answer, answerWord, icon, accept, decline, join, room } = place;
  const { hash, opens, editable, removable, repeatable, owner } = place;
  // Without a spread: what is added to one, V8 adds property by property, which took a third of a list of 100.
  return {
    id,
    subject,
    date,
    begin,
    end,
    iso,
    duration,
    state,
    stateWord: closing || stateWord,
    role,
    answer,
    answerWord,
    icon,
    // Nobody is shown the secrets of another's links, nor let into a room in their place.
    accept: instead ? '' : accept,
    decline: instead ? '' : decline,
    join: join && instead === null,
    room,
    hash: instead ? '' : hash,
    opens,
    editable,
    removable,
    repeatable,
    owner: owner && instead === null,
    organiser: personWords(organiser),
    counts: tallyWords(
      { accepted, declined, tentative, none: invited - accepted - declined - tentative },
      reading.texts,
    ),
    company: company(listed),
    accepted: answer === 'accepted',
    declined: answer === 'declined',
    unanswered: answer === 'none',
    answerable: instead === null && Boolean(accept || decline),
    answersFor: instead !== null && Boolean(accept || decline),
    waiting: answer === 'none' && !owner && state !== 'over',
    moderator: attendee.role === 'moderator',
    follows: attendee.role !== 'guest',
    extension,
    inside,
    closing,
    told,
    instead,
    actions: Boolean(join || accept || decline || editable || removable || repeatable || extension),
    heading: 'h3',
    day: shortDayOf(reading, meeting.begin),
    lastDay: iso.startsWith(isoDate(reading.zone, meeting.end)) ? '' : shortDayOf(reading, meeting.end),
  };
}
