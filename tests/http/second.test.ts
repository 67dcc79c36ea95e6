/** A crowd gets a second process on the same socket; nobody notices when that comes and goes, and it never stays alone. */
import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { askFastcgi, buildDoor, type Door, type Standing, startFastcgi } from './run_door.ts';

let door: Door;
let one: Standing;
beforeAll(async () => {
  door = await buildDoor();
});
afterAll(() => door.remove());
beforeEach(async () => {
  one = await startFastcgi(door);
  return () => void one.child.kill('SIGKILL');
});

/** Eight browsers that ask again and again until it is enough. */
class Crowd {
  readonly answered = new Map<string, number>();
  #over = false;
  readonly #browsers = Array.from({ length: 8 }, () => this.#browse());

  async #browse(): Promise<void> {
    while (!this.#over) {
      const pid = (await askFastcgi(one, 'busy')).split('\r\n\r\n')[1] ?? 'nobody';
      this.answered.set(pid, (this.answered.get(pid) ?? 0) + 1);
    }
  }

  /** The process that came to help. */
  async helper(): Promise<number> {
    const others = () => [...this.answered.keys()].filter((pid) => pid !== String(one.child.pid));
    await vi.waitFor(() => expect(others()).toHaveLength(1), 20_000);
    return Number(others()[0]);
  }

  async leaves(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#browsers);
  }
}

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('comes when one is busy, and not for a request now and then', async () => {
  for (let n = 0; n < 4; n += 1) {
    expect(await askFastcgi(one, 'busy')).toContain(String(one.child.pid));
    await wait(600);
  }
  const crowd = new Crowd();
  const helper = await crowd.helper();
  await crowd.leaves();
  expect([...crowd.answered.keys()].sort()).toEqual([String(one.child.pid), String(helper)].sort());
}, 40_000);

it('finishes with the first, and everybody who was taken is answered', async () => {
  const crowd = new Crowd();
  const helper = await crowd.helper();
  await crowd.leaves();
  const slow = Array.from({ length: 12 }, () =>
    askFastcgi(one, 'slow&ms=600', { env: { HTTP_X_SECRET: 'mine' } }).catch(() => 'refused'),
  );
  await wait(300);
  one.child.kill('SIGTERM');
  for (const answer of await Promise.all(slow)) expect(answer).toContain('mine mine');
  expect(await one.ended).toBe(0);
  expect(runs(helper)).toBe(false);
}, 40_000);

it('does not outlive a first one that is killed', async () => {
  const crowd = new Crowd();
  const helper = await crowd.helper();
  await crowd.leaves();
  one.child.kill('SIGKILL');
  await vi.waitFor(() => expect(runs(helper)).toBe(false), 10_000);
}, 40_000);

it('does not begin from a file that was replaced meanwhile', async () => {
  await askFastcgi(one, 'busy');
  copyFileSync(door.file, `${door.file}.old`);
  writeFileSync(`${door.file}.new`, 'process.exit(3);\n');
  renameSync(`${door.file}.new`, door.file);
  const crowd = new Crowd();
  await wait(1500);
  await crowd.leaves();
  renameSync(`${door.file}.old`, door.file);
  expect([...crowd.answered.keys()]).toEqual([String(one.child.pid)]);
  expect(one.log()).toBe('');
}, 20_000);
