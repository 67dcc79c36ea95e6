/** A JMB whose sign-in is one of the shipped auth-*.conf files, and what a token of it says. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startApache, usualWay } from './apache.ts';
import { freePort } from './port.ts';
import { makeTree, readLog } from './tree.ts';
import { giveToWebUser } from './web_user.ts';

/** A running JMB. */
export interface Guarded {
  readonly url: string;
  /** What Apache and JMB logged. */
  log(): string;
  stop(): Promise<void>;
}

/** What the sign-in needs. */
export interface GuardOptions {
  /** Which of the shipped files. */
  readonly auth: string;
  readonly identity: string;
  readonly modules: readonly string[];
  readonly port?: number;
  /** Configuration before the shipped files; `folder` is one for files of its own. */
  readonly conf: (folder: string, url: string) => string;
}

/** Starts it. */
export async function startGuarded({ auth, identity, modules, port: asked, conf }: GuardOptions): Promise<Guarded> {
  const root = mkdtempSync(join(tmpdir(), 'jmb-guard-'));
  chmodSync(root, 0o755);
  const port = asked ?? (await freePort());
  const url = `http://sp.localhost:${port}`;
  makeTree(root, {
    settings: {
      JMB_SERVER_NAME: 'meet.example.org',
      JMB_URL: url,
      JMB_DATA: join(root, 'data'),
      JMB_JWT_ISS: 'jmb',
      JMB_JWT_SECRET: 'a secret of the tests, 32 characters and more',
      JMB_LOG: join(root, 'log/jmb.log'),
      JMB_MODULE_GET_AUTH_IDENTITY: identity,
      JMB_MODULE_CHECK_EDITOR: '',
    },
    modules: {},
  });
  const own = join(root, 'own');
  mkdirSync(own);
  giveToWebUser(own);
  const apache = await startApache({
    port,
    way: usualWay(),
    programs: root,
    logs: join(root, 'log'),
    modules,
    needs: [root, process.execPath],
    env: { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` },
    conf: `Define JMB_PREFIX "${root}"
Define JMB_AUTH "${root}/apache/auth-${auth}.conf"
Define JMB_URL "${url}"
${conf(own, url)}
Include "${root}/apache/jitsi-jmb.conf"
`,
  });
  return {
    url,
    log: () => readLog(root, 'apache.log') + readLog(root, 'jmb.log'),
    async stop() {
      await apache.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Writes a file that Apache's user may read. */
export function ownFile(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  giveToWebUser(file);
  return file;
}

/** Headers by which a browser could say that it is somebody else. */
export const FORGED = {
  'Remote-User': 'eve',
  'CAS-Uid': 'eve',
  'CAS-Mail': 'eve@evil.example',
  'CAS-Displayname': 'Eve',
  'CAS-Givenname': 'Eve',
  'CAS-Sn': 'Eve',
  'Mellon-Mail': 'eve@evil.example',
  'OIDC-Claim-Email': 'eve@evil.example',
  'OIDC-Claim-Name': 'Eve',
  Uid: 'eve',
  Mail: 'eve@evil.example',
  Displayname: 'Eve',
} as const;

/** The user that the token in a room's address names. */
export function userOf(location: string): unknown {
  const claims = /jwt=[^.]+\.([^.]+)/.exec(location)?.[1] ?? '';
  return JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}').context?.user;
}
