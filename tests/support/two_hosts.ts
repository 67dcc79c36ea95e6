/**
 * Two hosts in network namespaces of their own (ip-netns(8)), each with an installed tree, on either side of this machine, where the replica
 * and the mail server are: what is killed there is killed at once, and a link that goes down takes all of a host's network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, run, runCgi } from '../crash/processes.ts';
import { says, start } from './started.ts';
import { makeTree } from './tree.ts';

/** A host. */
export interface Host {
  readonly name: string;
  readonly root: string;
  readonly db: string;
  /** This machine, as the host reaches it. */
  readonly gateway: string;
  /** Runs `jmb`. */
  jmb(...words: string[]): Promise<Ended>;
  /** Asks a door; `query` without the question mark. */
  ask(
    program: 'booking' | 'join',
    query: string,
    form?: Record<string, string>,
  ): Promise<Ended & { readonly code: number }>;
  /** Starts a program that stays. */
  begin(command: string, ...words: string[]): number;
  /** Kills every process of the host at once (SIGKILL). */
  kill(): void;
  link(state: 'up' | 'down'): void;
  remove(): void;
}

const ALICE = { REMOTE_USER: 'alice', AUTHENTICATE_MAIL: 'alice.martin@example.org', AUTHENTICATE_CN: 'Alice Martin' };

function ip(...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/**
 * Makes a host.
 * @param number one of its own, below 200
 * @param settings what it is told, once it is known how it reaches this machine
 */
export function makeHost(number: number, settings: (gateway: string) => Record<string, string>): Host {
  const name = `jmb-${process.pid}-${number}`;
  const outside = `jmb${process.pid % 100_000}o${number}`;
  const gateway = `10.213.${number}.1`;
  const root = mkdtempSync(join(tmpdir(), 'jmb-host-'));
  const db = join(root, 'data/jmb.db');
  makeTree(root, {
    settings: { JMB_SERVER_NAME: 'meet.example.org', JMB_DB: db, JMB_LANG: 'en', ...settings(gateway) },
    modules: {},
  });
  ip('netns', 'add', name);
  ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('addr', 'add', `${gateway}/30`, 'dev', outside);
  ip('link', 'set', outside, 'up');
  ip('-n', name, 'addr', 'add', `10.213.${number}.2/30`, 'dev', 'eth0');
  ip('-n', name, 'link', 'set', 'eth0', 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  const env = { PATH: process.env['PATH'] ?? '' };
  const kill = (): void => {
    for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }
  };
  const wrapper = join(root, 'inside');
  writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${name} "$@"\n`, { mode: 0o755 });
  // A door is started by its path: one folder of them that begin in the namespace.
  mkdirSync(join(root, 'inside-doors/cgi-bin'), { recursive: true });
  for (const door of ['booking', 'join']) {
    const file = join(root, `inside-doors/cgi-bin/${door}.cgi`);
    writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${name} ${root}/cgi-bin/${door}.cgi\n`, { mode: 0o755 });
  }
  return {
    ...{ name, root, db, gateway, kill },
    jmb: (...words) => run(wrapper, { args: [join(root, 'bin/jmb'), ...words], env, killAfter: null }),
    ask: (program, query, form) =>
      runCgi(
        join(root, 'inside-doors'),
        env,
        { program, query, identity: program === 'booking' ? ALICE : {}, ...(form === undefined ? {} : { form }) },
        null,
      ),
    begin: (command, ...words) => {
      const child = spawn(wrapper, [command, ...words], { stdio: 'ignore', env });
      return child.pid ?? 0;
    },
    link: (state) => void ip('link', 'set', outside, state),
    remove: () => {
      kill();
      ip('netns', 'del', name);
      spawnSync('ip', ['link', 'del', outside], { stdio: 'ignore' });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** An SFTP server of OpenSSH, for root by a key. */
export interface Sftp {
  readonly port: number;
  /** The private key. */
  readonly key: string;
  /** The folder for the replica. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts one on all addresses of this machine. */
export async function startSftp(port: number): Promise<Sftp> {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-sftp-'));
  const [host, key] = ['host', 'key'].map((name) => {
    const file = join(folder, name);
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    return file;
  });
  mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(
    join(folder, 'conf'),
    `Port ${port}
HostKey ${host}
AuthorizedKeysFile ${key}.pub
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
`,
  );
  const server = start('/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'conf'));
  await says(server, 'Server listening on');
  return {
    ...{ port, key: key ?? '', folder: join(folder, 'replica') },
    stop: async () => {
      const gone = once(server.process, 'close');
      process.kill(-(server.process.pid ?? 0), 'SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The processor's time that a process has had, in milliseconds (proc_pid_stat(5); a tick is 10 ms). */
export function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}
