/** A real slapd with the people of the tests, as its own process on a free port. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, untilAnswers } from './port.ts';

/** A running directory. */
export interface Slapd {
  /** Such as `ldap://127.0.0.1:40123`. */
  readonly url: string;
  /** The same over TLS from the first byte, such as `ldaps://localhost:40124`. */
  readonly secureUrl: string;
  readonly base: string;
  /** The account that searches, its password, and a file that holds it. */
  readonly bind: string;
  readonly password: string;
  readonly passwordFile: string;
  /** The certificate that it shows, valid for `localhost`; signed by itself. */
  readonly certificate: string;
  /** A value for `JMB_LDAPSEARCH`, as administrators write it. */
  readonly ldapsearch: string;
  /** Ends the process and keeps the data. */
  pause(): Promise<void>;
  /** Starts it again on the same port. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** One entry: its uid, and its attributes beside those that every person has. */
export type Entry = Readonly<Record<string, string | readonly string[]>> & { readonly uid: string };

/** The people of the tests: alice and bob are employees, carol is neither employee nor student; password = name. */
export const PEOPLE: readonly Entry[] = [
  {
    uid: 'alice',
    cn: 'Alice Martin',
    mail: 'alice.martin@example.org',
    mailAlternateAddress: ['amartin@example.org', 'Alice@Example.org'],
    eduPersonAffiliation: ['employee', 'member'],
  },
  {
    uid: 'bob',
    cn: 'Bob Durand',
    displayName: 'Bob « Bobby » Durand',
    mail: 'Bob.Durand@example.org',
    mailAlternateAddress: 'bdurand@example.org',
    eduPersonAffiliation: 'employee',
  },
  { uid: 'carol', cn: 'Carol Petit', mail: 'carol.petit@example.org', eduPersonAffiliation: 'affiliate' },
  { uid: 'nomail', cn: 'Sans Adresse', eduPersonAffiliation: 'employee' },
];

const BASE = 'dc=example,dc=org';
const PASSWORD = 'it is "secret" $HOME';

/** Starts slapd with these people under `ou=people,dc=example,dc=org`. */
export async function startSlapd(people: readonly Entry[] = PEOPLE): Promise<Slapd> {
  const dir = mkdtempSync(join(tmpdir(), 'jmb-slapd-'));
  const config = join(dir, 'slapd.conf');
  const port = await freePort();
  const securePort = await freePort();
  const bind = `cn=jitsi-jmb,ou=people,${BASE}`;
  mkdirSync(join(dir, 'data'));
  makeCertificate(dir);
  writeFileSync(config, configuration(dir));
  writeFileSync(join(dir, 'people.ldif'), ldif(people, bind));
  writeFileSync(join(dir, 'secret'), PASSWORD, { mode: 0o600 });
  execFileSync('/usr/sbin/slapadd', ['-f', config, '-l', join(dir, 'people.ldif')], { stdio: 'pipe' });

  const url = `ldap://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const resume = async (): Promise<void> => {
    const started = spawn(
      '/usr/sbin/slapd',
      ['-f', config, '-h', `${url} ldaps://127.0.0.1:${securePort}`, '-d', '0'],
      { stdio: 'ignore' },
    );
    child = started;
    if (await untilAnswers(port, 10, () => started.exitCode === null)) return;
    throw new Error(`slapd does not answer on ${url} (exit code ${started.exitCode})`);
  };
  const pause = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  };
  await resume();
  return {
    url,
    secureUrl: `ldaps://localhost:${securePort}`,
    base: `ou=people,${BASE}`,
    bind,
    password: PASSWORD,
    passwordFile: join(dir, 'secret'),
    certificate: join(dir, 'certificate.pem'),
    ldapsearch: `/usr/bin/ldapsearch -o ldif-wrap=no -H ${url} -x -LLL -b ou=people,${BASE} -D ${bind} -y ${join(dir, 'secret')}`,
    pause,
    resume,
    async stop() {
      await pause();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Only the searching account may read, so that an anonymous search finds nothing: a sign-in that was lost would show. */
function configuration(dir: string): string {
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
attributetype ( 1.3.6.1.4.1.5923.1.1.1.1 NAME 'eduPersonAffiliation' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.7914.1.2.1.3 NAME 'mailAlternateAddress' EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )
objectclass ( 1.3.6.1.4.1.7914.1.2.2.1 NAME 'jmbPerson' SUP top AUXILIARY MAY ( eduPersonAffiliation $ mailAlternateAddress ) )
pidfile ${dir}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${dir}/certificate.pem
TLSCertificateKeyFile ${dir}/key.pem
database mdb
maxsize 10485760
suffix "${BASE}"
directory ${dir}/data
index uid,mail,mailAlternateAddress eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=jitsi-jmb,ou=people,${BASE}" read by self read by * none
`;
}

function makeCertificate(dir: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '30'];
  const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'certificate.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'pipe' });
}

function ldif(people: readonly Entry[], bind: string): string {
  const entries = [
    entry(BASE, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' }),
    entry(`ou=people,${BASE}`, { objectClass: 'organizationalUnit', ou: 'people' }),
    entry(bind, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn: 'jitsi-jmb',
      userPassword: PASSWORD,
    }),
    ...people.map((person) =>
      entry(`uid=${person.uid},ou=people,${BASE}`, {
        objectClass: ['inetOrgPerson', 'jmbPerson'],
        sn: person.uid,
        cn: person.uid,
        userPassword: person.uid,
        ...person,
      }),
    ),
  ];
  return entries.join('\n');
}

/** In base64, which any value survives (RFC 2849). */
function entry(dn: string, attributes: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = [`dn: ${dn}`];
  for (const [name, values] of Object.entries(attributes)) {
    for (const value of typeof values === 'string' ? [values] : values) {
      lines.push(`${name}:: ${Buffer.from(value).toString('base64')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
