// numpy's legacy generator (MT19937 with init_genrand, 53-bit doubles), so that tests can hand a sampler the very chance a run of Optuna used.

/** numpy.random.RandomState(seed).random_sample, one number a call. */
export function mersenne(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let index = 1; index < 624; index += 1) {
    const before = state[index - 1] as number;
    state[index] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + index;
  }
  let at = 624;
  const word = () => {
    if (at === 624) {
      twist(state);
      at = 0;
    }
    let drawn = state[at] as number;
    at += 1;
    drawn ^= drawn >>> 11;
    drawn ^= (drawn << 7) & 0x9d2c5680;
    drawn ^= (drawn << 15) & 0xefc60000;
    return (drawn ^ (drawn >>> 18)) >>> 0;
  };
  return () => {
    const upper = word() >>> 5;
    return (upper * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  };
}

function twist(state: Uint32Array): void {
  for (let index = 0; index < 624; index += 1) {
    const both = ((state[index] as number) & 0x80000000) | ((state[(index + 1) % 624] as number) & 0x7fffffff);
    state[index] = (state[(index + 397) % 624] as number) ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
  }
}
