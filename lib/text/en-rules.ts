/** English texts about what a booking must be. */
import type { frRules } from './fr-rules.ts';

export const enRules: Record<keyof typeof frRules, string> = {
  'rule.date': 'Give a date of the calendar, such as 2026-12-03.',
  'rule.time': 'Give a time, such as 14:30.',
  'rule.time_skipped': 'That time does not exist on that day: clocks are set forward over it. Choose another.',
  'rule.past': 'That moment has passed. Choose a begin to come.',
  'rule.far': 'That date is more than ten years away. Check the year.',
  'rule.duration': 'Give a duration in minutes, such as 60.',
  'rule.duration_bounds': 'A meeting takes {min} to {max} minutes.',
  'rule.subject_long': 'The subject can have {max} characters at most.',
  'rule.long': 'This field can have {max} characters at most.',
  'rule.many': 'These are far too many addresses: {max} at most.',
  'rule.address': 'To be corrected: {addresses}. An address looks like first.last@example.org.',
  'rule.moderators': 'Moderators: {max} at most, besides you. There are {number}.',
  'rule.guests': 'Guests: {max} at most. There are {number}.',
  'rule.no_guest': 'Invite at least one person.',
};
