/**
 * The changes in Jitsi's config.js, and the way back. Our settings stand as assignments behind everything else, since
 * the file is a program: the object at its begin may be written in any way, and later lines may change it again.
 */
import { insertLines, plainDomain, takeOutLines } from './marks.ts';
import type { Recipe } from './prosody.ts';

const COMMENT = '//';

/** The file with our settings in marked lines at its end. Throws an Error for a domain that is none. */
export function editConfigJs(text: string, edit: { readonly domain: string; readonly recipe: Recipe }): string {
  const domain = plainDomain(edit.domain);
  const own = undoConfigJs(text);
  const lines = [
    'config.hosts = config.hosts || {};',
    `config.hosts.anonymousdomain = 'guest.${domain}';`,
    `config.tokenAuthUrl = 'https://${domain}/token.cgi?room={room}';`,
    'config.tokenAuthUrlAutoRedirect = false;',
    'config.requireDisplayName = true;',
    'config.prejoinConfig = config.prejoinConfig || {};',
    'config.prejoinConfig.enabled = true;',
    // The name that the prejoin page's switch had before prejoinConfig.
    ...(edit.recipe === 'older' ? ['config.prejoinPageEnabled = true;'] : []),
  ];
  return insertLines(own, own.length, lines, COMMENT);
}

/** The file without our lines, also where it changed elsewhere since. */
export function undoConfigJs(text: string): string {
  return takeOutLines(text, COMMENT).text;
}
