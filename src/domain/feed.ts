// Events that are made when they are asked for: whoever reads slowly, or not at all, costs no memory and misses nothing that still holds.

export interface Feed<T> {
  /** The next event, waited for until `signal` aborts; undefined when there will be no more. */
  next(signal: AbortSignal): Promise<T | undefined>;
}
