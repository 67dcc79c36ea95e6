/** booking.cgi?attendees&id=ID: who answered what and who came, for owner and moderators; and, for the owner, whom no mail has reached. */

import attendees from '../../templates/pages/attendees.hbs';
import type { Context } from '../context.ts';
import type { Granted } from '../http/route.ts';
import { roomLink } from '../jitsi/room_name.ts';
import { meaningOf } from '../mail/smtp_failures.ts';
import { timesStand } from '../meetings/access.ts';
import type { Attendee } from '../meetings/meeting.ts';
import { highest } from '../meetings/people.ts';
import type { Request, Response } from '../message.ts';
import { isEditor } from '../people/check_modules.ts';
import { type Said, saidOf } from '../store/answers.ts';
import { type OutboxRow, outboxOf } from '../store/outbox.ts';
import { namesOf } from '../store/people.ts';
import { type Unconfirmed, unconfirmedOf } from '../store/replies.ts';
import { formToken } from '../store/secrets.ts';
import { proposalWords } from './invitation_answer.ts';
import { extensionOf } from './meeting_extend.ts';
import { answerIcon, counted, personWords, placeWords, type Reading, readingOf, ticketWords } from './meeting_view.ts';
import { page, sayingOf } from './page.ts';
import { insideWords, peopleOf } from './room_people.ts';

/** Answers with the follow-up of one meeting. */
export async function attendeesFollow(
  request: Request,
  context: Context,
  { identity, read }: Pick<Granted, 'identity' | 'read'>,
): Promise<Response> {
  const reading = readingOf(context);
  const { texts, store } = context;
  const { meeting, attendees: people } = read;
  const seat = highest(people, identity.addresses);
  const isOwner = seat?.role === 'owner';
  const said = saidOf(store, meeting.id);
  // What has begun is not moved.
  const movable = isOwner && !timesStand(meeting, reading.now);
  const mails = isOwner ? outboxOf(store, meeting.id) : [];
  const unconfirmed = isOwner ? unconfirmedOf(store, meeting.id) : [];
  const names = namesOf(
    store,
    people.map(({ email }) => email),
  );
  const title = texts('follow.title');
  const { notice, headers } = sayingOf(request, texts);
  const spoken = notice && { spoken: texts('list.noticed', { notice: notice.text, title }) };
  const editor = isOwner || (await isEditor(context, identity));
  const frame = { title, ...spoken, user: identity.name, editor, headers };
  const place = seat && placeWords(reading, meeting, seat);
  const extension = seat && extensionOf(context, identity, { meeting, attendee: seat });
  return page(context, attendees, frame, {
    ...ticketWords(reading, meeting),
    ...place,
    extension,
    open: place?.join || extension !== null,
    invitable: place?.editable && timesStand(meeting, reading.now),
    agenda: meeting.agenda,
    roomAddress: roomLink(context.settings.JMB_URL, meeting.room),
    inside: insideWords(reading, meeting, await peopleOf(context, [meeting])),
    people: people.map((attendee) => ({
      ...personRow(reading, attendee, names.get(attendee.email)),
      ...wordsRow(context, said.get(attendee.hash), movable),
    })),
    token: formToken(store, identity.uid, reading.now),
    saved: meeting.version,
    notice,
    totals: totals(reading, people),
    unconfirmed: unconfirmed.map((one) => unconfirmedRow(reading, one)),
    refused: mails.filter(({ state }) => state === 'refused').map((mail) => mailRow(reading, mail)),
    waiting: mails.filter(({ state }) => state === 'waiting').map((mail) => mailRow(reading, mail)),
  });
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
