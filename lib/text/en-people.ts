/** English texts about who may do what. */
import type { frPeople } from './fr-people.ts';

export const enPeople: Record<keyof typeof frPeople, string> = {
  'refused.not_signed_in': 'You aren’t signed in.',
  'refused.no_address': 'This service has no email address for your account. Ask the administrator to add one.',
  'refused.not_editor': 'Your account isn’t allowed to book or open meetings.',
  'refused.not_moderator': 'Only the organiser and the moderators of this meeting can open the room.',
  'refused.meeting_over': 'This meeting has ended.',
  'refused.not_your_room': 'This room isn’t booked, and it isn’t your private room.',
  'refused.nobody_allows': 'You aren’t allowed to open this room.',
  'refused.by_module': 'You aren’t allowed into this room: {reason}',
  'refused.no_module': 'Part of this service has failed. The administrator will find the reason in the log.',
};
