// The port of the outbox: what this instance has still to tell a hub that is not in its data folder.

/** What an outbox holds; imports: candles and historical entries. */
export type OutboxHolds = 'signals' | 'decisions' | 'trades' | 'params' | 'imports';

/** How one outbox stands. */
export interface OutboxStatus {
  readonly holds: OutboxHolds;
  readonly bucket: string;
  readonly rows: number;
  /** Of their lines. */
  readonly bytes: number;
  /** When the oldest row was put in, epoch ms; null without rows. */
  readonly oldestAtMs: number | null;
  readonly deadLetters: number;
  /** Whether rows are still to be taken from their table: the outbox was full, or the hub had lost what it had. */
  readonly isBehind: boolean;
  /** The way to the hub as this process has it; null where none is under way. */
  readonly breaker: 'closed' | 'half-open' | 'open' | null;
  /** What the hub does not let us do, in words; null: nothing known. */
  readonly alarm: string | null;
}

/** A line the hub refused for good. */
export interface DeadLetterStatus {
  readonly holds: OutboxHolds;
  readonly id: number;
  /** Empty when no line can say it: `words` then holds what it was. */
  readonly line: string;
  readonly acceptedAtMs: number;
  readonly refusedAtMs: number;
  /** HTTP; 0 when it was never sent. */
  readonly status: number;
  /** The hub's own words. */
  readonly words: string;
}

/** Send dead letters again, or drop them for ever: those with `ids` of what `holds` names, or all of it (null). */
export interface DeadLetterRequest {
  readonly verb: 'retry' | 'drop';
  readonly holds: OutboxHolds;
  readonly ids: readonly number[] | null;
}

export interface Outbox {
  /** Every outbox of the data folder, also those that another process sends. */
  status(): Promise<readonly OutboxStatus[]>;
  /** Stops sending when nothing waits any more, the hub fails, or `signal` aborts. What is left stays on disk and is sent after the next start. */
  finish(signal: AbortSignal): Promise<void>;
}
