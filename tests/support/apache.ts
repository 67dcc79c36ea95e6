/** A private Apache on 127.0.0.1, with a configuration of its own, that touches nothing of the system's. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilAnswers } from './port.ts';
import { type Services, startServices } from './services.ts';
import { asWebUser, giveToWebUser } from './web_user.ts';

/**
 * How programs are run: by a daemon of Apache's under threads, by Apache itself under processes, or kept alive beside it;
 * `fcgid` is for programs of others.
 */
export type Way = 'cgid' | 'cgi' | 'proxy_fcgi' | 'fcgid';

/** How programs run where a test does not say: as Debian does, or as JMB_WAY has it, so that the same tests hold for both. */
export function usualWay(): Way {
  return process.env['JMB_WAY'] === 'proxy_fcgi' ? 'proxy_fcgi' : 'cgid';
}

/** What to serve, and how. */
export interface ApacheOptions {
  readonly port: number;
  readonly way: Way;
  /** A folder for its log; it is made. */
  readonly logs: string;
  /** Configuration after the general part: what is served. */
  readonly conf: string;
  /** Modules besides the general ones, without `mod_`. */
  readonly modules?: readonly string[];
  /** Files and folders that it and the programs must get at. */
  readonly needs: readonly string[];
  /** The installed tree, whose programs are started beside the server where they stay. */
  readonly programs?: string;
  /** The environment of the server and so of the programs; PATH finds the `node` of their first line. */
  readonly env: Readonly<Record<string, string>>;
}

/** A running server. */
export interface Apache {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Has a program that stays end, and start anew. */
  restart(program: string): void;
  stop(): Promise<void>;
}

/** The server did not come up; the message says what it said. */
export class ApacheError extends Error {
  override readonly name = 'ApacheError';
}

/** What every one of our servers loads; the rest of jitsi-jmb.conf's needs are here too. */
const MODULES =
  'alias allowmethods auth_basic authn_core authn_file authz_core authz_host authz_user deflate env filter headers mime remoteip reqtimeout rewrite setenvif'.split(
    ' ',
  );

const FOLDER = '/usr/lib/apache2/modules';

/** Starts the server and waits until it answers; throws with the log when it does not. */
export async function startApache(options: ApacheOptions): Promise<Apache> {
  // Sockets have short names (108 bytes): never in a folder that somebody else has named.
  const run = mkdtempSync(join(tmpdir(), 'jmb-apache-'));
  mkdirSync(options.logs, { recursive: true });
  for (const folder of [run, options.logs]) giveToWebUser(folder);
  const log = join(options.logs, 'apache.log');
  const conf = join(run, 'apache.conf');
  const { needs, env, programs } = options;
  const services =
    options.way === 'proxy_fcgi' && programs !== undefined
      ? await startServices(programs, join(run, 'sockets'), { needs, env, log })
      : undefined;
  writeFileSync(conf, general(options, run, log, services) + options.conf);
  giveToWebUser(conf);

  const [command = '', ...words] = asWebUser(
    options.needs,
    ['/usr/sbin/apache2', '-DFOREGROUND', '-f', conf],
    options.port,
  );
  const server = spawn(command, words, {
    env: options.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // One that serves by processes (mpm_prefork) ends its whole process group with itself, other servers of the tests included.
    detached: true,
  });
  let said = '';
  server.stderr.on('data', (chunk) => {
    said += chunk;
  });
  let running = true;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running = false;
      resolve();
    };
    server.once('exit', end);
    server.once('error', (error) => {
      said += error.message;
      end();
    });
  });
  const stop = async () => {
    const last = setTimeout(() => server.kill('SIGKILL'), 5000);
    server.kill('SIGTERM');
    await ended;
    clearTimeout(last);
    await services?.stop();
    rmSync(run, { recursive: true, force: true });
  };
  if (!(await untilAnswers(options.port, 10, () => running))) {
    await stop();
    throw new ApacheError(`Apache does not answer on port ${options.port}: ${said}${tail(log)}`);
  }
  const restart = (program: string): void => services?.restart(program);
  return { url: `http://127.0.0.1:${options.port}`, pid: server.pid ?? 0, ended, restart, stop };
}

/** The end of a log, or nothing. */
function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');
  } catch {
    return '';
  }
}

/** The part of the configuration that says nothing about what is served. */
function general(
  { port, way, modules = [] }: ApacheOptions,
  run: string,
  log: string,
  services: Services | undefined,
): string {
  const load = [
    way === 'cgi' ? 'mpm_prefork' : 'mpm_event',
    ...(way === 'proxy_fcgi' ? ['proxy'] : []),
    way,
    ...MODULES,
    ...modules,
  ];
  return `${load.map((name) => `LoadModule ${name}_module ${FOLDER}/mod_${name}.so`).join('\n')}
ServerRoot "${run}"
PidFile "${run}/pid"
DefaultRuntimeDir "${run}"
${way === 'cgid' ? `ScriptSock "${run}/cgid.sock"` : ''}
${way === 'fcgid' ? `FcgidIPCDir "${run}"\nFcgidProcessTableFile "${run}/fcgid.shm"` : ''}
${services === undefined ? '' : `Define JMB_SOCKETS "${services.sockets}"`}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
ErrorLog "${log}"
LogLevel warn
TypesConfig ${existsSync('/etc/mime.types') ? '/etc/mime.types' : '/dev/null'}
TraceEnable off
ServerTokens Prod
<Directory />
    AllowOverride None
    Options None
    Require all denied
</Directory>
`;
}
