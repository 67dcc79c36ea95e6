/**
 * join.cgi?accept, ?tentative, ?decline and ?answer: the page asks, the form answers; mail scanners that follow links answer for nobody.
 * Once answered, the page says so, and a second press where the button was changes nothing.
 */
import answerTemplate from '../../templates/pages/answer.hbs';
import { answer, answerRefused, sendToOwner } from '../booking/answer.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import {
  checkWords,
  type Given,
  keptWords,
  LONGEST_COMMENT,
  NO_WORDS,
  type Proposal,
  type Words,
  type WordsForm,
  type WordsMistakes,
} from '../meetings/answers.ts';
import { toldDetails } from '../meetings/details.ts';
import type { Answer, Invitation } from '../meetings/meeting.ts';
import { scopeOf } from '../meetings/series.ts';
import { formParams, queryParams, type Request, type Response } from '../message.ts';
import type { Refusal } from '../refusal.ts';
import { saidOf } from '../store/answers.ts';
import { ownerOf } from '../store/invitations.ts';
import { chosenBy } from '../store/mine.ts';
import { clockTime, isoDate, longDate, timeOf } from '../text/dates.ts';
import { type Zone, zoneOf } from '../text/zones.ts';
import { scopesOf } from './form_fields.ts';
import { answerIcon, clockWords, personWords, placeWords, readingOf, ticketWords } from './meeting_view.ts';
import { beside, go, page, toList } from './page.ts';

/** The word of an address for each answer. */
const WORDS = { accepted: 'accept', tentative: 'tentative', declined: 'decline' } as const satisfies Record<
  Given,
  string
>;

/** What its button says. */
const LABELS = { accepted: 'answer.accept', tentative: 'answer.maybe', declined: 'answer.decline' } as const;

const ANSWERS = Object.keys(WORDS) as readonly Given[];

/** What the address asks for; none where it leaves that open. */
function askedAnswer(request: Request): Answer {
  const query = queryParams(request);
  return ANSWERS.find((one) => query.has(WORDS[one])) ?? 'none';
}

/** Shows the meeting, and the answers to choose from; or the answer as it was given, where the address asks for no other. */
export function answerAsk(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Response | Refusal {
  const refusal = answerRefused(context, invitation);
  if (refusal !== null) return refusal;
  byOwnClock(context, invitation);
  const said = saidBy(context, invitation);
  return answerPage(context, invitation, {
    asked: askedAnswer(request),
    fromList: queryParams(request).get('from') === 'list',
    typed: typedOf(said, context.zone),
    said,
  });
}

/** What the page of an answer shows besides the meeting. */
interface Asking {
  readonly asked: Answer;
  /** Whether the list is where one goes on. */
  readonly fromList: boolean;
  readonly typed: WordsForm;
  /** What was said with the answer as it stands. */
  readonly said: Words;
  readonly mistakes?: WordsMistakes;
}

function answerPage(context: Context, invitation: Invitation, asking: Asking): Response {
  const { texts, store } = context;
  const { meeting, attendee } = invitation;
  const { asked, fromList, typed, said, mistakes } = asking;
  const reading = readingOf(context);
  const done = attendee.answer;
  const given = mistakes === undefined && done !== 'none' && (asked === 'none' || asked === done);
  const title = texts(given ? `answer.is_${done}` : `answer.ask_${asked}`);
  return page(
    context,
    answerTemplate,
    { title, ...(mistakes ? { status: 400, spoken: texts('form.spoken_error', { title }) } : {}) },
    {
      ...ticketWords(reading, meeting),
      details: toldDetails(meeting, texts),
      ...placeWords(reading, meeting, attendee),
      hash: wayOf(invitation),
      scopes: scopesOf(context, meeting, invitation.series && 'all'),
      organiser: personWords(ownerOf(store, meeting.id) ?? ''),
      email: attendee.email,
      given,
      comes: done === 'accepted' || done === 'tentative',
      comment: said.comment,
      proposed: said.proposal && proposalWords(context, said.proposal),
      ...answerForm(context, given || asked === 'none' ? done : asked, typed, mistakes),
      fromList,
    },
  );
}

/** « vendredi 27 novembre 2026 à 14:00 »: another time that was proposed. */
export function proposalWords(context: Pick<Context, 'texts' | 'language' | 'zone'>, { begin }: Proposal): string {
  return context.texts('answer.at', { date: longDate(context, begin), time: timeOf(context, begin) });
}

/** What templates/pages/answer_form.hbs shows. @param preferred the answer that stands out */
export function answerForm(
  context: Context,
  preferred: Answer,
  typed: WordsForm = typedOf(NO_WORDS, context.zone),
  mistakes: WordsMistakes = {},
): object {
  const { texts, clock, zone } = context;
  const error = (field: keyof WordsForm): string => {
    const text = mistakes[field];
    return text === undefined ? '' : texts(text, { max: LONGEST_COMMENT });
  };
  return {
    asked: WORDS[preferred === 'none' ? 'accepted' : preferred],
    choices: ANSWERS.map((one) => ({
      word: WORDS[one],
      label: texts(LABELS[one]),
      icon: answerIcon(one),
      main: one === preferred,
    })),
    typed,
    errors: { comment: error('comment'), date: error('date'), time: error('time') },
    wordy: typed.comment !== '' || typed.date !== '' || typed.time !== '',
    longest: LONGEST_COMMENT,
    earliest: isoDate(zone, clock.now()),
    zone: clockWords(context, clock.now()),
    zoneName: zone.name,
  };
}

/** Writes the answer down, and shows it: on the list, at its meeting, for who came from there. */
export async function answerGive(
  request: Request,
  context: Context,
  { invitation }: Pick<Granted, 'invitation'>,
): Promise<Response | Refusal> {
  const asked = askedAnswer(request);
  const given = asked === 'none' ? 'accepted' : asked;
  const { meeting } = invitation;
  const form = formParams(request);
  const fromList = form.get('from') === 'list';
  const field = (name: keyof WordsForm): string => form.get(name) ?? '';
  byOwnClock(context, invitation, form.get('zone'));
  const typed = keptWords({ comment: field('comment'), date: field('date'), time: field('time') });
  const checked = checkWords(typed, meeting, { now: context.clock.now(), zone: context.zone });
  if ('mistakes' in checked) {
    const late = answerRefused(context, invitation);
    const { mistakes } = checked;
    return (
      late ?? answerPage(context, invitation, { asked, fromList, typed, said: saidBy(context, invitation), mistakes })
    );
  }
  const refusal = answer(context, invitation, given, checked.words, {
    way: fromList ? 'list' : 'page',
    scope: scopeOf(form.get('conf_scope') ?? (invitation.series && 'all')),
  });
  if (refusal !== null) return refusal;
  await sendToOwner(context, meeting.id);
  if (fromList) return toList(request, given, meeting.id);
  return go(303, beside(request, `join.cgi?${WORDS[given]}&id=${encodeURIComponent(wayOf(invitation))}`));
}

/**
 * Has times be said to somebody who is invited by the clock that they chose, if they have an account and did.
 * @param named the zone that the form names which they send
 */
export function byOwnClock(context: Context, { attendee: { email } }: Invitation, named = ''): void {
  context.goBy?.(zoneOf(named) ?? chosenBy(context.store, [email]).get(email)?.zone ?? null);
}

/** The secret by which somebody came: that of a series leads to its next meeting, but stands for all. */
export function wayOf({ attendee, series }: Invitation): string {
  return series?.hash ?? attendee.hash;
}

function saidBy({ store }: Context, { meeting, attendee }: Invitation): Words {
  return saidOf(store, meeting.id).get(attendee.hash) ?? NO_WORDS;
}

/** The words of an answer as they would have been typed. */
function typedOf({ comment, proposal }: Words, zone: Zone): WordsForm {
  if (proposal === null) return { comment, date: '', time: '' };
  return { comment, date: isoDate(zone, proposal.begin), time: clockTime(zone, proposal.begin) };
}
