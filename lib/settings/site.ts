/** Settings of the service: its names, addresses, folders and log. */

import { plainWords } from '../text/plain_text.ts';
import { choice, integerOrOff, logTarget, phrase, text } from './rows.ts';

/** Rows about the service as a whole. */
export const site = {
  JMB_NAME: phrase(plainWords, 'Jitsi Meet Booking', {
    fr: 'Nom du service, en tête des pages et dans l’expéditeur des courriels',
    en: 'Name of the service, on top of the pages and in the sender of mails',
  }),
  JMB_SERVER_NAME: text('localhost', {
    fr: 'Nom de domaine de Jitsi Meet',
    en: 'Domain name of Jitsi Meet',
  }),
  JMB_SCHEME: choice(['https', 'http'], {
    fr: 'Protocole des adresses publiques',
    en: 'Protocol of the public addresses',
  }),
  JMB_URL: text('$JMB_SCHEME://$JMB_SERVER_NAME', {
    fr: 'Adresse publique, début de tous les liens',
    en: 'Public address, the beginning of every link',
  }),
  JMB_LANG: choice(['fr', 'en'], {
    fr: 'Langue des courriels et des agendas, fr ou en\u00a0; celle des pages est au choix du navigateur',
    en: 'Language of mails and feeds, fr or en; that of pages is for the browser to say',
  }),
  JMB_PATH: text('', {
    fr: 'Dossier du programme\u00a0; vide\u00a0: trouvé depuis l’exécutable',
    en: 'Folder of the program; empty: found from the executable',
  }),
  JMB_DATA: text('/var/www/jitsi-jmb', {
    fr: 'Dossier des données',
    en: 'Folder of the data',
  }),
  JMB_DB: text('$JMB_DATA/jmb.db', {
    fr: 'Base de données SQLite',
    en: 'SQLite database',
  }),
  JMB_CGI_TMP: text('/tmp', {
    fr: 'Dossier temporaire de la version d’origine\u00a0; lu, mais sans effet',
    en: 'Temporary folder of the original; read, without effect',
  }),
  JMB_MODULES: text('$JMB_PATH/modules', {
    fr: 'Dossier des modules de l’administrateur (NOM.mjs)',
    en: 'Folder of the administrator’s modules (NAME.mjs)',
  }),
  JMB_LOG: logTarget('stderr', {
    fr: 'Journal\u00a0: stderr (celui d’Apache), syslog, ou le chemin absolu d’un fichier',
    en: 'Log: stderr (Apache’s own), syslog, or the absolute path of a file',
  }),
  JMB_DAEMONS: text('', {
    fr: 'Services de la version d’origine\u00a0; lu, mais sans effet\u00a0: cron lance `jmb remind`',
    en: 'Daemons of the original; read, without effect: cron runs `jmb remind`',
  }),
  JMB_DEFAULT_URL_REDIRECT: text('$JMB_URL/booking.cgi?list', {
    fr: 'Où aller à la fin d’une réunion pour qui vient de JMB',
    en: 'Where someone who came through JMB goes when a meeting ends',
  }),
  JMB_REDIRECT_CLOSE: text('$JMB_URL/', {
    fr: 'Où aller à la fin d’une réunion pour les autres',
    en: 'Where everyone else goes when a meeting ends',
  }),
  JMB_SLEEP_REDIRECT: integerOrOff(5, 's', {
    fr: 'Attente de la version d’origine avant de passer à la page suivante\u00a0; lu, mais sans effet',
    en: 'How long the original waited before the next page; read, without effect',
  }),
};
