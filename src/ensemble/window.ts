// Open windows as a fold over the signal journal. Every signal given to the fold is in exactly one window until that window is removed.
// Deadlines are fixed by the monotonic clock when a window is first seen; what is removed is forgotten.
import type { Side } from '#domain/market.ts';
import type { ConfidenceE4, Signal, Window } from '#domain/signal.ts';
import type { Now } from '#domain/time.ts';

/** How long after its nominal close a window is decided at the earliest: signals stamped before the close are committed a moment later. */
export const GRACE_MS = 120;

/** What of a signal counts in a vote. */
export interface Vote {
  readonly signalId: string;
  readonly source: string;
  readonly confidenceE4: ConfidenceE4;
  readonly confidenceDefaulted: boolean;
  readonly leverage: number | null;
}

/** A window not decided yet. `signals` in journal order, at least one; `votes` holds the latest of each source. */
export interface OpenWindow {
  readonly pair: string;
  readonly side: Side;
  readonly window: Window;
  /** Its nominal close, on the monotonic clock; that of one found overdue lies in the past. */
  readonly closesAtMonotonicMs: number;
  /** When to decide it, on the monotonic clock. */
  readonly decideAtMonotonicMs: number;
  readonly signals: { readonly id: string; readonly seq: number }[];
  readonly votes: Map<string, Vote>;
  /** A window of the other side overlaps. */
  conflict: boolean;
}

/** Whether two half-open windows share an instant. */
export function overlap(a: Window, b: Window): boolean {
  return a.openedAtMs < b.closesAtMs && b.openedAtMs < a.closesAtMs;
}

/**
 * The open windows of all pairs. A signal goes to the window stamped on it. When that one is gone (decided before the signal became visible, a
 * straggler) it goes to the newest open window of its (pair, side), else it opens one of the same length at its own `receivedAtMs`.
 */
export class OpenWindows {
  readonly #byPair = new Map<string, OpenWindow[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Folds in one signal, in journal order. Returns the window when this signal opened it. */
  add(signal: Signal, now: Now): OpenWindow | undefined {
    const siblings = this.#byPair.get(signal.pair) ?? [];
    const ours = siblings.filter((open) => open.side === signal.side);
    const isOpener = signal.receivedAtMs === signal.window.openedAtMs;
    const home = ours.find((open) => same(open.window, signal.window)) ?? (isOpener ? undefined : ours.at(-1));
    const open = home ?? opened(signal, now);
    open.signals.push({ id: signal.id, seq: signal.seq });
    open.votes.set(signal.source, {
      signalId: signal.id,
      source: signal.source,
      confidenceE4: signal.confidenceE4,
      confidenceDefaulted: signal.confidenceDefaulted,
      leverage: signal.leverage,
    });
    if (home !== undefined) return undefined;
    for (const other of siblings) {
      if (other.side === open.side || !overlap(other.window, open.window)) continue;
      other.conflict = true;
      open.conflict = true;
    }
    this.#byPair.set(signal.pair, [...siblings, open]);
    this.#size += 1;
    return open;
  }

  /** Windows to decide by now, oldest close first; of them only those that close by `readUpToMs`, the stamp up to which the journal has been read. */
  due(now: Now, readUpToMs: number): readonly OpenWindow[] {
    const due: OpenWindow[] = [];
    for (const siblings of this.#byPair.values()) {
      for (const open of siblings) {
        if (open.decideAtMonotonicMs <= now.monotonicMs && open.window.closesAtMs <= readUpToMs) due.push(open);
      }
    }
    return due.sort((a, b) => a.window.closesAtMs - b.window.closesAtMs || firstSeq(a) - firstSeq(b));
  }

  /** Forgets windows that were decided. */
  remove(windows: readonly OpenWindow[]): void {
    for (const gone of windows) {
      const left = (this.#byPair.get(gone.pair) ?? []).filter((open) => open !== gone);
      if (left.length === 0) this.#byPair.delete(gone.pair);
      else this.#byPair.set(gone.pair, left);
      this.#size -= 1;
    }
  }

  /** The lowest seq held; undefined without open windows. */
  lowestSeq(): number | undefined {
    let lowest: number | undefined;
    for (const siblings of this.#byPair.values()) {
      for (const open of siblings) lowest = Math.min(lowest ?? firstSeq(open), firstSeq(open));
    }
    return lowest;
  }
}

function opened(signal: Signal, now: Now): OpenWindow {
  const lengthMs = signal.window.closesAtMs - signal.window.openedAtMs;
  const window = { openedAtMs: signal.receivedAtMs, closesAtMs: signal.receivedAtMs + lengthMs };
  const closesAtMonotonicMs = now.monotonicMs + Math.min(window.closesAtMs - now.wallMs, lengthMs);
  return {
    pair: signal.pair,
    side: signal.side,
    window,
    closesAtMonotonicMs,
    decideAtMonotonicMs: Math.max(closesAtMonotonicMs + GRACE_MS, now.monotonicMs),
    signals: [],
    votes: new Map(),
    conflict: false,
  };
}

function same(a: Window, b: Window): boolean {
  return a.openedAtMs === b.openedAtMs && a.closesAtMs === b.closesAtMs;
}

function firstSeq(open: OpenWindow): number {
  return open.signals[0]?.seq ?? 0;
}
