/** Reads `JMB_LDAPSEARCH`, a whole command line of ldapsearch(1), as what it says about a directory; nothing is run. */
import { SettingsError } from '../settings.ts';

/** Where a directory is and how to sign in to it. */
export interface DirectoryAddress {
  /** Servers to try in turn, such as `ldap://ldap.example.org:389`; empty: those of ldap.conf(5). */
  readonly urls: readonly string[];
  /** Where searches begin; null: the base of ldap.conf(5). */
  readonly base: string | null;
  readonly scope: 'base' | 'one' | 'sub' | 'children';
  /** The account that searches; null: anonymous. */
  readonly bind: string | null;
  /** Its password, where the command line holds it. */
  readonly password: string | null;
  /** The file that holds its password, read at each search as ldapsearch does. */
  readonly passwordFile: string | null;
  /** Whether the connection is encrypted by STARTTLS before anything is said (-Z, -ZZ). */
  readonly startTls: boolean;
}

/** Options with a value that changes nothing about what is found: limits, output, debugging. */
const IGNORED_WITH_VALUE = 'acdeEfFloPSTz';
const IGNORED_FLAGS = 'xLvuntACMNk';
const READ = 'HhpbsDwy';

/**
 * Understands a command line.
 * @throws SettingsError when it is no ldapsearch, or asks for something that cannot be done here, such as SASL
 */
export function parseLdapsearch(command: string): DirectoryAddress {
  const words = shellWords(command);
  const program = words.findIndex((word) => /(^|\/)ldapsearch$/.test(word));
  if (program < 0) fail('it is not a command line of ldapsearch');
  const { values, startTls } = options(words.slice(program + 1));
  const bind = values.get('D') ?? null;
  if (bind !== null && !values.has('w') && !values.has('y')) fail('-D needs the password, by -y FILE or -w');
  return {
    urls: urlsOf(values),
    base: values.get('b') ?? null,
    scope: scopeOf(values.get('s') ?? 'sub'),
    bind,
    password: values.get('w') ?? null,
    passwordFile: values.get('y') ?? null,
    startTls,
  };
}

/** The options in the way of getopt(3): flags may stand together, a value may follow at once or as the next word. */
function options(words: readonly string[]): { values: Map<string, string>; startTls: boolean } {
  const values = new Map<string, string>();
  let startTls = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') || word === '-') {
      // Not shown: it may be the second half of a password.
      fail(
        `word ${at + 2} has no place: filter and attributes are not given here, and what holds blanks goes between quotes`,
      );
    }
    for (let inner = 1; inner < word.length; inner += 1) {
      const option = word[inner] ?? '';
      if (option === 'Z') startTls = true;
      else if (READ.includes(option) || IGNORED_WITH_VALUE.includes(option)) {
        const value = word.slice(inner + 1) || words[++at];
        if (value === undefined) fail(`-${option} needs a value`);
        values.set(option, value);
        break;
      } else if (!IGNORED_FLAGS.includes(option)) fail(refused(option));
    }
  }
  return { values, startTls };
}

function refused(option: string): string {
  if ('YUXROIQ'.includes(option)) return `-${option} (SASL) cannot be done here; use -x with -D and -y`;
  if (option === 'W') return '-W asks for the password at a terminal; use -y FILE';
  return `-${option} is not understood`;
}

function urlsOf(values: ReadonlyMap<string, string>): readonly string[] {
  const given = values.get('H');
  const port = values.get('p');
  const names = (given ?? values.get('h') ?? '').split(/[\s,]/).filter((name) => name !== '');
  if (given === undefined) return names.map((host) => urlOfHost(host, port));
  for (const url of names) if (!/^ldaps?:\/\//i.test(url)) fail(`"${url}" is not an ldap:// or ldaps:// address`);
  return names;
}

function urlOfHost(host: string, port: string | undefined): string {
  return port === undefined || /:\d+$/.test(host) ? `ldap://${host}` : `ldap://${host}:${port}`;
}

function scopeOf(name: string): DirectoryAddress['scope'] {
  switch (name) {
    case 'base':
    case 'one':
    case 'sub':
    case 'children':
      return name;
    default:
      return fail(`-s ${name} is not understood`);
  }
}

/** Splits at blanks; quotes keep them, a backslash escapes outside of single quotes. */
function shellWords(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let at = 0; at < command.length; at += 1) {
    const character = command[at] ?? '';
    if (character === quote) quote = '';
    else if (character === '\\' && quote !== "'") word = (word ?? '') + (command[++at] ?? '');
    else if (quote !== '') word = (word ?? '') + character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (!/\s/.test(character)) word = (word ?? '') + character;
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  if (quote !== '') fail(`the quote ${quote} is never closed`);
  if (word !== null) words.push(word);
  return words;
}

function fail(detail: string): never {
  throw new SettingsError('JMB_LDAPSEARCH', 0, detail, ['JMB_LDAPSEARCH']);
}
