/** The options of install.sh on a Jitsi host, a row each: what was said by them, and what an earlier run was told. */
import { Command, CommanderError, Option } from 'commander';
import { messageOf } from '../failure.ts';
import { replicaOf } from '../settings/replica.ts';
import { readInstalled } from './journal.ts';
import { AUTHS, type Auth } from './site.ts';
import { HostError, type Tree } from './tree.ts';

/** One option. */
interface Row {
  /** Whether a value follows it, as `--x v` or `--x=v`. */
  readonly takes: 'value' | 'nothing';
  /** Whether a later run goes by it without being told again (remembered.ts). What a way to sign in needs has its own table (site.ts). */
  readonly keeps?: boolean;
}

/** All of them; install.sh's `--help` says what each is for. */
export const OPTIONS = {
  auth: { takes: 'value', keeps: true },
  'cas-url': { takes: 'value' },
  'idp-metadata': { takes: 'value' },
  'ldap-url': { takes: 'value' },
  'ldap-base': { takes: 'value' },
  'sql-file': { takes: 'value' },
  'oidc-issuer': { takes: 'value' },
  'oidc-client': { takes: 'value' },
  'oidc-secret-file': { takes: 'value' },
  domain: { takes: 'value', keeps: true },
  front: { takes: 'value', keeps: true },
  'front-page': { takes: 'value', keeps: true },
  port: { takes: 'value', keeps: true },
  fastcgi: { takes: 'nothing', keeps: true },
  'no-fastcgi': { takes: 'nothing' },
  cgi: { takes: 'nothing' },
  replica: { takes: 'value', keeps: true },
  'no-replica': { takes: 'nothing' },
  standby: { takes: 'value' },
  root: { takes: 'value' },
  upgrade: { takes: 'nothing' },
  uninstall: { takes: 'nothing' },
  purge: { takes: 'nothing' },
  yes: { takes: 'nothing' },
  'dry-run': { takes: 'nothing' },
  // By install.sh itself: where it lies.
  clone: { takes: 'value' },
} as const satisfies Readonly<Record<string, Row>>;

/** The name of an option, without its dashes. */
export type OptionName = keyof typeof OPTIONS;
type Flag = { [Name in OptionName]: (typeof OPTIONS)[Name]['takes'] extends 'nothing' ? Name : never }[OptionName];
type ValueName = Exclude<OptionName, Flag>;

/** Values by option; no key where nothing was said. `fastcgi` is `yes` or `no`: `--cgi` is another word for `--no-fastcgi`. */
export type Values = Readonly<Partial<Record<ValueName | 'fastcgi', string>>>;

/** What was said. */
export interface Words {
  readonly values: Values;
  has(flag: Flag): boolean;
}

/** Reads the words of a command line; throws HostError with a sentence that names an unknown option, or one without its value. */
export function readWords(argv: readonly string[]): Words {
  const said = new Map<string, string>();
  const program = new Command()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const [name, row] of Object.entries<Row>(OPTIONS)) {
    program.addOption(new Option(row.takes === 'value' ? `--${name} <value>` : `--${name}`));
    program.on(`option:${name}`, (value: string | null) => {
      if (value === '') throw new HostError(`install.sh: --${name} needs a value`);
      const isOff = name === 'cgi' || name.startsWith('no-');
      said.set(name === 'cgi' ? 'fastcgi' : name.replace(/^no-/, ''), value ?? (isOff ? 'no' : 'yes'));
    });
  }
  try {
    const { unknown, operands } = program.parseOptions([...argv]);
    const stray = unknown[0] ?? operands[0];
    // A value may be a secret: it is not said again.
    if (stray !== undefined)
      throw new HostError(`install.sh: there is no option ${stray.replace(/=.*/s, '')}; --help lists them all`);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const name = /--[a-z-]+/.exec(error.message)?.[0];
    throw new HostError(`install.sh: ${name === undefined ? error.message : `${name} needs a value`}`);
  }
  return { values: Object.fromEntries(said), has: (flag) => said.get(flag) === 'yes' };
}

/** What an address begins with. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

const ADDRESSES: Readonly<Partial<Record<OptionName & keyof Values, { schemes: readonly string[]; example: string }>>> =
  {
    'cas-url': { schemes: ['https', 'http'], example: 'https://cas.example.org/cas' },
    'oidc-issuer': { schemes: ['https', 'http'], example: 'https://login.example.org' },
    'ldap-url': { schemes: ['ldaps', 'ldap'], example: 'ldaps://ldap.example.org' },
  };

/** Throws HostError with a sentence where an option names no address that its reader could go to; the address itself is not said again. */
export function wantAddresses(values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    if (['replica', 'standby'].includes(name)) wantReplica(name, value);
    const scheme = SCHEME.exec(value)?.[1]?.toLowerCase();
    const known = ADDRESSES[name as keyof typeof ADDRESSES];
    if (known !== undefined && !isAddress(value, scheme, known.schemes)) {
      const [first, second] = known.schemes;
      const instead = scheme === undefined || known.schemes.includes(scheme) ? '' : `, not with ${scheme}://`;
      throw new HostError(
        `install.sh: --${name} takes an address that begins with ${first}:// or ${second}://${instead}, such as ${known.example}`,
      );
    }
    if (name === 'idp-metadata' && scheme !== undefined && !isAddress(value, scheme, ['https', 'http'])) {
      throw new HostError(
        `install.sh: --idp-metadata takes a file, or an address that begins with https:// or http://, not with ${scheme}://`,
      );
    }
  }
}

function wantReplica(name: string, value: string): void {
  if (name === 'replica' && value === NO_REPLICA) return;
  try {
    replicaOf(value);
  } catch (error) {
    throw new HostError(`install.sh: --${name}: ${messageOf(error)}`);
  }
}

/** What `--no-replica` leaves as the value of `replica`. */
export const NO_REPLICA = 'no';

function isAddress(value: string, scheme: string | undefined, schemes: readonly string[]): boolean {
  if (scheme === undefined || !schemes.includes(scheme)) return false;
  // A directory may name several servers, with blanks between them.
  return scheme.startsWith('ldap') ? value.length > `${scheme}://`.length : URL.canParse(value) && !/\s/.test(value);
}

/** An address without the password that may stand in it. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, '//');
}

/** Options that name a file of the administrator's: what it held is in place by now, and it may be gone. */
const FILE_OPTIONS: readonly string[] = ['idp-metadata', 'sql-file', 'oidc-secret-file'];

/** Those of an installation that are worth keeping, by name. */
export function remembered(
  auth: Auth,
  values: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const needed = AUTHS[auth].needs.filter((name) => !FILE_OPTIONS.includes(name));
  const kept = Object.entries(OPTIONS).flatMap(([name, row]) => {
    const value = values[name];
    return value !== undefined && ('keeps' in row || needed.includes(name)) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** What was said now, and what an earlier run was told and this one is not. Another way to sign in begins anew. */
export function recalled(tree: Tree, said: Values): Values {
  const { options } = readInstalled(tree);
  if (said.auth === undefined || said.auth === options['auth']) return { ...options, ...said };
  // Which domain is not a matter of how people sign in.
  return options['domain'] === undefined ? said : { domain: options['domain'], ...said };
}
