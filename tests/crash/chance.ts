/** Chance that can be repeated: the same seed, the same story. */

/** Random choices from one seed. */
export interface Chance {
  /** True with the given probability (0 to 1). */
  happens(probability: number): boolean;
  /** A number from `low` up to, not including, `high`. */
  between(low: number, high: number): number;
  /** One of the given. */
  one<T>(choices: readonly T[]): T | undefined;
}

/** A small linear congruential generator (Numerical Recipes' constants): good enough to scatter kills. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    happens: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    one: (choices) => choices[Math.floor(next() * choices.length)],
  };
}
