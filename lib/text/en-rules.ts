/** English texts about what a booking must be. */
import type { frRules } from './fr-rules.ts';

export const enRules: Record<keyof typeof frRules, string> = {
  'rule.date': 'Enter a date, such as 2026-12-03.',
  'rule.time': 'Enter a time, such as 14:30.',
  'rule.time_skipped': 'That time doesn’t exist on that day: the clocks go forward. Choose another.',
  'rule.past': 'That time has passed. Choose a later start.',
  'rule.far': 'That date is more than ten years away. Check the year.',
  'rule.duration': 'Enter a duration in minutes, such as 60.',
  'rule.duration_bounds': 'A meeting lasts {min} to {max} minutes.',
  'rule.subject_long': 'The subject can be at most {max} characters long.',
  'rule.long': 'This field can be at most {max} characters long.',
  'rule.many': 'That is far too many addresses: {max} at most.',
  'rule.address': 'Please correct: {addresses}. An address looks like first.last@example.org.',
  'rule.moderators': 'Moderators: {max} at most, not counting you. There are {number}.',
  'rule.guests': 'Guests: {max} at most. There are {number}.',
  'rule.no_guest': 'Invite at least one person.',
};
