/** Settings about people: who they are, what the directory knows, what modules decide. */
import { flag, integerOrOff, moduleNames, oneModule, secret, text, words } from './rows.ts';

/** Rows about identity, directory and modules. */
export const people = {
  JMB_MODULE_GET_AUTH_IDENTITY: oneModule('identity-remote_user', {
    fr: 'Module qui lit l’identité donnée par Apache\u00a0: identity-cas, identity-mellon, identity-shibboleth, identity-oidc, identity-remote_user',
    en: 'Module that reads the identity given by Apache: identity-cas, identity-mellon, identity-shibboleth, identity-oidc, identity-remote_user',
  }),
  JMB_MODULE_CHECK_MODERATOR: moduleNames(['booking', 'private-room'], {
    fr: 'Modules qui décident d’un jeton, dans l’ordre\u00a0: le premier refus met fin, le premier accord vaut',
    en: 'Modules that decide about a token, in order: the first refusal ends it, the first consent settles it',
  }),
  JMB_MODULE_CHECK_EDITOR: oneModule('', {
    fr: 'Module qui dit qui peut réserver (editor_role-ldap)\u00a0; vide\u00a0: toute personne authentifiée',
    en: 'Module that says who may book (editor_role-ldap); empty: everyone who signed in',
  }),
  JMB_MODULE_CHECK_EDITOR_LDAP_FILTER: text('', {
    fr: 'Filtre LDAP auquel répond qui peut réserver',
    en: 'LDAP filter that whoever may book matches',
  }),
  JMB_LDAPSEARCH: secret('', {
    fr: 'Annuaire, sous la forme d’une ligne de commande ldapsearch (-H, -b, -D, -y, -w, -ZZ)\u00a0; vide\u00a0: pas d’annuaire',
    en: 'Directory, written as a command line of ldapsearch (-H, -b, -D, -y, -w, -ZZ); empty: no directory',
  }),
  JMB_LDAP_KEEP: integerOrOff(10, 'min', {
    fr: 'Durée pendant laquelle une réponse de l’annuaire est gardée (qui est une personne, et si elle peut réserver)\u00a0; 0\u00a0: jamais',
    en: 'How long an answer of the directory is kept (who someone is, and whether they may book); 0: never',
  }),
  JMB_SHARED_ADDRESSES: words([], {
    fr: 'Adresses de fonction que plusieurs comptes partagent\u00a0; toute autre est au compte qui s’est connecté le dernier avec elle',
    en: 'Functional addresses that several accounts share; any other is the account’s that signed in with it last',
  }),
  JMB_FIX_MAIL_ALIASES: flag(false, {
    fr: 'Remplacer un alias connu de l’annuaire (mailAlternateAddress) par l’adresse principale',
    en: 'Replace an alias that the directory knows (mailAlternateAddress) by the main address',
  }),
  JMB_LISTS_SUBSCRIBERS: text('', {
    fr: 'Fichier de lignes «\u00a0adresse-de-liste adresse-de-membre\u00a0»\u00a0: une liste invitée est remplacée par ses membres',
    en: 'File of lines `list-address member-address`: an invited list is replaced by its members',
  }),
};
