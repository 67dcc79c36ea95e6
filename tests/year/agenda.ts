/** What is to be done when, in the simulated year: the next is always at hand, whatever is added meanwhile. */

/** Something to be done. */
export interface Entry {
  /** Simulated Unix seconds. */
  readonly at: number;
  readonly does: (now: number) => Promise<void>;
}

/** The entries that are still to be done. */
export interface Agenda {
  /** Adds one, behind those of the same moment. */
  add(entry: Entry): void;
  /** Takes the first out; undefined where nothing is left. */
  next(): Entry | undefined;
}

/** An agenda with nothing in it. */
export function emptyAgenda(): Agenda {
  // The last is the first to be done: taking it out moves nothing.
  const waiting: Entry[] = [];
  return {
    add(entry) {
      let low = 0;
      let high = waiting.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((waiting[middle]?.at ?? 0) > entry.at) low = middle + 1;
        else high = middle;
      }
      waiting.splice(low, 0, entry);
    },
    next: () => waiting.pop(),
  };
}
