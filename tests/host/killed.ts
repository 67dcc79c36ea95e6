/** Runs of the installer in this process on a small tree, each of which can be killed at any act. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { install, uninstall } from '../../lib/install/install.ts';
import { readWords } from '../../lib/install/options.ts';
import type { Hands } from '../../lib/install/steps.ts';
import { treeAt } from '../../lib/install/tree.ts';
import { watch } from './acts.mjs';
import { CAS, clone, jitsiTree } from './jitsi_tree.ts';

/** The words of an installation with the first release, or with the one after it. */
export interface Run {
  readonly words: readonly string[];
  readonly release?: 1 | 2;
}

/** How a run is made. */
export const INSTALL: Run = { words: CAS };
export const UPDATE: Run = { words: [], release: 2 };
export const CHANGE: Run = { words: ['--auth', 'shib', '--fastcgi'] };
export const UPGRADE: Run = { words: [...CAS, '--upgrade'] };
export const REMOVE: Run = { words: ['--uninstall'] };
export const PURGE: Run = { words: ['--uninstall', '--purge'] };

/** What was there before us: nothing, the Bash version, or an older one that keeps meetings in files. */
export type Host = 'bare' | 'bash' | 'flat';

/** A folder with two small releases of the program, and trees. */
export interface Workshop {
  /** A tree on which this was done; its root. */
  prepared(host: Host, ...runs: readonly Run[]): Promise<string>;
  /** Its copy, in the one place where trials take place. */
  trial(from: string): string;
  /** Runs to the end; what it refuses with, undefined where it ends well. */
  run(root: string, run: Run): Promise<string | undefined>;
  /** The acts of a run, in order. */
  acts(root: string, run: Run): Promise<readonly string[]>;
  /** A run that is killed at so many acts, or comes to its end before. */
  kill(root: string, run: Run, at: number): Promise<void>;
  remove(): void;
}

/** Opens one. */
export function workshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'jmb-killed-'));
  const dist = (release: number): string => join(folder, `release-${release}`);
  for (const release of [1, 2]) makeRelease(dist(release), release);
  const go = async (root: string, { words, release = 1 }: Run): Promise<void> => {
    const said = readWords([...words, '--yes']);
    const hands = handsAt(root, dist(release));
    await (said.has('uninstall') ? uninstall(hands, said.has('purge')) : install(said, hands));
  };
  const run: Workshop['run'] = async (root, one) => {
    try {
      await go(root, one);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const watched = async (root: string, one: Run, at: (act: string, begin: () => void) => void): Promise<void> => {
    const end = watch(root, at);
    try {
      await go(root, one);
    } finally {
      end();
    }
  };
  let made = 0;
  return {
    prepared: async (host, ...runs) => {
      made += 1;
      const root = join(folder, `tree-${made}`);
      makeTree(root, host);
      for (const one of runs) {
        const why = await run(root, one);
        if (why !== undefined) throw new Error(why);
      }
      return root;
    },
    trial: (from) => {
      const root = join(folder, 'trial');
      rmSync(root, { recursive: true, force: true });
      cpSync(from, root, { recursive: true, verbatimSymlinks: true });
      return root;
    },
    run,
    acts: async (root, one) => {
      const acts: string[] = [];
      await watched(root, one, (act) => acts.push(act));
      return acts;
    },
    kill: async (root, one, number) => {
      let count = 0;
      const at = (_: string, begin: () => void): void => {
        if (count === number) begin();
        count += 1;
        // Whoever is dead does nothing any more.
        if (count > number) throw new Error('killed');
      };
      try {
        await watched(root, one, at);
      } catch {
        // Whatever it would have said.
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A built tree as small as it can be; the second release has changed, new and gone files. */
function makeRelease(dist: string, release: number): void {
  for (const name of ['apache', 'cron']) cpSync(join(clone, name), join(dist, name), { recursive: true });
  const files = {
    'package.json': '{}\n',
    'prosody/mod_jmb.lua': '-- ours\n',
    'cgi-bin/booking.cgi': `#!/usr/bin/env node\n// ${release}\n`,
    [`lib/only_${release}.js`]: `// ${release}\n`,
    [`static/${release}/style.css`]: 'a {}\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    writeFileSync(join(dist, name), text);
  }
}

function makeTree(root: string, host: Host): void {
  mkdirSync(root);
  const { put } = jitsiTree(root);
  for (const name of ['headers', 'cgid', 'auth_cas', 'shib', 'proxy_fcgi'])
    put(`etc/apache2/mods-available/${name}.load`, '');
  put('usr/lib/systemd/systemd', '');
  // As on any host.
  for (const name of ['var/lib', 'var/www', 'opt', 'etc/cron.d', 'etc/apache2/mods-enabled'])
    mkdirSync(join(root, name), { recursive: true });
  if (host === 'bare') return;
  put('opt/jitsi-jmb/cgi/booking.cgi', '#!/bin/bash\n', 0o755);
  put('opt/jitsi-jmb/etc/jmb_local.cf', 'JMB_NAME="Old"\n');
  put('etc/cron.d/jitsi-jmb', '# of Bash\n');
  const meeting = 'name=jeuquoovaith\nmail_owner=a@example.org\nbegin=1707386400\nduration=3600\nend=1707390000\n';
  if (host === 'flat') {
    put('var/www/jitsi-jmb/booking/1707386400123456789', `${meeting}guests=""\n`);
    return;
  }
  mkdirSync(join(root, 'var/www/jitsi-jmb/data'), { recursive: true });
  cpSync(join(clone, 'tests/support/upstream.db'), join(root, 'var/www/jitsi-jmb/data/jitsi-jmb.db'));
}

function handsAt(root: string, dist: string): Hands {
  return {
    tree: treeAt(root),
    steps: {
      run: async () => ({ status: 0, said: '' }),
      unlessEnded: (promise) => promise,
      ignoreSignals: () => undefined,
    },
    asking: { possible: false, ask: async () => '', close: () => undefined },
    clone: undefined,
    dist,
    yes: true,
    dryRun: false,
  };
}
