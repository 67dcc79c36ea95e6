/** The changes in a Jitsi host's Prosody configuration, and the way back. */
import { endOfLine, insertLines, markedLine, PREFIX, plainDomain, takeOutLines } from './ours.ts';
import { type Assignment, lastOf, type Section, sectionsFor, sectionsOf, textOf } from './prosody_sections.ts';

/** Where our module is, for Prosody to find. */
const PLUGINS = `${PREFIX}/prosody`;

/** The secret by which JMB and our module know each other: readable by these two alone. */
export const MODULE_SECRET = `${PREFIX}/etc/prosody.secret`;

/** Which of the two ways to let guests wait the host can do: the one of current Jitsi or the one of older ones. */
export type Recipe = 'current' | 'older';

/** What the edit of a Prosody configuration depends on. */
export interface ProsodyEdit {
  readonly domain: string;
  readonly recipe: Recipe;
  /** Whether Jitsi's plugins hold `mod_token_affiliation.lua`. */
  readonly hasTokenAffiliation: boolean;
}

/** The modules of each recipe: on the host, and on its rooms. */
const MODULES: Readonly<Record<Recipe, readonly [readonly string[], readonly string[]]>> = {
  current: [
    ['muc_lobby_rooms', 'persistent_lobby', 'jmb'],
    ['token_verification', 'muc_wait_for_host', 'jmb'],
  ],
  older: [['jmb'], ['token_verification', 'jmb']],
};

const COMMENT = '--';
// Within a line our words stand between two comments, and a value that had to give way is kept in a comment.
const OPEN = '--[[jmb install]]';
const CLOSE = '--[[jmb end]]';
const INLINE = / ?--\[\[jmb install\]\][\s\S]*?--\[\[jmb end\]\]/g;
const REPLACED = /--\[(=+)\[jmb was: ([\s\S]*?)\]\1\]/g;
/** Nothing but blanks, a semicolon and a comment up to the end of the line, which may not be the last. */
const REST_OF_LINE = /[ \t]*;?[ \t]*(?:--(?!\[=*\[)[^\n]*|\r)?\n/y;

/** The text with lines of ours behind the line of an offset or, where that line goes on, with our words right at it. */
function insertAfter(text: string, offset: number, statements: readonly string[], indent: string): string {
  REST_OF_LINE.lastIndex = offset;
  const rest = REST_OF_LINE.exec(text);
  if (!rest) return `${text.slice(0, offset)} ${OPEN} ${statements.join(' ')} ${CLOSE}${text.slice(offset)}`;
  const at = offset + rest[0].length;
  const eol = endOfLine(text);
  const lines = statements.map((statement) => markedLine(`${indent}${statement}`, COMMENT, eol));
  return `${text.slice(0, at)}${lines.join('')}${text.slice(at)}`;
}

/** The blanks at the begin of the line of an offset, or four spaces where something else stands before it. */
function indentAt(text: string, offset: number | undefined): string {
  if (offset === undefined) return '    ';
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*$/.test(before) ? before : (/^[ \t]*/.exec(before)?.[0] ?? '');
}

/** The sections of a host or component that is there, or an Error that says which is missing or cannot be edited. */
function present(text: string, kind: 'VirtualHost' | 'Component', host: string): [Section, ...Section[]] {
  const [first, ...others] = sectionsFor(sectionsOf(text), kind, host);
  if (!first) throw new Error(`Prosody's configuration has no ${kind} "${host}"`);
  if ([first, ...others].some((section) => section.asTable)) {
    throw new Error(`${kind} "${host}" is written as a table in Prosody's configuration: write its options as lines`);
  }
  return [first, ...others];
}

/** The text with options set at the begin of a section, each `name = value`. */
function addOptions(text: string, section: Section, options: readonly string[]): string {
  if (options.length === 0) return text;
  const first = section.assignments[0];
  const firstName = first?.value[0] ? text.lastIndexOf(first.name, first.value[0].start) : undefined;
  const indent = indentAt(text, firstName);
  return insertAfter(text, section.headEnd, options, indent === '' ? '    ' : indent);
}

/** The text with another value for an option, the old one kept beside it. */
function replaceValue(text: string, old: Assignment, value: string): string {
  const [start, end] = [old.value[0]?.start, old.value.at(-1)?.end];
  if (start === undefined || end === undefined) throw new Error(`${old.name} has no value in Prosody's configuration`);
  const was = text.slice(start, end);
  const level = [...was.matchAll(/\](=*)\]/g)].reduce((most, found) => Math.max(most, (found[1]?.length ?? 0) + 1), 1);
  const equals = '='.repeat(level);
  const kept = `--[${equals}[jmb was: ${was}]${equals}]`;
  return `${text.slice(0, start)}${kept} ${OPEN} ${value} ${CLOSE}${text.slice(end)}`;
}

/** The text with an option of a host at a value: as it is where it has that already, else added or replaced. */
function setOption(text: string, host: string, name: string, value: string): string {
  const sections = present(text, 'VirtualHost', host);
  const old = lastOf(sections, name);
  if (!old) return addOptions(text, sections[0], [`${name} = ${value}`]);
  const quoted = textOf(old);
  const now = quoted === null ? old.value.map((word) => word.value).join('') : `"${quoted}"`;
  return now === value ? text : replaceValue(text, old, value);
}

/** The text with modules in the list of a host or component; those that are in it already stay where they are. */
function addModules(text: string, kind: 'VirtualHost' | 'Component', host: string, modules: readonly string[]): string {
  const sections = present(text, kind, host);
  const list = lastOf(sections, 'modules_enabled');
  if (!list) {
    const items = modules.map((module) => `"${module}";`).join(' ');
    return addOptions(text, sections[0], [`modules_enabled = { ${items} }`]);
  }
  const [brace, second] = list.value;
  if (brace?.value !== '{' || brace.kind !== 'sign' || list.value.at(-1)?.value !== '}') {
    throw new Error(
      `modules_enabled of "${host}" in Prosody's configuration is no plain list: add ${modules.join(', ')} to it`,
    );
  }
  const there = new Set(list.value.filter(({ kind }) => kind === 'string').map(({ value }) => value));
  const items = modules.filter((module) => !there.has(module)).map((module) => `"${module}";`);
  if (items.length === 0) return text;
  // Behind the opening brace no separator is missing, whatever the list looks like at its end.
  const indent = second && second.value !== '}' ? indentAt(text, second.start) : `${indentAt(text, brace.start)}    `;
  return insertAfter(text, brace.end, items, indent);
}

/** The text with a folder among those that modules come from. */
function addPluginPath(text: string, folder: string): string {
  const [first, ...others] = sectionsFor(sectionsOf(text), 'global', '');
  if (!first) throw new Error('Prosody’s configuration cannot be read');
  const list = lastOf([first, ...others], 'plugin_paths');
  if (!list) return addOptions(text, first, [`plugin_paths = { "${folder}" }`]);
  const brace = list.value[0];
  if (brace?.value !== '{' || brace.kind !== 'sign' || list.value.at(-1)?.value !== '}') {
    throw new Error(`plugin_paths in Prosody's configuration is no plain list: add ${folder} to it`);
  }
  if (list.value.some(({ kind, value }) => kind === 'string' && value === folder)) return text;
  return insertAfter(text, brace.end, [`"${folder}";`], '    ');
}

/** The text with a host or component of ours behind everything else. */
function addSection(text: string, lines: readonly [string, ...string[]]): string {
  return insertLines(text, text.length, lines, COMMENT);
}

function addGuestHost(text: string, domain: string, recipe: Recipe): string {
  const host = `guest.${domain}`;
  const authentication = recipe === 'current' ? 'jitsi-anonymous' : 'anonymous';
  const there = sectionsFor(sectionsOf(text), 'VirtualHost', host);
  if (there.length > 0) {
    // Where Jitsi has a module of its own for it, that one lets guests in just as well under the older recipe.
    const now = textOf(lastOf(there, 'authentication'));
    const good = now === authentication || (recipe === 'older' && now === 'jitsi-anonymous');
    return good ? text : setOption(text, host, 'authentication', `"${authentication}"`);
  }
  return addSection(text, [
    '-- Guests come in here, without a token',
    `VirtualHost "${host}"`,
    `    authentication = "${authentication}"`,
    '    c2s_require_encryption = false',
  ]);
}

/** The text with a lobby where the host knows none, as Jitsi's own configuration has it. */
function addLobby(text: string, domain: string, conference: string): string {
  const sections = present(text, 'VirtualHost', domain);
  const options = lastOf(sections, 'main_muc') ? [] : [`main_muc = "${conference}"`];
  if (lastOf(sections, 'lobby_muc')) return addOptions(text, sections[0], options);
  const lobby = `lobby.${domain}`;
  const added = addOptions(text, sections[0], [...options, `lobby_muc = "${lobby}"`]);
  if (sectionsFor(sectionsOf(text), 'Component', lobby).length > 0) return added;
  return addSection(added, [
    '-- Where guests wait for a moderator',
    `Component "${lobby}" "muc"`,
    '    storage = "memory"',
    '    restrict_room_creation = true',
    '    muc_room_locking = false',
    '    muc_room_default_public_jids = true',
  ]);
}

/** The text with what mod_jmb needs beside its name in two lists. */
function addModuleOptions(text: string, domain: string, conference: string): string {
  const edited = setOption(addPluginPath(text, PLUGINS), domain, 'jmb_secret_file', `"${MODULE_SECRET}"`);
  if (conference === `conference.${domain}`) return edited;
  return setOption(edited, domain, 'jmb_component', `"${conference}"`);
}

/** The component of the conference rooms: the one that the host names where that is in this file, else `conference.DOMAIN`. */
export function conferenceOf(text: string, domain: string): string {
  const sections = sectionsOf(text);
  const named = textOf(lastOf(sectionsFor(sections, 'VirtualHost', domain), 'main_muc'));
  return named && sectionsFor(sections, 'Component', named).length > 0 ? named : `conference.${domain}`;
}

/**
 * The configuration with our changes in it, marked. Throws an Error where the domain's VirtualHost or its conference
 * component is missing, or where one of them is written in a way that cannot be edited safely.
 */
export function editProsody(text: string, edit: ProsodyEdit): string {
  const domain = plainDomain(edit.domain);
  const own = undoProsody(text);
  const conference = conferenceOf(own, domain);
  // Guests have no token; since 2022-07 the older recipe's token_verification refuses them without this, too.
  let edited = setOption(own, domain, 'allow_empty_token', 'true');
  edited = addModuleOptions(edited, domain, conference);
  // Each list once: what stands in a list of ours would be marked within marks.
  const [onHost, onRooms] = MODULES[edit.recipe];
  const doors = edit.recipe === 'current' && edit.hasTokenAffiliation ? ['token_affiliation'] : [];
  edited = addModules(edited, 'VirtualHost', domain, onHost);
  edited = addModules(edited, 'Component', conference, [...onRooms, ...doors]);
  edited = addGuestHost(edited, domain, edit.recipe);
  return edit.recipe === 'current' ? addLobby(edited, domain, conference) : edited;
}

/** The configuration without our changes, also where it changed elsewhere since. */
export function undoProsody(text: string): string {
  const whole = takeOutLines(text, COMMENT).text;
  return whole.replace(INLINE, '').replace(REPLACED, '$2');
}
