// Chance made of a seed, so that a run of the chaos can be told to happen again (as far as the machine's own timing lets it).

export interface Chance {
  /** Whole, low <= x <= high. */
  between(low: number, high: number): number;
  happens(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

/** The same sequence for the same seed (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    happens: (share) => next() < share,
    pick: (from) => from[Math.floor(next() * from.length)] ?? from[0],
  };
}
