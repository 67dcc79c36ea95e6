/**
 * The changes in Jitsi's config.js and in the HOCON files of Jicofo and of the video bridge, and the way back. Ours stand behind
 * everything else: in HOCON the later value of a path wins and objects are merged; config.js is a program, whose object may be
 * written in any way and changed again by later lines.
 */
import { insertLines, plainDomain, takeOutLines } from './ours.ts';
import type { Recipe } from './prosody.ts';

const COMMENT = '#';
/** What may stand between braces without being one: strings, unfinished ones up to the line's end, and comments. */
const SKIPPED = /"""[\s\S]*?"""+|"(?:\\.|[^"\\\n])*"?|(?:#|\/\/)[^\n]*/g;

/** Offset of the brace that closes the file's outermost object, or of the file's end where that object has no braces. */
function endOfRoot(text: string): number {
  const code = text.replace(SKIPPED, (skipped) => skipped.replace(/[^\n]/g, skipped.startsWith('"') ? '_' : ' '));
  if (
    !code
      .replace(/^\uFEFF/, '')
      .trimStart()
      .startsWith('{')
  )
    return text.length;
  const close = code.trimEnd().length - 1;
  return code[close] === '}' ? close : text.length;
}

/** Where our lines go: at the begin of the line of the last brace where that has the line for itself. */
function placeOf(text: string): number {
  const end = endOfRoot(text);
  if (end === text.length) return end;
  const lineBegin = text.lastIndexOf('\n', end - 1) + 1;
  return text.slice(lineBegin, end).trim() === '' ? lineBegin : end;
}

function withLines(text: string, lines: readonly string[]): string {
  return insertLines(text, placeOf(text), lines, COMMENT);
}

/** Jicofo's configuration for the recipe. Throws an Error for a domain that is none. */
export function editJicofo(text: string, edit: { readonly domain: string; readonly recipe: Recipe }): string {
  const domain = plainDomain(edit.domain);
  const authentication = ['enabled = true', 'type = JWT', `login-url = "${domain}"`];
  const settings = edit.recipe === 'current' ? ['enabled = false'] : authentication;
  return withLines(undoHocon(text), [
    'jicofo.conference.enable-auto-owner = false',
    ...settings.map((setting) => `jicofo.authentication.${setting}`),
  ]);
}

/**
 * The video bridge's configuration with its statistics readable on loopback. The private server's address and port
 * are left as they are: the bridge's own defaults are 127.0.0.1 and 8080, anything else is the administrator's choice.
 */
export function editJvb(text: string): string {
  return withLines(undoHocon(text), ['videobridge.apis.rest.enabled = true', 'videobridge.stats.enabled = true']);
}

/** The file without our lines, also where it changed elsewhere since. */
export function undoHocon(text: string): string {
  return takeOutLines(text, COMMENT).text;
}

const CONFIG_COMMENT = '//';

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
  return insertLines(own, own.length, lines, CONFIG_COMMENT);
}

/** The file without our lines, also where it changed elsewhere since. */
export function undoConfigJs(text: string): string {
  return takeOutLines(text, CONFIG_COMMENT).text;
}
