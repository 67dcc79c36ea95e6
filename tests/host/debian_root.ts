/**
 * A whole Debian or Ubuntu of its own below a folder, with what Jitsi's packages leave, for install.sh to be run in (chroot).
 * Its servers listen on this machine's ports 80, 443 and 8181, which must be free. Faked, since no init system runs in a chroot: `systemctl`, which starts and reloads
 * the real Apache and nginx, and has Prosody and Lua check their files. Jitsi's packages are stand-ins, since they are not in Debian.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clone, DOMAIN, type Done } from './jitsi_tree.ts';
import { SYSTEMCTL } from './stand_ins.ts';

/** Distributions that an installation is to work on. */
export const SUITES = {
  bookworm: { sections: 'main' },
  trixie: { sections: 'main' },
  jammy: { sections: 'main universe' },
  noble: { sections: 'main universe' },
} as const;

/** Time limits of tests and hooks with such a machine, in milliseconds, for vi.setConfig: what takes two minutes took 25 on a busy host. */
export const PATIENCE = { testTimeout: 3_600_000, hookTimeout: 3_600_000 } as const;

/** The home of its root. */
const HOME = '/root';
/** Where the clone lies in it. */
export const CLONE = '/usr/src/jmb';

/** A machine of its own below a folder. */
export interface DebianRoot {
  readonly root: string;
  put(path: string, text: string, mode?: number): void;
  /** Runs a command in it. */
  run(...command: string[]): Done;
  /** Runs install.sh of a clone in it, with --yes; as plain CGI, since no systemd runs there. */
  install(...words: string[]): Done;
  /** Asks its web server by https as curl does, with these options; the answer with its head. */
  ask(path: string, ...options: string[]): string;
  /** Every path with mode, owner, and digest or target, but for some: where left out, what any command leaves (logs, caches, the clone). */
  snapshot(but?: readonly string[]): ReadonlyMap<string, string>;
  remove(): void;
}

function must(command: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1e9 });
  if (status === 0) return stdout;
  throw error ?? new Error(`${command} ${words.join(' ')}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
}

/** Makes one, with these packages besides the least: debootstrap, half a minute. */
export function debianRoot(suite: keyof typeof SUITES, packages: readonly string[] = []): DebianRoot {
  const folder = mkdtempSync(join(tmpdir(), `jmb-${suite}-`));
  const root = join(folder, 'root');
  const { sections } = SUITES[suite];
  const script = existsSync(`/usr/share/debootstrap/scripts/${suite}`) ? [] : ['/usr/share/debootstrap/scripts/gutsy'];
  // Ubuntu's keys are not in Debian: what comes from there is not checked, and only run here.
  const unchecked = sections.includes('universe') ? ['--no-check-gpg'] : [];
  const more = packages.length > 0 ? [`--include=${packages.join()}`] : [];
  must('debootstrap', '--variant=minbase', ...more, ...unchecked, suite, root, '', ...script);

  const put = (path: string, text: string, mode = 0o644): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  };
  const run = (...command: string[]): Done => {
    const env = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME,
      LANG: 'C.UTF-8',
    };
    const done = spawnSync('chroot', [root, ...command], { env, encoding: 'utf8', input: '', maxBuffer: 1e9 });
    return { status: done.status, said: done.stdout + done.stderr };
  };

  const sources = readFileSync(join(root, 'etc/apt/sources.list'), 'utf8');
  put('etc/apt/sources.list', sources.replace(/ main$/m, ` ${sections}`));
  put('etc/hosts', `127.0.0.1 localhost ${DOMAIN}\n`);
  cpSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'), { dereference: true });
  must('mount', '-t', 'proc', 'proc', join(root, 'proc'));
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  put('usr/local/bin/systemctl', SYSTEMCTL, 0o755);
  copyClone(root);
  copyCertificates(root);

  return {
    root,
    put,
    run,
    install: (...words) => {
      const plain = words.includes('--uninstall') ? [] : ['--cgi'];
      return run(`${CLONE}/install.sh`, '--yes', ...plain, ...words);
    },
    ask: (path, ...options) => {
      const to = ['--resolve', `${DOMAIN}:443:127.0.0.1`, `https://${DOMAIN}${path}`];
      return must('curl', '-sSki', '--path-as-is', ...options, ...to);
    },
    snapshot: (but = VOLATILE) => snapshot(root, but),
    remove: () => {
      endProcessesOf(root);
      spawnSync('umount', [join(root, 'proc')]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends every process that runs in it. */
function endProcessesOf(root: string): void {
  const pids = () =>
    readdirSync('/proc').filter((name) => {
      try {
        return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/root`) === root;
      } catch {
        return false;
      }
    });
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of pids()) {
      try {
        process.kill(Number(pid), signal);
      } catch {
        // It has ended meanwhile.
      }
    }
    for (const until = Date.now() + 3000; pids().length > 0 && Date.now() < until; ) spawnSync('sleep', ['0.1']);
  }
}

/** The clone as git has it, with what is not committed yet: no node_modules, nothing built. */
function copyClone(root: string): void {
  const names = must('git', '-C', clone, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  for (const name of names.split('\0').filter((one) => one !== '' && existsSync(join(clone, one))))
    cpSync(join(clone, name), join(root, CLONE, name));
}

/** Whom this machine trusts besides the usual: what stands between it and the registry may have a certificate of its own. */
function copyCertificates(root: string): void {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  for (const to of ['usr/local/share/ca-certificates/tests.crt', 'etc/ssl/certs/ca-certificates.crt'])
    if (existsSync(bundle)) cpSync(bundle, join(root, to));
  const npm = join(homedir(), '.npmrc');
  if (existsSync(npm)) cpSync(npm, join(root, HOME, '.npmrc'));
}

/** What any command changes: kernel, logs, caches, homes, the clone. */
const VOLATILE = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/tmp',
  HOME,
  CLONE,
  '/var/log',
  '/var/cache',
  '/var/tmp',
  '/var/lib/apt',
];

function snapshot(root: string, but: readonly string[]): ReadonlyMap<string, string> {
  const pruned = but.map((path) => `-path .${path}`).join(' -o ');
  const find = `find . -xdev \\( ${pruned} \\) -prune -o`;
  const script = `cd "$1" && ${find} -printf '%p\\t%y %m %U:%G %l\\n' && echo && ${find} -type f -print0 | xargs -0 sha256sum`;
  const [kinds = '', digests = ''] = must('sh', '-c', script, 'sh', root).split('\n\n');
  const found = new Map(kinds.split('\n').map((line) => line.split('\t') as [string, string]));
  for (const line of digests.trim().split('\n')) {
    const path = line.slice(66);
    found.set(path, `${found.get(path)} ${line.slice(0, 64)}`);
  }
  return found;
}
