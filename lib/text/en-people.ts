/** English texts about who may do what. */
import type { frPeople } from './fr-people.ts';

export const enPeople: Record<keyof typeof frPeople, string> = {
  'refused.not_signed_in': 'You are not signed in.',
  'refused.no_address': 'This service knows no mail address of your account. The administrator can have it added.',
  'refused.not_editor': 'Your account may neither book nor open a meeting.',
  'refused.not_moderator': 'Only the organiser and the moderators of this meeting can open the room.',
  'refused.meeting_over': 'This meeting is over.',
  'refused.not_your_room': 'This room is not booked, and it is not your private room.',
  'refused.nobody_allows': 'Nothing allows you to open this room.',
  'refused.by_module': 'You are refused entry to this room: {reason}',
  'refused.no_module': 'A module of this service has failed. The administrator finds the reason in the log.',
};
