/**
 * install.sh killed at every act by which it changes a file: before it and half way through it. Whatever is started next ends
 * well, and then nothing of ours is left. By default some acts of each run and all renames of folders; with JMB_FULL every one.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clone, snapshot } from './jitsi_tree.ts';
import {
  CHANGE,
  type Host,
  INSTALL,
  PURGE,
  REMOVE,
  type Run,
  UPDATE,
  UPGRADE,
  type Workshop,
  workshop,
} from './killed.ts';

interface Scenario {
  readonly name: string;
  readonly host: Host;
  /** What was done before. */
  readonly done: readonly Run[];
  /** A run that was killed before, at its last act but so many. */
  readonly killed?: readonly [Run, number];
  /** The run that is killed at each act. */
  readonly run: Run;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'installing', host: 'bare', done: [], run: INSTALL },
  { name: 'an update', host: 'bare', done: [INSTALL], run: UPDATE },
  { name: 'another way to sign in', host: 'bare', done: [INSTALL], run: CHANGE },
  { name: '--upgrade', host: 'bash', done: [], run: UPGRADE },
  { name: '--upgrade a second time', host: 'bash', done: [UPGRADE, REMOVE], run: UPGRADE },
  { name: '--upgrade from files', host: 'flat', done: [], run: UPGRADE },
  { name: '--uninstall', host: 'bare', done: [INSTALL], run: REMOVE },
  { name: '--uninstall --purge', host: 'bare', done: [INSTALL, UPDATE], run: PURGE },
  { name: '--uninstall after an upgrade', host: 'bash', done: [UPGRADE], run: REMOVE },
  { name: '--uninstall --purge after an upgrade', host: 'bash', done: [UPGRADE], run: PURGE },
  { name: '--uninstall --purge in two steps after an upgrade', host: 'bash', done: [UPGRADE, REMOVE], run: PURGE },
  { name: 'going back from an installation', host: 'bare', done: [], killed: [INSTALL, 1], run: INSTALL },
  { name: 'going back from an update', host: 'bare', done: [INSTALL], killed: [UPDATE, 1], run: PURGE },
  { name: 'going back from an upgrade', host: 'bash', done: [], killed: [UPGRADE, 1], run: UPGRADE },
  { name: 'finishing a removal', host: 'bash', done: [UPGRADE], killed: [REMOVE, 5], run: PURGE },
];

/** Between two acts that are tried by default. */
const STRIDE = 37;

let shop: Workshop;

beforeAll(() => {
  shop = workshop();
  for (const stream of ['log', 'error'] as const) vi.spyOn(console, stream).mockImplementation(() => undefined);
});

afterAll(() => {
  shop.remove();
  vi.restoreAllMocks();
});

/** The acts at which a run is killed. */
function chosen(acts: readonly string[]): readonly number[] {
  const all = [...acts.keys()];
  if (process.env['JMB_FULL'] !== undefined) return all;
  const ofFolders = (at: number): boolean =>
    /^(?:half )?(?:renameSync|rmSync) \/opt\/jitsi-jmb(?:\.\w+)?$/.test(acts[at] ?? '');
  return all.filter((at) => at % STRIDE === 0 || ofFolders(at) || ofFolders(at - 1) || at === acts.length - 1);
}

/** What does not differ from run to run. */
function settled(root: string): Record<string, string> {
  const all = snapshot(root);
  for (const path of Object.keys(all)) if (/prosody\.secret$|journal\.json$|jmb\.db/.test(path)) delete all[path];
  return all;
}

describe.each(SCENARIOS)('$name', ({ host, done, killed, run }) => {
  it('ends well from wherever it was killed', { timeout: 600_000 }, async () => {
    const pristine = snapshot(await shop.prepared(host));
    const from = await shop.prepared(host, ...done);
    if (killed !== undefined) {
      const [earlier, before] = killed;
      const acts = await shop.acts(shop.trial(from), earlier);
      await shop.kill(from, earlier, acts.length - before);
    }
    const whole = shop.trial(from);
    const acts = await shop.acts(whole, run);
    const end = settled(whole);
    expect(acts.length).toBeGreaterThan(20);

    const purged = async (root: string, what: string): Promise<void> => {
      const why = await shop.run(root, PURGE);
      if (why !== undefined) expect(why, what).toContain('there is nothing to take away');
      expect(snapshot(root), what).toEqual(pristine);
    };
    const tried = chosen(acts);
    if (process.env['JMB_FULL'] !== undefined) console.info(`${tried.length} of ${acts.length} acts`);
    for (const at of tried) {
      const what = `killed at ${at} of ${acts.length}: ${acts[at]}`;
      const again = shop.trial(from);
      await shop.kill(again, run, at);
      const why = await shop.run(again, run);
      if (why !== undefined) expect(why, what).toContain('there is nothing to take away');
      expect(settled(again), what).toEqual(end);
      await purged(again, `${what}, run again`);
      const away = shop.trial(from);
      await shop.kill(away, run, at);
      await purged(away, `${what}, taken away`);
    }
  });
});

describe('the built program, ended by SIGKILL', () => {
  const program = join(clone, 'dist/bin/jmb-install');
  const hook = join(import.meta.dirname, 'acts.mjs');

  it.each([
    [UPGRADE, 'renameSync /opt/jitsi-jmb'],
    [UPGRADE, 'half writeFileSync /opt/jitsi-jmb/bin/jmb.jmb-new'],
    [PURGE, 'half rmSync /opt/jitsi-jmb'],
    [PURGE, 'renameSync /opt/jitsi-jmb.bash'],
  ])('%j at "%s"', async (run, act) => {
    const pristine = snapshot(await shop.prepared('bash'));
    const root = shop.trial(await shop.prepared('bash', ...(run === UPGRADE ? [] : [UPGRADE])));
    const go = (words: readonly string[], env: Record<string, string>) =>
      spawnSync(process.execPath, ['--import', hook, program, '--root', root, '--yes', ...words], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
    expect(go(run.words, { JMB_ACTS: root, JMB_ACT: act }).signal).toBe('SIGKILL');
    expect(snapshot(root)).not.toEqual(pristine);
    const { status, stdout, stderr } = go(PURGE.words, {});
    expect(status, stdout + stderr).toBe(0);
    expect(snapshot(root)).toEqual(pristine);
  });
});
