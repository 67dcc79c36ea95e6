/** Settings of what is sent out: mails, reminders, feeds. */

import { plainWords } from '../text/plain_text.ts';
import { integers, phrase, secret, text } from './rows.ts';

/** Rows about mails, reminders and feeds. */
export const mail = {
  JMB_MAIL_DOMAIN: text(`\${JMB_SERVER_NAME#*.}`, {
    fr: 'Domaine des adresses de la maison\u00a0: leurs modérateurs passent par l’authentification',
    en: 'Domain of the house’s addresses: their moderators sign in',
  }),
  JMB_MAIL_FROM_NOTIFICATION: text('noreply@$JMB_MAIL_DOMAIN', {
    fr: 'Adresse d’expédition des courriels (en-tête et enveloppe)',
    en: 'Address that mails come from (header and envelope)',
  }),
  JMB_SMTP_URL: secret('smtp://localhost:25', {
    fr: 'Serveur SMTP\u00a0; smtps:// pour TLS, smtp://nom:motdepasse@hôte:587 pour s’authentifier',
    en: 'SMTP server; smtps:// for TLS, smtp://user:password@host:587 to authenticate',
  }),
  JMB_MAIL_REMINDER: integers([10080, 1440, 60, 10], 'min', {
    fr: 'Rappels par courriel avant le début\u00a0; vide\u00a0: aucun',
    en: 'Reminders by mail before the begin; empty: none',
  }),
  JMB_SUBJECT_NEW_OWNER: subject('organisateur, nouvelle réunion', 'owner, new meeting'),
  JMB_SUBJECT_NEW_MODERATOR: subject('modérateur, nouvelle réunion', 'moderator, new meeting'),
  JMB_SUBJECT_NEW_GUEST: subject('invité, nouvelle réunion', 'guest, new meeting'),
  JMB_SUBJECT_EDIT_OWNER: subject('organisateur, réunion modifiée', 'owner, changed meeting'),
  JMB_SUBJECT_EDIT_MODERATOR: subject('modérateur, réunion modifiée', 'moderator, changed meeting'),
  JMB_SUBJECT_EDIT_GUEST: subject('invité, réunion modifiée', 'guest, changed meeting'),
  JMB_SUBJECT_DEL_OWNER: subject('organisateur, réunion annulée', 'owner, cancelled meeting'),
  JMB_SUBJECT_DEL_MODERATOR: subject('modérateur, réunion annulée', 'moderator, cancelled meeting'),
  JMB_SUBJECT_DEL_GUEST: subject('invité, réunion annulée', 'guest, cancelled meeting'),
  JMB_SUBJECT_MAIL_REMINDER_OWNER: subject('organisateur, rappel', 'owner, reminder'),
  JMB_SUBJECT_MAIL_REMINDER_MODERATOR: subject('modérateur, rappel', 'moderator, reminder'),
  JMB_SUBJECT_MAIL_REMINDER_GUEST: subject('invité, rappel', 'guest, reminder'),
  JMB_ICAL_NAME: phrase(plainWords, '$JMB_NAME', { fr: 'Nom de l’agenda', en: 'Name of the feed' }),
  JMB_ICAL_DESC: phrase(plainWords, '$JMB_NAME', { fr: 'Description de l’agenda', en: 'Description of the feed' }),
  JMB_ICAL_TZID: text('Europe/Paris', {
    fr: 'Fuseau horaire des réunions, dans les pages et les courriels',
    en: 'Time zone of the meetings, in pages and mails',
  }),
};

function subject(fr: string, en: string) {
  return phrase(plainWords, '', {
    fr: `Objet du courriel (${fr})\u00a0; vide\u00a0: celui du catalogue`,
    en: `Subject of the mail (${en}); empty: the catalogue’s`,
  });
}
