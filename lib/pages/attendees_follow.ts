/** booking.cgi?attendees&id=ID: who answered what and who came, for owner and moderators; and, for the owner, whom no mail has reached. */
import attendees from '../../templates/pages/attendees.hbs';
import { asked, silentOf, written } from '../booking/ask.ts';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { meaningOf } from '../mail/smtp_failures.ts';
import { mayEdit, timesStand } from '../meetings/access.ts';
import { toldDetails } from '../meetings/details.ts';
import type { Attendee, Identity } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import type { Request, Response } from '../message.ts';
import { isEditor } from '../people/check_modules.ts';
import { type Said, saidOf, type Unconfirmed, unconfirmedOf } from '../store/answers.ts';
import { type OutboxRow, outboxOf } from '../store/outbox.ts';
import { namesOf } from '../store/people.ts';
import { formToken } from '../store/secrets.ts';
import { aboutId } from '../store/series.ts';
import type { TextKey } from '../text/catalogue.ts';
import { timeOf } from '../text/dates.ts';
import { proposalWords } from './invitation_answer.ts';
import { givenOf } from './meeting_give.ts';
import { extensionOf, insideOf } from './meeting_running.ts';
import { answerIcon, counted, personWords, placeWords, type Reading, readingOf, ticketWords } from './meeting_view.ts';
import { type Frame, page, sayingOf } from './page.ts';

/** What is wrong with the address that was typed for somebody. */
export interface WrongAddress {
  readonly email: string;
  readonly typed: string;
  readonly mistake: TextKey;
}

/** Answers with the page of one meeting. */
export function attendeesFollow(
  request: Request,
  context: Context,
  granted: Pick<Granted, 'identity' | 'read'>,
): Promise<Response> {
  return followPage(request, context, granted, null);
}

/** The page: 200, or 400 where an address that was typed is none to take. */
export async function followPage(
  request: Request,
  context: Context,
  { identity, read }: Pick<Granted, 'identity' | 'read'>,
  wrong: WrongAddress | null,
): Promise<Response> {
  const reading = readingOf(context);
  const { texts, store } = context;
  const { meeting, attendees: people } = read;
  // Who acts in another's place sees what they see, but for the way in, which is theirs alone.
  const { as } = read;
  const seat = highest(people, as.addresses);
  const isOwner = seat?.role === 'owner';
  const editor = isOwner || (await isEditor(context, identity));
  const said = saidOf(store, meeting.id);
  // What has begun is not moved.
  const movable = isOwner && !timesStand(meeting, reading.now);
  // Of a series people are told as of one.
  const told = isOwner ? [...new Set([meeting.id, aboutId(store, meeting.id)])] : [];
  const mails = told.flatMap((id) => outboxOf(store, id));
  const unconfirmed = told.flatMap((id) => unconfirmedOf(store, id));
  const names = namesOf(
    store,
    people.map(({ email }) => email),
  );
  const writable = isOwner && mayEdit(meeting, 'owner', reading.now);
  const seen = seat && placeWords(reading, meeting, seat);
  const place = seen && as.by ? { ...seen, join: false, hash: '' } : seen;
  const extension = seat && extensionOf(context, identity, { meeting, attendee: seat });
  return page(context, attendees, frameOf(request, context, identity, { wrong, editor }), {
    ...ticketWords(reading, meeting),
    ...place,
    extension,
    open: place?.join || extension !== null,
    invitable: place?.editable && timesStand(meeting, reading.now),
    handable: as.by === undefined,
    details: toldDetails(meeting, texts),
    give: place && place.state !== 'over' && givenOf(context, read, names.get(ownerOf(people))),
    inside: place?.join && (await insideOf(context, reading, meeting)),
    people: people.map((attendee) => ({
      ...personRow(reading, attendee, names.get(attendee.email)),
      ...wordsRow(context, said.get(attendee.hash), movable),
      manage: writable && attendee.role !== 'owner' && manageRow(context, attendee, mails, wrong),
    })),
    token: formToken(store, identity.uid, reading.now),
    saved: meeting.version,
    notice: sayingOf(request, texts).notice,
    totals: totals(reading, people),
    remind: movable && remindWords(reading, people, mails),
    unconfirmed: unconfirmed.map((one) => unconfirmedRow(reading, one)),
    refused: mails.filter(({ state }) => state === 'refused').map((mail) => mailRow(reading, mail)),
    waiting: mails.filter(({ state }) => state === 'waiting').map((mail) => mailRow(reading, mail)),
  });
}

function ownerOf(people: readonly Attendee[]): string {
  return people.find(({ role }) => role === 'owner')?.email ?? '';
}

function frameOf(
  request: Request,
  { texts }: Context,
  { name: user }: Identity,
  { wrong, editor }: { readonly wrong: WrongAddress | null; readonly editor: boolean },
): Frame {
  const title = texts('follow.title');
  // Who may book may invite more people here.
  const asks = editor ? 'asks' : true;
  const { notice, headers } = sayingOf(request, texts);
  if (wrong !== null)
    return { status: 400, title, spoken: texts('form.spoken_error', { title }), user, editor, script: asks };
  const spoken = notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  return { title, ...spoken, user, editor, headers, script: asks };
}

/** What the button says that asks those who have not answered; or when they were asked, and may be again. */
function remindWords(reading: Reading, people: readonly Attendee[], mails: readonly OutboxRow[]): object | null {
  const { texts, now } = reading;
  const count = silentOf(people).length;
  if (count === 0) return null;
  const { last, from } = asked(mails);
  const times = { time: timeOf(reading, last), from: timeOf(reading, from) };
  return from > now
    ? { later: texts('follow.remind_from', times) }
    : { label: counted(reading, 'follow.remind', count) };
}

/** What the owner can do about one person: write to them again, correct their address. */
function manageRow(
  context: Context,
  { email }: Attendee,
  mails: readonly OutboxRow[],
  wrong: WrongAddress | null,
): object {
  const { texts, clock } = context;
  const { last, from } = written(mails, email);
  const times = { time: timeOf(context, last), from: timeOf(context, from) };
  const mine = wrong?.email === email ? wrong : null;
  return {
    later: from > clock.now() ? texts('follow.mail_from', times) : '',
    typed: mine?.typed ?? email,
    error: mine && texts(mine.mistake),
  };
}

function personRow(reading: Reading, { role, email, name, answer, connections }: Attendee, signedInAs = ''): object {
  return {
    ...personWords(email, name ?? signedInAs),
    role: reading.texts(`role.${role}`),
    answer: role === 'owner' ? 'owner' : answer,
    answerWord: role === 'owner' ? '' : reading.texts(`follow.${answer}`),
    icon: answerIcon(answer),
    connections,
  };
}

/** What somebody said with an answer; another time that they proposed can be taken while the meeting can be moved, and it is to come. */
function wordsRow(context: Context, said: Said | undefined, movable: boolean): object {
  if (said === undefined) return {};
  const { comment, proposal } = said;
  return {
    said: comment !== '' || proposal !== null,
    comment,
    proposed: proposal && proposalWords(context, proposal),
    move: movable && proposal !== null && proposal.begin > context.clock.now() && proposal,
  };
}

/** The owner is no part of the answers. */
function totals(reading: Reading, attendees: readonly Attendee[]): object[] {
  const invited = attendees.filter(({ role }) => role !== 'owner');
  const answered = (answer: Attendee['answer']) => invited.filter((one) => one.answer === answer).length;
  const came = invited.filter(({ connections }) => connections > 0).length;
  const figures = [
    ['invited', invited.length],
    ['accepted', answered('accepted')],
    ...(answered('tentative') > 0 ? [['tentative', answered('tentative')] as const] : []),
    ['declined', answered('declined')],
    ['none', answered('none')],
    ['came', came],
  ] as const;
  return figures.map(([kind, count]) => ({ kind, count, label: counted(reading, `follow.total_${kind}`, count) }));
}

/** What somebody sent who cannot be held to it. */
function unconfirmedRow({ texts }: Reading, { from, named, answer, comment }: Unconfirmed): object {
  const word = answer === '' ? '' : texts(`follow.${answer}`);
  return {
    from: from || texts('follow.unconfirmed_nobody'),
    named: named === '' || named === from ? '' : texts('follow.unconfirmed_named', { email: named }),
    word,
    comment,
  };
}

function mailRow({ texts }: Reading, { recipient, kind, reason }: OutboxRow): object {
  const meaning = reason === null ? null : meaningOf(reason);
  return {
    recipient,
    kind: texts(`follow.mail_${kind}`),
    meaning: meaning === null ? '' : texts(`failure.${meaning}`),
    reason: reason ?? '',
  };
}
