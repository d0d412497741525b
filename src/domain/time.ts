// Time as a value. Pure code takes `Now`; loops take a `Clock`. Nothing below the app reads the system's time itself.

/** One instant by two clocks: `wallMs` is Unix epoch milliseconds and may step; `monotonicMs` never goes back and has no meaning across processes. */
export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Where loops get their time from. */
export interface Clock {
  now(): Now;
  /** Resolves after `ms` of monotonic time, or at once when `signal` aborts (it does not reject). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** ISO 8601 in UTC with milliseconds, as every time leaves the service. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
