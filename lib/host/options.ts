/** The options of install.sh on a Jitsi host, a row each, and what was said by them. */
import { Command, CommanderError, Option } from 'commander';
import { HostError } from './tree.ts';

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

/** Values by option; no key where nothing was said. `fastcgi` is `yes` or `no`. */
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
      said.set(name.replace(/^no-(?=fastcgi$)/, ''), value ?? (name === 'no-fastcgi' ? 'no' : 'yes'));
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
