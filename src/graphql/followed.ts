// A feed as a subscription's events. One event is made for each that is asked for, and asking ends at once when the reader goes.
import type { Feed } from '#domain/feed.ts';

/** The events of `feed`, until it has no more or `return` is called, which also ends a wait under way. */
export function followed<T>(feed: Feed<T>): AsyncIterableIterator<T, undefined> {
  const over = new AbortController();
  const done = { done: true, value: undefined } as const;
  const end = async () => {
    over.abort();
    return done;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      if (over.signal.aborted) return done;
      const value = await feed.next(over.signal);
      return value === undefined ? end() : { done: false, value };
    },
    return: end,
  };
}
