// Chance as a value: a small generator per trial, made from the study's seed and the trial's number, so that any trial can be drawn again alone.

/** The next number drawn evenly from 0 <= u < 1, in steps of 2^-53. */
export type Uniform = () => number;

/**
 * The chance of trial `number` in a study with `seed` (any safe integers): Chris Doty-Humphrey's sfc32, its state filled from both and stirred. The
 * same numbers on every machine.
 */
export function chanceOf(seed: number, number: number): Uniform {
  const high = Math.floor(seed / 2 ** 32);
  const next = sfc32(seed | 0, high | 0, number | 0);
  return () => {
    const upper = next() >>> 5;
    return (upper * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
  };
}

function sfc32(first: number, second: number, third: number): () => number {
  let a = first;
  let b = second;
  let c = third;
  let counter = 1;
  const next = () => {
    const drawn = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  };
  for (let round = 0; round < 20; round += 1) next();
  return next;
}
