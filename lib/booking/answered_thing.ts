/** What an answer by mail is about: a meeting, a whole series, or one date of a series. */
import type { Context } from '../context.ts';
import type { Attendee, Invitation, Meeting } from '../meetings/meeting.ts';
import type { CalendarReply } from '../meetings/reply.ts';
import type { Scope } from '../meetings/series.ts';
import { invitationBySeries } from '../store/invitations.ts';
import { attendeesOf, meetingById } from '../store/meetings.ts';
import { type StaffedMeeting, staffedById } from '../store/series.ts';

/** The thing that is answered. */
export interface AnsweredThing extends StaffedMeeting {
  /** As it was told of; of one date of a series, with the time of that. */
  readonly meeting: Meeting;
  readonly scope: Scope;
  /** What sets its answers apart from those of other dates, beside the secret of whoever answers. */
  readonly mark: string;
  /** Whose answer is to be written down, of one of its people; undefined: there is no such date any more. */
  readonly seatOf: (attendee: Attendee) => Invitation | undefined;
}

/** The thing that a UID and a RECURRENCE-ID name, which may be anybody's text; undefined where it is none of ours. */
export function answeredThing({ store, settings, clock }: Context, reply: CalendarReply): AnsweredThing | undefined {
  const [id = '', server] = reply.uid.split('@');
  const isOurs = server?.toLowerCase() === settings.JMB_SERVER_NAME.toLowerCase();
  const found = isOurs ? staffedById(store, id, clock.now()) : undefined;
  if (found === undefined) return undefined;
  const { meeting, attendees } = found;
  const { series, duration } = meeting;
  if (series === undefined) return { ...found, scope: 'one', mark: '', seatOf: (attendee) => ({ meeting, attendee }) };
  const turn =
    reply.occurrence === undefined ? series.turns[0] : series.turns.find(({ begin }) => begin === reply.occurrence);
  const begin = turn?.begin ?? meeting.begin;
  const told = { meeting: { ...meeting, begin, end: begin + duration }, attendees };
  if (reply.occurrence === undefined) {
    return { ...told, scope: 'all', mark: '', seatOf: ({ hash }) => invitationBySeries(store, hash, clock.now()) };
  }
  const own =
    turn === undefined || turn.apart || turn.meetingId === null ? undefined : meetingById(store, turn.meetingId);
  const seatOf = ({ email }: Attendee): Invitation | undefined => {
    const attendee = own && attendeesOf(store, own.id).find((one) => one.email === email);
    return own && attendee && { meeting: own, attendee };
  };
  return { ...told, scope: 'one', mark: ` ${begin}`, seatOf };
}
