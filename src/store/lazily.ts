// What is opened when it is first asked for.

export interface Lazy<T> {
  /** Rejects as the opening does; the next call tries again. */
  get(): Promise<T>;
  /** What was opened; undefined when nothing was, or could be. */
  opened(): Promise<T | undefined>;
}

/** Opens by `open`, once. */
export function lazily<T>(open: () => Promise<T>): Lazy<T> {
  let opening: Promise<T> | undefined;
  return {
    get: () => {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    opened: async () => opening?.catch(() => undefined),
  };
}
