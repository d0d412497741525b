// A binary heap: the least entry is found at once, and each change costs the logarithm of what is held.

export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #entries: T[] = [];

  /** `compare` is negative when its first argument comes first. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The least entry; undefined when there is none. */
  peek(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    const entries = this.#entries;
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#compare(entry, entries[above] as T) >= 0) break;
      entries[at] = entries[above] as T;
      at = above;
    }
    entries[at] = entry;
  }

  /** Takes out the least entry; undefined when there is none. */
  pop(): T | undefined {
    const entries = this.#entries;
    const least = entries[0];
    const last = entries.pop();
    if (entries.length === 0 || last === undefined) return least;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      if (below >= entries.length) break;
      if (below + 1 < entries.length && this.#compare(entries[below + 1] as T, entries[below] as T) < 0) below += 1;
      if (this.#compare(last, entries[below] as T) <= 0) break;
      entries[at] = entries[below] as T;
      at = below;
    }
    entries[at] = last;
    return least;
  }
}
