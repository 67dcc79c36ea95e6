/** The first host of the simulated year dies, and the second takes over with what Litestream has copied; the first then keeps quiet. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { takeRole } from '../../lib/role.ts';
import { type Copying, startCopying } from '../support/litestream.ts';
import { giveToWebUser } from '../support/web_user.ts';
import type { Host } from './host.ts';

/** Two hosts that share a replica. */
export interface Pair {
  /** Has the first one copied from now on. */
  copy(): Promise<void>;
  /** Kills the first one once all is copied, and has the second take over. Rejects where it does not, or the first does not keep quiet. */
  failOver(): Promise<void>;
  remove(): Promise<void>;
}

/** How long Litestream may take for what was written last, in milliseconds. */
const PATIENCE = 60_000;

/** Makes the pair; both must have been made where Litestream is found. */
export function pairOf(first: Host, second: Host): Pair {
  const shared = mkdtempSync(join(tmpdir(), 'jmb-year-replica-'));
  giveToWebUser(shared);
  const setting = { JMB_REPLICA: `file://${shared}` };
  takeRole(second.database, 'standby');
  let copying: Copying | undefined;
  return {
    async copy() {
      first.set(setting);
      first.restart();
      const config = join(first.root, 'data/litestream.yml');
      await first.jmb(['replica', '--ready', config]);
      copying = startCopying(config);
    },
    async failOver() {
      await allCopied(first, shared);
      first.kill();
      await copying?.end('SIGKILL');
      second.set(setting);
      await second.jmb(['promote', '--yes']);
      await second.start();
      const said = await first.jmb(['remind']);
      if (!said.includes('this host is fenced')) throw new Error(`the host that died goes on: ${said}`);
      // Cron would ask the replica each minute for the rest of the year.
      second.set({});
    },
    async remove() {
      await copying?.end('SIGKILL');
      rmSync(shared, { recursive: true, force: true });
    },
  };
}

/** Waits until the replica has what was written last. */
async function allCopied({ database }: Host, shared: string): Promise<void> {
  const written = statSync(`${database}-wal`).mtimeMs;
  const newest = (): number =>
    Math.max(
      ...readdirSync(shared, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(shared, name)).mtimeMs),
    );
  for (const until = Date.now() + PATIENCE; newest() < written; ) {
    if (Date.now() > until) throw new Error('Litestream copies nothing');
    await pause(100);
  }
  // A file that came just now may have been begun before.
  await pause(1500);
}
