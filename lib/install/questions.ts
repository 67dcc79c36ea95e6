/** What the person at the terminal is asked: whether to begin, and how people are to sign in where nothing says so. */
import { createInterface, type Interface } from 'node:readline';
import { exists } from './entries.ts';
import type { OptionName, Values } from './options.ts';
import { AUTHS, type Auth } from './site.ts';
import type { Hands, Steps } from './steps.ts';
import { HostError, type Tree } from './tree.ts';

/** Asks on the terminal. */
export interface Asking {
  /** Whether anybody is there. */
  readonly possible: boolean;
  /** The answer, a line without its end; empty where the input ends. */
  ask(question: string): Promise<string>;
  /** Lets go of the terminal. */
  close(): void;
}

/** A person at the terminal that this program was started from. */
export function openAsking({ unlessEnded }: Steps): Asking {
  let reader: Interface | undefined;
  const lines: string[] = [];
  let over = false;
  let wake = (): void => undefined;
  const open = (): Interface => {
    // The terminal edits its lines itself, so that Ctrl-C stays a signal.
    const made = createInterface({ input: process.stdin, terminal: false });
    made.on('line', (line) => {
      lines.push(line);
      wake();
    });
    made.on('close', () => {
      over = true;
      wake();
    });
    return made;
  };
  const next = async (): Promise<string> => {
    while (lines.length === 0 && !over)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return lines.shift() ?? '';
  };
  return {
    possible: process.stdin.isTTY === true,
    ask: async (question) => {
      process.stdout.write(`${question} `);
      reader ??= open();
      return unlessEnded(next());
    },
    close: () => reader?.close(),
  };
}

/** What is asked for each way, in order. */
const QUESTIONS: Readonly<Record<Auth, readonly (readonly [OptionName & keyof Values, string, string?])[]>> = {
  cas: [['cas-url', 'Address of the CAS server (https://cas.example.org/cas)']],
  mellon: [['idp-metadata', 'Metadata of the SAML identity provider (file or address)', 'saml/idp.xml']],
  shib: [],
  ldap: [
    ['ldap-url', 'Address of the directory (ldaps://ldap.example.org)'],
    ['ldap-base', 'Where people are in it (ou=people,dc=example,dc=org)'],
  ],
  sql: [['sql-file', 'File with DBDriver and DBDParams of the database', 'sql.conf']],
  oidc: [
    ['oidc-issuer', 'Address of the OpenID provider (https://login.example.org)'],
    ['oidc-client', 'Name of the client there'],
    ['oidc-secret-file', "File that holds the client's secret", 'oidc.conf'],
  ],
};

/** The values with those that are missing asked for; throws HostError where nobody answers. */
export async function askSignIn(hands: Hands, values: Values): Promise<{ auth: Auth; values: Values }> {
  const mayAsk = !hands.yes && !hands.dryRun && hands.asking.possible;
  const asked = async (option: OptionName, question: string): Promise<string> => {
    if (!mayAsk) throw new HostError(`install.sh: ${question}: say it with --${option}`);
    const answer = await hands.asking.ask(`${question}:`);
    if (answer === '') throw new HostError(`install.sh: ${question}: nothing was said`);
    return answer;
  };
  const ways = Object.keys(AUTHS);
  const name = values.auth ?? (await asked('auth', `How people sign in (${ways.join(', ')})`));
  if (!isAuth(name)) {
    const [last, ...others] = ways.reverse();
    throw new HostError(`install.sh: --auth takes ${others.reverse().join(', ')} or ${last}, not "${name}"`);
  }
  const all: Record<string, string> = { ...values, auth: name };
  for (const [option, question, file] of QUESTIONS[name]) {
    if (all[option] !== undefined || (file !== undefined && wasGiven(hands.tree, file))) continue;
    all[option] = await asked(option, question);
  }
  return { auth: name, values: all };
}

/** Whether a file that an earlier run was given is in place. */
function wasGiven(tree: Tree, file: string): boolean {
  return exists(tree, `/etc/apache2/jitsi-jmb/${file}`);
}

function isAuth(name: string): name is Auth {
  return Object.hasOwn(AUTHS, name);
}
