/** A release (`npm run pack`): what is in it and what is not, the same bytes wherever it is made, and who wrote what it holds. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledIn, licenceFile, licenceOf, manifestOf } from '../../lib/build/bundled.mjs';
import { CAS, jitsiTree } from '../host/jitsi_tree.ts';
import { freePort } from '../support/port.ts';
import { left, says, start } from '../support/started.ts';

const clone = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { version: string };
const NAME = `jitsi-meet-booking-${version}`;
/** Any time will do; a commit's is what a release has. */
const EPOCH = '1790000000';

let folder: string;
let release: string;

function must(
  command: string,
  words: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1e8, ...options });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function packed(root: string, to: string, env: NodeJS.ProcessEnv = {}, umask = '022'): string {
  const script = `umask ${umask} && exec "$0" lib/build/pack.mjs --here --to "$1"`;
  const given = { ...process.env, SOURCE_DATE_EPOCH: EPOCH, ...env };
  must('sh', ['-c', script, process.execPath, to], { cwd: root, env: given });
  return join(to, `${NAME}.tar.gz`);
}

/** The clone as it lies there, in another folder, with a repository of its own. */
function otherClone(): string {
  const copy = join(folder, 'elsewhere, in a folder that is called otherwise');
  const names = must('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: clone });
  for (const name of names.split('\0').filter((one) => one !== '' && existsSync(join(clone, one))))
    cpSync(join(clone, name), join(copy, name));
  linkModules(join(clone, 'node_modules'), join(copy, 'node_modules'));
  must('git', ['init', '-q'], { cwd: copy });
  must('git', ['add', '-A'], { cwd: copy });
  return copy;
}

/** What npm has installed, without what the tools of other tests keep there. A link for each file takes no room. */
function linkModules(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(from.length + 1);
    if (!entry.isFile() || path.startsWith('.cache/')) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    linkSync(join(from, path), join(to, path));
  }
}

beforeAll(() => {
  // On the clone's disk, where its files can be linked; not in node_modules, where esbuild heeds no tsconfig.json.
  folder = mkdtempSync(join(clone, 'dist.test-'));
  release = packed(clone, join(folder, 'first'));
  must('tar', ['-xzf', release, '-C', folder]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What takes long is for `--full`. */
const IS_FULL = process.env['JMB_FULL'] !== undefined;

it.runIf(IS_FULL)(
  'is the same, byte for byte, from another folder, with another umask, zone, language and home',
  {
    timeout: 180_000,
  },
  () => {
    const env = { TZ: 'Pacific/Kiritimati', LANG: 'fr_FR.UTF-8', LC_ALL: 'C.UTF-8', HOME: tmpdir(), USER: 'somebody' };
    const other = packed(otherClone(), join(folder, 'second'), env, '077');
    expect(readFileSync(other).equals(readFileSync(release))).toBe(true);
  },
);

it('comes with its SHA-256, as sha256sum reads it', () => {
  expect(must('sha256sum', ['-c', `${NAME}.tar.gz.sha256`], { cwd: dirname(release) })).toBe(`${NAME}.tar.gz: OK\n`);
});

it('holds what a host needs and nothing of a developer’s', () => {
  const lines = must('tar', ['--numeric-owner', '--full-time', '-tvzf', release], {
    env: { ...process.env, TZ: 'UTC' },
  });
  const entries = lines
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/));
  const paths = entries.map(([, , , , , ...words]) => words.join(' ').slice(NAME.length + 1));
  for (const path of [
    'install.sh',
    'LICENSE',
    'README.md',
    'OPERATING.md',
    'SETTINGS.md',
    'SETTINGS.fr.md',
    'sbom.cdx.json',
    'lib/install/apt.sh',
    'lib/install/node_lines.json',
    'apache/jitsi-jmb.conf',
    'cron/jitsi-jmb.cron',
    'sql/0001-upstream-tables.sql',
    'templates/pages/form.hbs',
    'dist/bin/jmb-install',
    'dist/tests/demo.mjs',
    `licences/${licenceFile(manifestOf('node_modules/nodemailer'))}`,
  ])
    expect(paths).toContain(path);
  expect(paths.filter((path) => /node_modules|\.ts$|package-lock|^tests\/|dist\/tests\/(?!$|demo)/.test(path))).toEqual(
    [],
  );
  expect(new Set(entries.map(([mode]) => mode))).toEqual(new Set(['drwxr-xr-x', '-rw-r--r--', '-rwxr-xr-x']));
  expect(new Set(entries.map(([, owner]) => owner))).toEqual(new Set(['0/0']));
  const time = new Date(Number(EPOCH) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  expect(new Set(entries.map(([, , , day, hour]) => `${day} ${hour}`))).toEqual(new Set([time]));
});

it('names no folder of the machine that made it', () => {
  const found = spawnSync('grep', ['-rlF', '--', clone, join(folder, NAME)], { encoding: 'utf8' });
  expect(found.stdout).toBe('');
});

it('has the licence of everything that is in its bundles, in full', () => {
  const bundled = [...bundledIn(join(clone, 'dist')).keys()];
  expect(bundled.length).toBeGreaterThan(20);
  expect(bundled).toContain('node_modules/better-sqlite3');
  const components = (sbomOf().components ?? []).filter(({ purl }) => purl?.startsWith('pkg:npm/'));
  const names = components.map(({ group, name, version }) => ({ name: group ? `${group}/${name}` : name, version }));
  expect(names.map(licenceFile)).toEqual(expect.arrayContaining(bundled.map(manifestOf).map(licenceFile)));
  expect(readdirSync(join(folder, NAME, 'licences')).sort()).toEqual(names.map(licenceFile).sort());
  for (const name of readdirSync(join(folder, NAME, 'licences'))) {
    const text = readFileSync(join(folder, NAME, 'licences', name), 'utf8');
    expect(text, name).toMatch(/copyright|\(c\)|EUPL|Mozilla Public License/i);
    expect(statSync(join(folder, NAME, 'licences', name)).size, name).toBeGreaterThan(500);
  }
});

it('refuses what has no licence to hand on', () => {
  expect(() => licenceOf('node_modules/type-fest')).toThrow('holds no text of its licence');
});

interface Component {
  readonly name: string;
  readonly version: string;
  readonly group?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

function sbomOf(): { components?: Component[] } {
  return JSON.parse(readFileSync(join(folder, NAME, 'sbom.cdx.json'), 'utf8'));
}

it('lists its parts as CycloneDX wants it, each with a hash that can be looked up', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  const text = readFileSync(join(folder, NAME, 'sbom.cdx.json'), 'utf8');
  expect(await validator.validate(text)).toBeNull();
  expect(await validator.validate(text.replace('"type": "library"', '"type": "thing"'))).not.toBeNull();
  const { components = [] } = sbomOf();
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['sqlite', 'imapflow', 'yup']));
  for (const { name, hashes } of components.filter(({ name }) => name !== 'sqlite')) {
    expect(hashes?.[0]?.content, name).toMatch(/^[0-9a-f]{64}(?:[0-9a-f]{64})?$/);
  }
  const addon = components.find(({ name }) => name.endsWith('.node'));
  const [sum] = must('sha256sum', [addon?.name ?? ''], { cwd: join(folder, NAME) }).split(' ');
  expect(addon?.hashes?.[0]?.content).toBe(sum);
});

/** Where a host has neither a Node of its own nor what compiles; a folder for PATH. */
function bareTools(): string {
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  for (const from of ['/usr/sbin', '/usr/bin']) {
    for (const name of readdirSync(from)) {
      if (
        !/^(?:node|nodejs|npm|npx|corepack|git|make|cc|[gc]\+\+|(?:.*-)?gcc.*|python.*)$/.test(name) &&
        !existsSync(join(tools, name))
      )
        symlinkSync(join(from, name), join(tools, name));
    }
  }
  return tools;
}

describe('its install.sh, on a host with no Node, npm and compiler', () => {
  let root: string;
  let env: NodeJS.ProcessEnv;
  const run = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(join(root, 'install.sh'), words, { env, encoding: 'utf8', cwd: '/' });
    return { status, said: stdout + stderr };
  };

  beforeAll(() => {
    root = join(folder, NAME);
    env = { PATH: bareTools(), HOME: folder };
  });

  it('says so where it holds no Node for this machine', () => {
    expect(run('--auth', 'cas').said).toMatch(
      /^install.sh: this release has no Node for this machine \(\w+\): take one/,
    );
  });

  it('installs what it holds, runs by a copy of its Node, and the second time changes nothing', () => {
    mkdirSync(join(root, 'node/bin'), { recursive: true });
    copyFileSync(process.execPath, join(root, 'node/bin/node'));
    const tree = jitsiTree();
    try {
      const before = must('find', [root, '-printf', '%p %s %T@\\n']);
      const { status, said } = run('--root', tree.root, '--yes', ...CAS);
      expect(said).toContain('Done below');
      expect(status, said).toBe(0);
      expect(tree.read('opt/jitsi-jmb/cgi-bin/join.cgi')).toMatch(/^#!\/opt\/jitsi-jmb\/bin\/node\n/);
      const own = readFileSync(join(tree.root, 'opt/jitsi-jmb/bin/node'));
      expect(own.equals(readFileSync(process.execPath))).toBe(true);
      expect(Object.keys(tree.snapshot()).filter((path) => /node_modules|demo|licences/.test(path))).toEqual([]);
      expect(run('--root', tree.root, '--yes').said).toContain('Nothing to change');
      expect(must('find', [root, '-printf', '%p %s %T@\\n'])).toBe(before);
    } finally {
      tree.remove();
    }
  });

  it.runIf(IS_FULL)('runs by the Node of the host where that is new enough', () => {
    const tree = jitsiTree();
    const { PATH } = env;
    env = { ...env, PATH: `${PATH}:${dirname(process.execPath)}` };
    try {
      expect(run('--root', tree.root, '--yes', ...CAS).status).toBe(0);
      expect(tree.read('opt/jitsi-jmb/cgi-bin/join.cgi').split('\n', 1)).toEqual([`#!${process.execPath}`]);
      expect(existsSync(join(tree.root, 'opt/jitsi-jmb/bin/node'))).toBe(false);
    } finally {
      env = { ...env, PATH };
      tree.remove();
    }
  });

  it.runIf(IS_FULL)('shows the demo', { timeout: 120_000 }, async () => {
    const port = await freePort();
    const words = ['-i', `PATH=${env['PATH']}`, `HOME=${folder}`, join(root, 'install.sh'), '--demo'];
    const demo = start('env', ...words, '--port', `${port}`, '--dir', join(folder, 'demo'));
    try {
      await says(demo, `answers at http://127.0.0.1:${port}/`);
      const authorization = `Basic ${Buffer.from('alice:alice').toString('base64')}`;
      const page = await fetch(`http://127.0.0.1:${port}/booking.cgi`, { headers: { authorization } });
      expect(await page.text()).toContain('Alice Martin');
      expect(page.status).toBe(200);
    } finally {
      demo.process.kill('SIGTERM');
      await demo.ended;
    }
    expect(await left(demo.process.pid)).toEqual([]);
  });

  it('has no tests to run', () => {
    expect(run('--test')).toEqual({
      status: 1,
      said: 'install.sh: --test needs a clone of the repository: a release holds no tests\n',
    });
  });
});
