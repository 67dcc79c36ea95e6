/**
 * Where one person ends and the next begins in a list that was typed, or pasted from Outlook, Thunderbird, Gmail or a table:
 * `Müller, Hans <a@b.org>; …`, `"Müller, Hans" <a@b.org>, …`, or our own emails (`Hans Müller (a@b.org)`), a person a line, or a row of cells with tabs between them.
 * Semicolons and line ends part people. So do commas, but where semicolons do, and where `Name, First <address>` is all that
 * stands on a line: there a comma belongs to the name. Blanks part addresses.
 */
import { straightLine } from './plain_text.ts';

/** One person of a list. */
export interface Piece {
  /** What should be an address: as typed, without brackets. */
  readonly text: string;
  /** The name beside it, or empty. */
  readonly name: string;
  /** Where the text begins and ends in the list, in UTF-16 units. */
  readonly at: number;
  readonly end: number;
}

/** The longest name that is kept, in characters. */
const LONGEST_NAME = 100;

/** Signs without a shape, which come along when one copies from a page or a mail: soft hyphen, zero width, writing direction. */
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A quoted name, an address in brackets, what parts people, a word, a lone sign. Each is read once, whatever the text. */
const TOKENS = /"(?:[^"\\\n]|\\[^\n]){0,120}"|<[^<>\n]*>|[,;\n\t]|[^\s,;"<>]+|["<>]/g;

/** What heads the column of addresses in a table. */
const HEADING = /^(e-?mails?|courriels?|m[eé]l|adresses?|addresses|address)$/i;

interface Token {
  /** Without signs that have no shape. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly kind: 'quoted' | 'bracket' | 'comma' | 'semicolon' | 'newline' | 'tab' | 'word';
}

const PARTS: ReadonlyMap<string, Token['kind']> = new Map([
  [',', 'comma'],
  [';', 'semicolon'],
  ['\n', 'newline'],
  ['\t', 'tab'],
]);

/** How many tokens a person may have on average in a list that is looked at. */
const MOST_TOKENS = 40;

function tokensOf(text: string, most: number): Token[] {
  const tokens: Token[] = [];
  const plain = text.search(UNSEEN) < 0;
  for (const { 0: whole, index: at } of text.matchAll(TOKENS)) {
    const seen = plain ? whole : whole.replace(UNSEEN, '');
    if (seen === '') continue;
    if (tokens.length > most * MOST_TOKENS) break;
    tokens.push({ text: seen, at, end: at + whole.length, kind: kindOf(whole) });
  }
  return tokens;
}

function kindOf(whole: string): Token['kind'] {
  if (whole.length === 1) return PARTS.get(whole) ?? 'word';
  if (whole[0] === '"') return 'quoted';
  return whole[0] === '<' || /^\([^()@]+@[^()@]+\)$/.test(whole) ? 'bracket' : 'word';
}

/** Whether a word stands for somebody by address; a quoted one does where no brackets follow. */
const mentions = ({ kind, text }: Token): boolean => kind === 'word' && text.includes('@');

/**
 * The people of a list, in their order.
 * @param most how many are looked at; `more` says that there were others
 */
export function piecesOf(text: string, most: number): { readonly pieces: readonly Piece[]; readonly more: boolean } {
  const tokens = tokensOf(text, most);
  const parted = tokens.some(({ kind }) => kind === 'semicolon');
  const pieces: Piece[] = [];
  let row: Token[] = [];
  let first = true;
  const close = (): void => {
    if (row.length > 0 && !(first && isHeading(row)))
      for (const piece of peopleIn(row, text, parted)) pieces.push(piece);
    if (row.length > 0) first = false;
    row = [];
  };
  for (const token of tokens) {
    if (pieces.length > most) break;
    if (token.kind === 'semicolon' || token.kind === 'newline') close();
    else row.push(token);
  }
  close();
  return { pieces: pieces.slice(0, most), more: pieces.length > most || tokens.length > most * MOST_TOKENS };
}

/** Whether a row of cells only says what the columns are. */
function isHeading(row: readonly Token[]): boolean {
  const cells = row.some(({ kind }) => kind === 'tab');
  return cells && !row.some(({ text }) => text.includes('@')) && row.some(({ text }) => HEADING.test(text));
}

function peopleIn(row: readonly Token[], text: string, parted: boolean): Piece[] {
  const addressed = row.filter((token) => token.kind === 'bracket' || token.text.includes('@'));
  const only = addressed.length === 1 ? addressed[0] : undefined;
  if (only !== undefined && row.some(({ kind }) => kind === 'tab')) {
    const person = inCells(row, only, text);
    if (person !== null) return [person];
  }
  const commas = row.filter(({ kind }) => kind === 'comma').length;
  const quoted = row.some(({ kind }) => kind === 'quoted');
  const named = only?.kind === 'bracket' && row.at(-1) === only && commas === 1 && !quoted;
  return inWords(row, text, { commas: parted || named, tabs: addressed.length === 0 });
}

/** The person of a row of cells, one of which holds the address alone: the name stands before it, else behind. Null: no such row. */
function inCells(row: readonly Token[], address: Token, text: string): Piece | null {
  const cells: Token[][] = [[]];
  for (const token of row) {
    if (token.kind === 'tab') cells.push([]);
    else cells.at(-1)?.push(token);
  }
  const at = cells.findIndex((cell) => cell.includes(address));
  const own = cells[at] ?? [];
  if (own.length > 1 && address.kind !== 'bracket') return null;
  const nameIn = (some: readonly (readonly Token[])[]): string => {
    const words = some.map((cell) => textOf(cell, text)).filter((cell) => /\p{L}/u.test(cell));
    return personName(words.join(' '));
  };
  const beside = own.filter((token) => token !== address);
  const name = nameIn([beside]) || nameIn(cells.slice(0, at)) || nameIn(cells.slice(at + 1));
  return pieceOf(address, name);
}

/** The people of a row of words. @param joins whether commas and tabs belong to a name */
function inWords(row: readonly Token[], text: string, joins: { commas: boolean; tabs: boolean }): Piece[] {
  const found: Piece[] = [];
  let words: Token[] = [];
  /** Takes words that no brackets follow: addresses, and between them names of nobody yet. */
  const flush = (some: readonly Token[]): void => {
    let run: Token[] = [];
    const close = (): void => {
      const name = run.filter(({ kind }) => kind !== 'comma' && kind !== 'tab');
      const [from, to] = [name[0], name.at(-1)];
      if (from && to) found.push({ text: textOf([from, to], text), name: '', at: from.at, end: to.end });
      run = [];
    };
    for (const token of some) {
      if (!token.text.includes('@')) {
        run.push(token);
        continue;
      }
      close();
      found.push(pieceOf(token, ''));
    }
    close();
  };
  for (const token of row) {
    if (token.kind === 'bracket') {
      const begin = nameBegin(words);
      flush(words.slice(0, begin));
      found.push(pieceOf(token, personName(textOf(words.slice(begin), text))));
      words = [];
    } else if ((token.kind === 'comma' && !joins.commas) || (token.kind === 'tab' && !joins.tabs)) {
      flush(words);
      words = [];
    } else words.push(token);
  }
  flush(words);
  return found;
}

/** Where the name begins that the words before brackets end with: behind an address, and at quotes that a comma stands before. */
function nameBegin(words: readonly Token[]): number {
  const address = words.findLastIndex(mentions) + 1;
  const quoted = words.findLastIndex(({ kind }, at) => kind === 'quoted' && words[at - 1]?.kind === 'comma');
  return Math.max(address, quoted);
}

function pieceOf({ text, kind, at, end }: Token, name: string): Piece {
  return { text: kind === 'bracket' ? text.slice(1, -1).trim() || text : text, name, at, end };
}

/** What stands from the first token to the last. */
function textOf(tokens: readonly Token[], text: string): string {
  const [from, to] = [tokens[0], tokens.at(-1)];
  return from === undefined || to === undefined ? '' : text.slice(from.at, to.end).replace(UNSEEN, '');
}

/** A name as it is kept: one line without quotes around it and signs that a list or a header would misread; no address is a name. */
export function personName(typed: string): string {
  const harmless = typed
    .slice(0, 4 * LONGEST_NAME)
    .replace(UNSEEN, '')
    .replace(/\\(.)/g, '$1')
    .replace(/["<>\\]/g, ' ');
  const line = straightLine(harmless).replace(/\s+/g, ' ');
  const name = bared([...line].slice(0, LONGEST_NAME).join(''));
  return name.includes('@') || !/[\p{L}\p{N}]/u.test(name) ? '' : name;
}

/** Without apostrophes around it and what parts people, however many there are. */
function bared(name: string): string {
  const less = name.replace(/^[\s,;]+|[\s,;]+$/g, '').replace(/^'(.*)'$/, '$1');
  return less === name ? name : bared(less);
}

/** Someone as a list names them, so that it reads the same again: `Hans Müller <a@b.org>`, or the address alone. */
export function mailboxText(address: string, name = ''): string {
  if (name === '') return address;
  return /[,;()']/.test(name) ? `"${name}" <${address}>` : `${name} <${address}>`;
}
