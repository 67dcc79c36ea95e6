/** JMB as it is installed, fitted to this Node, behind a private Apache; beside it the programs it is measured against. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { basic, writeBasicAuth } from '../support/accounts.ts';
import { type Apache, startApache } from '../support/apache.ts';
import { freePort } from '../support/port.ts';
import { makeTree } from '../support/tree.ts';
import { giveToWebUser } from '../support/web_user.ts';
import { type Answer, Client } from './client.ts';
import type { User } from './site.ts';

/** A running server. */
export interface Server {
  readonly port: number;
  readonly client: Client;
  /** Has a program that stays end, and start anew. */
  restart(program: string): void;
  stop(): Promise<void>;
}

/** Where things are that a server serves. */
export interface Site {
  /** The installed tree; the database is data/jmb.db in it. */
  readonly root: string;
  /** The folder of the programs to compare with. */
  readonly programs: string;
  /** Who may sign in. */
  readonly users: readonly string[];
}

/** Makes the tree of a site. @param more settings of it alone */
export function makeSite({ root, users }: Site, more: Readonly<Record<string, string>> = {}): void {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
  makeTree(root, {
    settings: {
      JMB_SERVER_NAME: 'meet.example.org',
      JMB_MAIL_DOMAIN: 'example.org',
      JMB_DATA: join(root, 'data'),
      JMB_JWT_ISS: 'bench',
      JMB_JWT_SECRET: 'a secret of the benchmark, which opens nothing',
      JMB_SMTP_URL: 'smtp://127.0.0.1:9',
      JMB_LOG: join(root, 'log/jmb.log'),
      ...more,
    },
    modules: {},
  });
  const prepared = spawnSync(process.execPath, [join(root, 'lib/prepare.js')], { encoding: 'utf8' });
  if (prepared.status !== 0) throw new Error(`prepare: ${prepared.stderr}`);
  writeBasicAuth(
    join(root, 'etc'),
    users.map((uid) => ({ uid, email: `${uid}@example.org`, name: uid, editor: true })),
  );
}

/** Gives what was written into a site's data folder to the server's user. */
export function handOver(root: string): void {
  for (const name of ['jmb.db', 'jmb.db-wal', 'jmb.db-shm']) {
    try {
      giveToWebUser(join(root, 'data', name));
    } catch {
      // No log beside the database: its last writer has tidied up.
    }
  }
}

/** Starts an Apache for a site. `conf` comes last, and so wins. */
export async function startServer(site: Site, way: 'cgid' | 'proxy_fcgi', conf = ''): Promise<Server> {
  const { root, programs, users } = site;
  const port = await freePort();
  const apache: Apache = await startApache({
    port,
    way,
    programs: root,
    logs: join(root, `log-${way}-${port}`),
    modules: [],
    needs: [root, programs, process.execPath],
    env: { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` },
    conf: `MaxKeepAliveRequests 0
KeepAliveTimeout 60
Define JMB_PREFIX "${root}"
Define JMB_AUTH "${join(root, 'etc/auth-basic.conf')}"
Include "${root}/apache/jitsi-jmb.conf"
${users.map((uid) => `SetEnvIf Authorization "^${basic(uid)}$" AUTHENTICATE_MAIL=${uid}@example.org`).join('\n')}
${
  way === 'cgid'
    ? `Alias "/bare/" "${programs}/"
<Directory "${programs}">
    Options ExecCGI
    SetHandler cgi-script
    Require all granted
</Directory>`
    : ''
}
${conf}
`,
  });
  const client = new Client(port, way === 'proxy_fcgi');
  return {
    port,
    client,
    restart: (program) => apache.restart(program),
    async stop() {
      client.close();
      await apache.stop();
    },
  };
}

/** What is measured of JMB: the four programs, as the user asks them, and join.cgi by a moderator from outside, who gets a token. */
export type Page = 'join' | 'moderator' | 'token' | 'ical' | 'list';

/** The pages in the order of the tables. */
export const PAGES: readonly Page[] = ['join', 'moderator', 'token', 'ical', 'list'];

const EXPECTED: Readonly<Record<Page, number>> = { join: 302, moderator: 302, token: 302, ical: 200, list: 200 };

/** Asks for a page; throws when the answer is not the one it should be. */
export async function ask(client: Client, page: Page, user: User): Promise<Answer> {
  const path = {
    join: `/join.cgi?id=${user.guest}`,
    moderator: `/join.cgi?id=${user.moderator}`,
    token: `/token.cgi?room=${user.room}`,
    ical: `/ical.cgi?id=${user.feed}`,
    list: '/booking.cgi?list',
  }[page];
  const guarded = page === 'list' || page === 'token';
  const answer = await client.get(path, guarded ? { authorization: basic(user.uid) } : {});
  if (answer.status !== EXPECTED[page]) throw new Error(`${path}: status ${answer.status}\n${answer.body}`);
  return answer;
}
