/**
 * A Debian of its own below a folder with a real systemd as its first process, in namespaces of its own: other processes, ports and
 * mounts than this machine's, and no network but loopback. What is to come by apt comes before (debian_root.ts).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Done } from './jitsi_tree.ts';

/** A running machine. */
export interface BootedRoot {
  /** Runs a command in it as root. */
  run(...command: string[]): Done;
  /** Starts one; how it ended. */
  start(...command: string[]): Promise<Done>;
  stop(): Promise<void>;
}

/** Mounts what a container's manager would, and becomes its systemd. */
const BOOT = `set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for name in null zero full random urandom tty; do
  touch "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for n in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/\${n%:*}" "$root/dev/\${n#*:}"; done
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=jmb-tests PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --show-status=no`;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where this machine has the second version of control groups. */
function unified(): string {
  const found = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')));
  if (found === undefined) throw new Error('no cgroup2 is mounted here');
  return found;
}

/** Starts it, and waits until its systemd has come to rest. */
export async function boot(root: string): Promise<BootedRoot> {
  const group = join(unified(), `jmb-tests-${process.pid}`);
  mkdirSync(group, { recursive: true });
  const words = '--fork --kill-child --pid --mount --net --uts --ipc --cgroup bash -c'.split(' ');
  const machine = spawn(
    'sh',
    ['-c', 'echo $$ >"$0/cgroup.procs"; exec unshare "$@"', group, ...words, BOOT, 'bash', root],
    {
      stdio: 'ignore',
    },
  );
  const first = await firstProcess(machine);
  const enter = ['-t', first, '--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup', '--root', '--wdns=/', '--'];
  const env = { PATH, HOME: '/root', LANG: 'C.UTF-8', JMB_DIST_READY: '1' };
  const run = (...command: string[]): Done => {
    const done = spawnSync('nsenter', [...enter, ...command], { env, encoding: 'utf8', input: '', maxBuffer: 1e9 });
    return { status: done.status, said: done.stdout + done.stderr };
  };
  for (const until = Date.now() + 60_000; ; ) {
    const { said } = run('systemctl', 'is-system-running');
    if (/^(?:running|degraded)/.test(said)) break;
    if (Date.now() > until) throw new Error(`systemd does not come up: ${said}`);
    spawnSync('sleep', ['0.3']);
  }
  run('ip', 'link', 'set', 'lo', 'up');
  return {
    run,
    start: (...command) => {
      const child = spawn('nsenter', [...enter, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (part) => {
          said += part;
        });
      }
      return new Promise((resolve) => child.once('close', (status) => resolve({ status, said })));
    },
    async stop() {
      const ended = new Promise((resolve) => (machine.exitCode === null ? machine.once('exit', resolve) : resolve(0)));
      machine.kill('SIGKILL');
      await ended;
      emptyGroups(group);
    },
  };
}

/** The number here of its first process, which `unshare` has started. */
async function firstProcess(machine: ChildProcess): Promise<string> {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const children = readFileSync(`/proc/${machine.pid}/task/${machine.pid}/children`, 'utf8').trim();
    if (children !== '' && readFileSync(`/proc/${children}/comm`, 'utf8') === 'systemd\n') return children;
    if (machine.exitCode !== null) break;
  }
  throw new Error('no systemd began');
}

/** Takes its control groups away, innermost first, once the kernel has let go of their processes. */
function emptyGroups(group: string): void {
  const found = spawnSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const path of found.filter((one) => one !== '')) {
    for (const until = Date.now() + 5000; existsSync(path); spawnSync('sleep', ['0.1'])) {
      try {
        rmdirSync(path);
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }
}
