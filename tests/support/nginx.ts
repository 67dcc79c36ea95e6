/** A real nginx in front of a stage, as Jitsi has it: TLS, a pattern for rooms, and JMB's part as install.sh writes it. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPair } from '../../lib/install/plan_web.ts';
import { nginxLocations, nginxProxy } from '../../lib/install/site.ts';
import { basic } from './accounts.ts';
import { freePort, untilAnswers } from './port.ts';

/** An answer with its whole body. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to ask nginx, besides the path. */
export interface Asked {
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A form's text; it makes it a POST. */
  readonly body?: string;
}

/** A running nginx. */
export interface Nginx {
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Asks by https for the domain, from 127.0.0.2. */
  ask(path: string, asked?: Asked): Promise<Answer>;
  stop(): Promise<void>;
}

/** Where Jitsi's site may include the folder of additions. */
export type Place = 'before rooms' | 'after rooms' | 'nowhere';

/** What differs from the usual. */
export interface NginxOptions {
  /** Whether the front page leads to JMB, and of which domain alone; of every name where nothing is said. */
  readonly frontPage?: false | string;
  /** Words behind the address that it listens on. */
  readonly listen?: string;
  /** Lines of the site, before all others. */
  readonly lines?: string;
}

/** As in Jitsi's own: the front page and files from a folder, any other name a room, a name with a slash its tenant's front page. */
const ROOMS = `location / { root www; index index.html; }
        location ~ ^/([^/?&:'"]+)$ { root www; set $room "$1"; try_files $uri @room; }
        location @room { return 200 "the room $room"; }
        location ~ ^/([^/?&:'"]+)/$ { rewrite ^ /; }
        location /cgi-bin/ { return 200 "Jitsi"; }`;

/** A key of the test's own: making one takes a second. */
const pairs = new Map<string, { key: string; cert: string }>();

function pairOf(domain: string): { key: string; cert: string } {
  const pair = pairs.get(domain) ?? keyPair(domain);
  pairs.set(domain, pair);
  return pair;
}

/** Starts it in front of Apache's port. */
export async function startNginx(
  domain: string,
  apachePort: number,
  place: Place,
  { frontPage, listen = 'ssl', lines = '' }: NginxOptions = {},
): Promise<Nginx> {
  const root = mkdtempSync(join(tmpdir(), 'jmb-nginx-'));
  chmodSync(root, 0o755);
  const port = await freePort();
  const file = (name: string, text: string): string => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const { key, cert } = pairOf(domain);
  mkdirSync(join(root, 'www'));
  file('www/index.html', 'Jitsi');
  const leads = frontPage === false ? undefined : { only: frontPage };
  const ours = `include ${file('jmb.conf', nginxLocations(file('jmb.proxy', nginxProxy(apachePort)), [], leads))};`;
  const conf = file(
    'nginx.conf',
    `daemon off;
pid ${root}/pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path ${root}/body;
    proxy_temp_path ${root}/proxy;
    fastcgi_temp_path ${root}/fastcgi;
    uwsgi_temp_path ${root}/uwsgi;
    scgi_temp_path ${root}/scgi;
    server {
        listen 127.0.0.1:${port} ${listen};
        ${lines}
        server_name ${domain};
        ssl_certificate ${file('cert', cert)};
        ssl_certificate_key ${file('key', key)};
        ${{ 'before rooms': ours + ROOMS, 'after rooms': ROOMS + ours, nowhere: ROOMS }[place]}
    }
}
`,
  );
  const server = spawn('/usr/sbin/nginx', ['-p', root, '-c', conf], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (text) => {
    said += text;
  });
  let running = true;
  const ended = new Promise<void>((resolve) =>
    server.once('close', () => {
      running = false;
      resolve();
    }),
  );
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    rmSync(root, { recursive: true, force: true });
  };
  if (!(await untilAnswers(port, 10, () => running))) {
    await stop();
    throw new Error(`nginx does not answer: ${said}`);
  }
  return { port, ask: (path, asked = {}) => ask(domain, port, path, asked), stop };
}

function ask(domain: string, port: number, path: string, { as, headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      localAddress: '127.0.0.2',
      port,
      path,
      method: body === undefined ? 'GET' : 'POST',
      // A certificate of the test's own.
      rejectUnauthorized: false,
      headers: {
        host: domain,
        ...(as === undefined ? {} : { authorization: basic(as) }),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      let all = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        all += text;
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: all }));
    });
    sent.end(body);
  });
}
