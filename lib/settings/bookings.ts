/** Settings of bookings: bounds, what a new form holds, what the list shows. */

import { plainWords } from '../text/plain_text.ts';
import { integer, integerOrOff, phrase } from './rows.ts';

/** Rows about meetings. */
export const bookings = {
  JMB_DEFAULT_OBJECT: phrase(plainWords, '', {
    fr: 'Objet d’une nouvelle réunion\u00a0; vide\u00a0: «\u00a0Réunion du 24\u00a0novembre\u00a0», dans la langue de la page',
    en: 'Subject of a new meeting; empty: "Meeting on 24 November", in the language of the page',
  }),
  JMB_DEFAULT_MEETING_DURATION: integer(90, 'min', { fr: 'Durée proposée', en: 'Proposed duration' }, 1),
  JMB_MIN_MEETING_DURATION: integer(30, 'min', { fr: 'Durée la plus courte', en: 'Shortest duration' }, 1),
  JMB_MAX_MEETING_DURATION: integer(480, 'min', { fr: 'Durée la plus longue', en: 'Longest duration' }, 1),
  JMB_STEP_MEETING_DURATION: integer(30, 'min', { fr: 'Pas entre les durées proposées', en: 'Step of durations' }, 1),
  JMB_MAX_MODERATORS: integer(2, '', {
    fr: 'Nombre de modérateurs au plus, outre l’organisateur',
    en: 'Moderators at most, beside the owner',
  }),
  JMB_MAX_GUESTS: integer(50, '', { fr: 'Nombre d’invités au plus', en: 'Guests at most' }, 1),
  JMB_MAX_MAILS_PER_HOUR: integerOrOff(500, '', {
    fr: 'Nombre de courriels que les réunions d’un organisateur peuvent occasionner en une heure, rappels non compris\u00a0; 0\u00a0: sans limite',
    en: 'Mails that the meetings of one organiser may cause within an hour, reminders apart; 0: no limit',
  }),
  JMB_SHOW_ARCHIVES: integerOrOff(365, 'd', {
    fr: 'Ancienneté des réunions passées que la liste montre encore',
    en: 'Age up to which the list still shows past meetings',
  }),
  JMB_LIST_HIGHLIGHT_OWNER: integerOrOff(900, 's', {
    fr: 'Avance avec laquelle organisateur et modérateurs peuvent rejoindre',
    en: 'How long before the begin owner and moderators may join',
  }),
  JMB_LIST_HIGHLIGHT_GUEST: integerOrOff(300, 's', {
    fr: 'Avance avec laquelle les invités peuvent rejoindre',
    en: 'How long before the begin guests may join',
  }),
};
