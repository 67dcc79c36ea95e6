/** How people are to sign in: by what was said, what an earlier run was told, and what is asked for. */
import { exists } from './entries.ts';
import type { Hands } from './hands.ts';
import type { OptionName, Values } from './options.ts';
import { AUTHS, type Auth } from './site.ts';
import { HostError, type Tree } from './tree.ts';

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
