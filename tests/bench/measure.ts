/** Timing: things that are to be compared take turns, so that whatever slows the machine slows all of them. */

/** Something to time: gives the milliseconds that it took, or throws when the answer was wrong. */
export interface Target {
  readonly name: string;
  readonly run: () => Promise<number>;
}

/** The times of each target, sorted, in milliseconds. */
export type Times = ReadonlyMap<string, readonly number[]>;

/** Runs every target once a round, each round from another one on; the first rounds warm up and do not count. */
export async function takeTurns(targets: readonly Target[], rounds: number, warmUp = 3): Promise<Times> {
  const times = new Map(targets.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let turn = 0; turn < targets.length; turn += 1) {
      const target = targets[(turn + round + warmUp) % targets.length];
      const time = await target?.run();
      if (round >= 0 && target !== undefined && time !== undefined) times.get(target.name)?.push(time);
    }
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
}

/** A quantile of sorted times; 0.5 is the median. */
export function quantile(times: readonly number[] | undefined, share: number): number {
  if (times === undefined || times.length === 0) return Number.NaN;
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
}
