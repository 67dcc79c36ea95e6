/** Settings towards Jitsi: the token, and the messages into a running room. */
import { choice, integer, integerOrNothing, integers, secret, text, words } from './rows.ts';

/** Rows about tokens and Prosody. */
export const jitsi = {
  JMB_JWT_ISS: text('', {
    fr: 'Émetteur des jetons\u00a0: app_id de Prosody',
    en: 'Issuer of tokens: app_id of Prosody',
  }),
  JMB_JWT_SECRET: secret('', {
    fr: 'Clé des jetons\u00a0: app_secret de Prosody',
    en: 'Key of tokens: app_secret of Prosody',
  }),
  JMB_JWT_AUD: text('jitsi', {
    fr: 'Destinataire des jetons, parmi asap_accepted_audiences de Prosody',
    en: 'Audience of tokens, one of Prosody’s asap_accepted_audiences',
  }),
  JMB_JWT_IN: choice(['query', 'fragment'], {
    fr: 'Où l’adresse de la salle porte le jeton\u00a0: query (?jwt=) ou fragment (#jwt=, hors des journaux)',
    en: 'Where the room’s address carries the token: query (?jwt=) or fragment (#jwt=, stays out of logs)',
  }),
  JMB_JWT_TTL: integer(
    28800,
    's',
    {
      fr: 'Durée d’un jeton pour la salle personnelle, et durée la plus longue de tout jeton',
      en: 'Life of a token for the private room, and the longest life of any token',
    },
    60,
  ),
  JMB_JWT_FEATURES: words([], {
    fr: 'Fonctions que le jeton accorde en plus de celles que Jitsi accorde par défaut, «\u00a0nom=false\u00a0» pour en refuser une',
    en: 'Features that the token grants beside those that Jitsi grants by default, `name=false` to deny one',
  }),
  JMB_ROOM_OPENS: integerOrNothing(60, 'min', {
    fr: 'Temps avant le début d’une réunion où sa salle ouvre aux modérateurs\u00a0; vide\u00a0: à tout moment',
    en: 'Time before the begin of a meeting from which its room opens to moderators; empty: at any time',
  }),
  JMB_ACTIVE_COMMAND: text('', {
    fr: 'Sur un hôte à deux nœuds\u00a0: commande dont la fin avec 0 dit que ce nœud est actif et envoie\u00a0; vide\u00a0: toujours actif',
    en: 'On a two-node host: command whose exit status 0 says that this node is active and sends; empty: always active',
  }),
  JMB_JVB_STATISTICS: text('http://127.0.0.1:8080/colibri/stats', {
    fr: 'Statistiques REST de JVB, pour Munin',
    en: 'REST statistics of JVB, for Munin',
  }),
  JMB_XMPP_REMINDER: integers([15, 5, 0], 'min', {
    fr: 'Messages dans la salle avant la fin\u00a0; vide\u00a0: aucun',
    en: 'Messages into the room before the end; empty: none',
  }),
  JMB_PROSODY_URL: text('http://127.0.0.1:5280/jmb', {
    fr: 'Notre module dans Prosody (mod_jmb), par son HTTP local',
    en: 'Our module in Prosody (mod_jmb), by its local HTTP',
  }),
  JMB_PROSODY_SECRET_FILE: text('', {
    fr: 'Fichier du secret de ce module\u00a0; vide\u00a0: pas de module, rien ne lui est demandé',
    en: 'File with the secret of that module; empty: no module, nothing is asked of it',
  }),
  JMB_PROSODY_HOST: text('$JMB_SERVER_NAME', {
    fr: 'Hôte virtuel principal de Prosody',
    en: 'Main virtual host of Prosody',
  }),
  JMB_ROOM_END: choice(['soft', 'hard'], {
    fr: 'Fin d’une réunion\u00a0: soft (messages seulement) ou hard (la salle ferme après JMB_ROOM_GRACE)',
    en: 'End of a meeting: soft (messages only) or hard (the room closes after JMB_ROOM_GRACE)',
  }),
  JMB_ROOM_GRACE: integer(10, 'min', {
    fr: 'Délai entre la fin d’une réunion et la fermeture de sa salle',
    en: 'Time between the end of a meeting and the closing of its room',
  }),
};
