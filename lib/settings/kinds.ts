/** The kinds of settings: how a row of the table is written, and how the text of a file becomes a value. */
import { isAddress } from '../text/addresses.ts';
import { plainWords } from '../text/plain_text.ts';
import { inboxOf, smtpOf } from './mail_servers.ts';
import { replicaOf } from './replica.ts';

/** One row of the settings table. */
export interface Row<T> {
  readonly type: 'text' | 'phrase' | 'integer' | 'flag' | 'words' | 'integers' | 'choice';
  /** The default. Text may refer to other settings as `$NAME` and `${NAME#*.}`, resolved after the files are read. */
  readonly fallback: T;
  /** What a number counts, such as `min`; empty for text. */
  readonly unit: string;
  /** The value must not be shown on a screen or in a log. */
  readonly secret: boolean;
  /**
   * Makes the value of its text.
   * @throws Error whose message says what was expected
   */
  readonly read: (text: string) => T;
}

/** Any text; a path, an address, a pattern. */
export function text(fallback: string): Row<string> {
  return { type: 'text', fallback, unit: '', secret: false, read: asItIs };
}

/** Text that is never shown: a password, or something that may hold one. */
export function secret(fallback: string): Row<string> {
  return { ...text(fallback), secret: true };
}

/** Words for people: the original's files hold them as RFC 2047 encoded words or with HTML entities. */
export function phrase(fallback: string): Row<string> {
  return { ...text(fallback), type: 'phrase', read: plainWords };
}

/** A whole number of `unit`, not below `least`. */
export function integer(fallback: number, unit: string, least = 0): Row<number> {
  const read = (value: string): number => wholeNumber(value, least);
  return { type: 'integer', fallback, unit, secret: false, read };
}

/** The same, where nothing is 0: what the original documents as off when "0 or empty". */
export function integerOrOff(fallback: number, unit: string): Row<number> {
  const read = (value: string): number => (value.trim() === '' ? 0 : wholeNumber(value, 0));
  return { type: 'integer', fallback, unit, secret: false, read };
}

/** The same, or nothing: null. */
export function integerOrNothing(fallback: number, unit: string): Row<number | null> {
  const read = (value: string): number | null => (value.trim() === '' ? null : wholeNumber(value, 0));
  return { type: 'integer', fallback, unit, secret: false, read };
}

/** `1`, `yes`, `true`, `on`, or `0`, `no`, `false`, `off` and nothing. */
export function flag(fallback: boolean): Row<boolean> {
  return { type: 'flag', fallback, unit: '', secret: false, read: yesOrNo };
}

/** Words separated by blanks. */
export function words(fallback: readonly string[]): Row<readonly string[]> {
  return { type: 'words', fallback, unit: '', secret: false, read: wordsOf };
}

/** Names of modules; the original's end in `.sh`, which is dropped. */
export function moduleNames(fallback: readonly string[]): Row<readonly string[]> {
  const read = (value: string): readonly string[] => wordsOf(value).map(moduleName);
  return { ...words(fallback), read };
}

/** The name of one module or nothing. */
export function oneModule(fallback: string): Row<string> {
  const read = (value: string): string => (value.trim() === '' ? '' : moduleName(value.trim()));
  return { ...text(fallback), read };
}

/** Where the log goes: `stderr`, `syslog` or the absolute path of a file. */
export function logTarget(fallback: string): Row<string> {
  const read = (value: string): string => {
    if (value !== 'stderr' && value !== 'syslog' && !value.startsWith('/')) {
      throw new Error(`expected stderr, syslog or the absolute path of a file, not "${value}"`);
    }
    return value;
  };
  return { ...text(fallback), read };
}

/** Signs of an address's local part that `{id}` leaves for the rest: OpenDMARC misjudges local parts of more than 45. */
const BESIDE_ID = 20;

/** The address that answers go to, in whose local part `{id}` may stand once; nothing where none are read. */
export function replyAddress(fallback: string): Row<string> {
  const read = (value: string): string => {
    const address = value.trim();
    if (address === '') return '';
    const [local = ''] = address.split('@');
    const beside = local.split('{id}');
    if (
      beside.length > 2 ||
      !isAddress(address.replace('{id}', '0').toLowerCase()) ||
      address.split('@')[1]?.includes('{')
    ) {
      throw new Error(`expected an address such as visio@univ.example or visio+{id}@univ.example, not "${value}"`);
    }
    if (beside.length === 2 && beside.join('').length > BESIDE_ID) {
      throw new Error(`expected at most ${BESIDE_ID} signs beside {id} and before the @, not "${value}"`);
    }
    return address.toLowerCase();
  };
  return { ...text(fallback), read };
}

/** The address that mails come back to, with `{id}` in its local part; nothing where that of answers will do. */
export function bounceAddress(fallback: string): Row<string> {
  const { read: readReply } = replyAddress(fallback);
  const read = (value: string): string => {
    const address = readReply(value);
    if (address === '' || address.includes('{id}')) return address;
    throw new Error(`expected an address with {id} such as visio-bounce+{id}@univ.example, not "${value}"`);
  };
  return { ...text(fallback), read };
}

/** The address of a mailbox that messages are fetched from, with its password; nothing where none is. */
export function inboxAddress(fallback: string): Row<string> {
  const read = (value: string): string => {
    if (value.trim() !== '') inboxOf(value.trim());
    return value.trim();
  };
  return { ...secret(fallback), read };
}

/** The address of the mail server, which may hold a password. */
export function smtpAddress(fallback: string): Row<string> {
  const read = (value: string): string => {
    smtpOf(value.trim());
    return value.trim();
  };
  return { ...secret(fallback), read };
}

/** Where Litestream copies the database to, or nothing. */
export function replicaAddress(fallback: string): Row<string> {
  const read = (value: string): string => {
    if (value.trim() !== '') replicaOf(value.trim());
    return value.trim();
  };
  return { ...text(fallback), read };
}

/** The absolute path of a file, or nothing. */
export function file(fallback: string): Row<string> {
  const read = (value: string): string => {
    if (value !== '' && !value.startsWith('/')) throw new Error(`expected the absolute path of a file, not "${value}"`);
    return value;
  };
  return { ...text(fallback), read };
}

/** Whole numbers of `unit` separated by blanks. */
export function integers(fallback: readonly number[], unit: string): Row<readonly number[]> {
  const read = (value: string): readonly number[] => wordsOf(value).map((word) => wholeNumber(word, 0));
  return { type: 'integers', fallback, unit, secret: false, read };
}

/** One of a few words; the first is the default. */
export function choice<const T extends string>(options: readonly [T, ...T[]]): Row<T> {
  const read = (value: string): T => {
    const found = options.find((option) => option === value);
    if (found === undefined) throw new Error(`expected one of ${options.join(', ')}, not "${value}"`);
    return found;
  };
  return { type: 'choice', fallback: options[0], unit: '', secret: false, read };
}

/** A default as a file would hold it. */
export function fallbackText(fallback: unknown): string {
  if (typeof fallback === 'boolean') return fallback ? '1' : '0';
  return Array.isArray(fallback) ? fallback.join(' ') : String(fallback);
}

function asItIs(value: string): string {
  return value;
}

function wordsOf(value: string): readonly string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

function wholeNumber(value: string, least: number): number {
  const digits = value.trim();
  const number = Number(digits);
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(number))
    throw new Error(`expected a whole number, not "${value}"`);
  if (number < least) throw new Error(`expected at least ${least}, not ${number}`);
  return number;
}

function yesOrNo(value: string): boolean {
  switch (value.trim().toLowerCase()) {
    case '1':
    case 'yes':
    case 'true':
    case 'on':
      return true;
    case '':
    case '0':
    case 'no':
    case 'false':
    case 'off':
      return false;
    default:
      throw new Error(`expected 1 or 0, not "${value}"`);
  }
}

/** Only such names are looked up as files, so that none leaves the folder of modules. */
function moduleName(value: string): string {
  const name = value.endsWith('.sh') ? value.slice(0, -3) : value;
  if (!/^[A-Za-z0-9_-]+$/.test(name)) throw new Error(`expected the name of a module, not "${value}"`);
  return name;
}
