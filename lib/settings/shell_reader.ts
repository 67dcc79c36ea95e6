/** A reader of shell assignments: statements one after the other, each with its value as a shell would make it, or a mistake. */
import { HIDDEN, namesSetIn, SettingsError } from './files.ts';

/** Finds the value that `${NAME}` stands for; undefined when there is none. */
export type Lookup = (name: string) => string | undefined;

const NAME_START = /[A-Za-z_]/;
const NAME = /[A-Za-z0-9_]*/y;
/** Runs of characters that mean nothing but themselves: bare, and between double quotes. */
const BARE = /[^\s;"'\\$`&|<>()~]+/y;
const QUOTED = /[^"$`\\\n]+/y;
const WORD = /[^\s;&|<>()"'`$#]*/y;
/** Braces outside of quotes that a shell expands in the words of an `export`, as in those of any command: `{a,b}`, `{1..3}`. */
const OUTSIDE = `(?:'[^']*'|"(?:[^"\\\\]|\\\\[^])*"|\\\\[^]|\\$\\{[^}]*\\}|\\$(?!\\{)|[ \\t](?!#)|[^'"\\\\\n; \\t$])*?`;
const BRACES = new RegExp(`${OUTSIDE}\\{${OUTSIDE}(?:,|\\.\\.)`, 'y');

const WRITE_RESULT = 'nothing is executed here: write what the command gives, or put the value between single quotes';

/** A place in a source, moving forward. */
export class Reader {
  private at = 0;
  private line = 1;
  /** Where the statement that is being read begins, and on which line. */
  private began = 0;
  private beganLine = 1;
  private setting = '';
  /** Whether the last line with a mistake was a secret's, which may go on in this one. */
  private afterSecret = false;

  constructor(
    private readonly file: string,
    private readonly source: string,
    private readonly lookup: Lookup,
  ) {}

  /** The next assignment, or null at the end. */
  assignment(): { name: string; value: string; line: number } | null {
    this.skipToStatement();
    if (this.at >= this.source.length) return null;
    this.began = this.at;
    this.beganLine = this.line;
    this.setting = '';
    let name = this.name();
    if (name === 'export' && this.skipBlanks()) {
      if (this.match(BRACES) !== '') this.fail('{ after export would need a shell; put the value between quotes');
      name = this.name();
    }
    if (name === '' || this.source[this.at] !== '=') this.fail(this.needsShell(name));
    this.at += 1;
    this.setting = name;
    const line = this.line;
    const value = this.value();
    this.afterSecret = false;
    return { name, value, line };
  }

  /** Goes on behind the line that the last statement began on: a quote that is never closed takes no more along. */
  nextLine(): void {
    this.afterSecret ||= HIDDEN.test(this.setting);
    const end = this.source.indexOf('\n', this.began);
    this.at = end < 0 ? this.source.length : end + 1;
    this.line = this.beganLine + 1;
  }

  private skipToStatement(): void {
    for (;;) {
      this.skipBlanks();
      const character = this.source[this.at];
      if (character === '#') this.skipComment();
      else if (character === '\n') this.newline();
      else return;
    }
  }

  /** Whether there was at least one blank; a backslash before a line's end counts as one. */
  private skipBlanks(): boolean {
    const from = this.at;
    for (;;) {
      const character = this.source[this.at];
      if (character === ' ' || character === '\t') this.at += 1;
      else if (character === '\\' && this.source[this.at + 1] === '\n') {
        this.at += 1;
        this.newline();
      } else return this.at > from;
    }
  }

  private skipComment(): void {
    while (this.at < this.source.length && this.source[this.at] !== '\n') this.at += 1;
  }

  private newline(): void {
    this.at += 1;
    this.line += 1;
  }

  private name(): string {
    if (!NAME_START.test(this.source[this.at] ?? '')) return '';
    return this.match(NAME);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** A word: quoted and bare pieces side by side, up to a blank or a line's end. */
  private value(): string {
    let value = '';
    for (;;) {
      const character = this.source[this.at];
      if (character === undefined || ' \t\n;'.includes(character)) {
        this.endOfValue();
        return value;
      }
      // A shell takes it for a home folder at the beginning and after a colon.
      if (character === '~' && /^$|:$/.test(value)) this.fail('~ would need a shell; put the value between quotes');
      const plain = this.match(BARE);
      value += plain;
      if (plain !== '') continue;
      this.at += 1;
      if (character === '"') value += this.doubleQuoted();
      else if (character === "'") value += this.singleQuoted();
      else if (character === '\\') value += this.escaped();
      else if (character === '$') value += this.expansion(false);
      else if ('`&|<>()'.includes(character))
        this.fail(`${character} would need a shell; put the value between quotes`);
      else value += character;
    }
  }

  /** After a value only a comment, another assignment or the end may follow: `KEY=a command` would run a command. */
  private endOfValue(): void {
    const blank = this.skipBlanks();
    const character = this.source[this.at];
    if (character === ';') this.at += 1;
    if (character === undefined || character === '\n' || character === ';' || (character === '#' && blank)) return;
    const back = this.at;
    const name = this.name();
    if (name !== '' && this.source[this.at] === '=') {
      this.at = back;
      return;
    }
    this.at = back;
    this.fail(
      `${this.hides() ? 'a word' : `"${this.match(WORD)}"`} follows the value; put the whole value between quotes`,
    );
  }

  private singleQuoted(): string {
    const end = this.source.indexOf("'", this.at);
    if (end < 0) this.fail("the quote ' is never closed", this.beganLine);
    const inner = this.source.slice(this.at, end);
    for (const character of inner) if (character === '\n') this.line += 1;
    this.at = end + 1;
    return inner;
  }

  /** What stands up to the closing quote; the opening one is behind. */
  private doubleQuoted(): string {
    let value = '';
    for (;;) {
      value += this.match(QUOTED);
      const character = this.source[this.at];
      if (character === undefined) this.fail('the quote " is never closed', this.beganLine);
      if (character === '\n') this.newline();
      else this.at += 1;
      if (character === '"') return value;
      if (character === '`') this.fail(`\` would need a shell; ${WRITE_RESULT}`);
      else if (character === '$') value += this.expansion(true);
      else if (character !== '\\') value += character;
      // Between double quotes a backslash escapes these four and a line's end, and is itself before anything else.
      else if ('$`"\\\n'.includes(this.source[this.at] ?? ' ')) value += this.escaped();
      else value += '\\';
    }
  }

  /** The character after a backslash; nothing for a line's end. */
  private escaped(): string {
    const character = this.source[this.at];
    if (character === undefined) this.fail('a backslash ends the file');
    if (character === '\n') {
      this.newline();
      return '';
    }
    this.at += 1;
    return character;
  }

  /** What follows a dollar sign: a name, `{NAME}` or `{NAME#*.}`; a dollar sign before anything harmless is itself. */
  private expansion(quoted: boolean): string {
    const character = this.source[this.at] ?? '';
    if (character === '{') return this.bracedExpansion();
    if (NAME_START.test(character)) {
      const name = this.name();
      // A shell joins the lines first, so that the name may go on.
      if (this.source.startsWith('\\\n', this.at)) this.fail(`${this.shown(name)} before a line that goes on`);
      return this.known(name);
    }
    if (/[0-9([!?$#@*\\-]/.test(character) || (!quoted && (character === '"' || character === "'"))) {
      if (character === '(') this.fail(`$( would need a shell; ${WRITE_RESULT}`);
      this.fail(`$${character} would need a shell; put a value that holds $ between single quotes`);
    }
    return '$';
  }

  private bracedExpansion(): string {
    const end = this.source.indexOf('}', this.at);
    const inner = this.source.slice(this.at + 1, end < 0 ? undefined : end);
    const less = inner.endsWith('#*.');
    const name = less ? inner.slice(0, -3) : inner;
    if (end < 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const shown = this.hides() ? '${' : `\${${inner.split('\n')[0]}${end < 0 ? '' : '}'}`;
      this.fail(`${shown} would need a shell; only \${NAME} and \${NAME#*.} are understood`);
    }
    this.at = end + 1;
    const value = this.known(name);
    return less ? value.slice(value.indexOf('.') + 1) : value;
  }

  private known(name: string): string {
    const why =
      'has no value here: no line above that can be read sets it; put a value that holds $ between single quotes';
    return this.lookup(name) ?? this.fail(`${this.shown(name)} ${why}`);
  }

  /** An expansion as a message names it; in a secret it may be a part of it. */
  private shown(name: string): string {
    return this.hides() ? 'what $ stands before' : `\${${name}}`;
  }

  private needsShell(name: string): string {
    const form = 'only lines of the form KEY="value" are read';
    if (this.afterSecret) return `this would need a shell; ${form}`;
    const word = HIDDEN.test(name) ? name : `${name}${this.match(WORD)}` || this.source[this.at];
    return `"${word ?? ''}" would need a shell; ${form}`;
  }

  /** Whether what stands here must not be shown. */
  private hides(): boolean {
    return this.afterSecret || HIDDEN.test(this.setting);
  }

  private fail(detail: string, line = this.line): never {
    const from = line > this.beganLine ? `; the value begins on line ${this.beganLine}` : '';
    throw new SettingsError(this.file, line, detail + from, namesSetIn(this.source, this.began));
  }
}
