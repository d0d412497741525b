// The rules of the ensemble once more, as plainly as they can be said and without care for speed or memory: windows over everything ever seen.
import type { Side } from '#domain/market.ts';
import type { Signal, Window } from '#domain/signal.ts';
import type { Now } from '#domain/time.ts';

const GRACE_MS = 120;

export interface ReferenceWindow {
  readonly pair: string;
  readonly side: Side;
  readonly members: Signal[];
  readonly window: Window;
  dueMs: number | undefined;
  decided: { readonly atMs: number; readonly conflict: boolean } | undefined;
}

export class Reference {
  readonly windows: ReferenceWindow[] = [];
  #seen = 0;

  /** A worker died: where windows are is known from the journal, when they are due is not. */
  forgetDeadlines(): void {
    for (const w of this.windows) w.dueMs = undefined;
  }

  /** One tick over all committed signals; returns how many windows are due. Without `keeps` their decisions are lost. */
  tick(committed: readonly Signal[], now: Now, keeps: boolean): number {
    for (const s of committed.slice(this.#seen)) {
      const open = this.windows.filter((w) => !w.decided && w.pair === s.pair && w.side === s.side);
      const stamped = open.find((w) => JSON.stringify(w.window) === JSON.stringify(s.window));
      const home = stamped ?? (s.receivedAtMs > s.window.openedAtMs ? open.at(-1) : undefined);
      const closesAtMs = s.receivedAtMs + s.window.closesAtMs - s.window.openedAtMs;
      const window = { openedAtMs: s.receivedAtMs, closesAtMs };
      if (home !== undefined) home.members.push(s);
      else this.windows.push({ ...s, members: [s], window, dueMs: undefined, decided: undefined });
    }
    this.#seen = committed.length;
    for (const w of this.windows) {
      const longest = w.window.closesAtMs - w.window.openedAtMs + GRACE_MS;
      w.dueMs ??= now.monotonicMs + Math.min(longest, Math.max(0, w.window.closesAtMs + GRACE_MS - now.wallMs));
    }
    const due = this.windows.filter((w) => !w.decided && (w.dueMs ?? 0) <= now.monotonicMs);
    for (const w of keeps ? due : []) {
      w.decided = { atMs: now.wallMs, conflict: this.windows.some((other) => clash(w, other)) };
    }
    return due.length;
  }
}

function clash(a: ReferenceWindow, b: ReferenceWindow): boolean {
  const overlaps = a.window.openedAtMs < b.window.closesAtMs && b.window.openedAtMs < a.window.closesAtMs;
  return a.pair === b.pair && a.side !== b.side && overlaps;
}

/** What must be journaled of a decided window, given its rules and the bot of its side. */
export function expectedClosing(w: ReferenceWindow, rules: { quorum: number; leastE4: number; bot: string }) {
  const votes = [...new Map(w.members.map((s) => [s.source, s])).values()];
  const sum = votes.reduce((total, s) => total + s.confidenceE4, 0);
  const leverages = votes.flatMap((s) => s.leverage ?? []);
  const low = sum < rules.leastE4 * votes.length ? 'LOW_CONFIDENCE' : null;
  const reason = votes.length < rules.quorum ? 'TOO_FEW_VOTES' : low;
  return {
    decision: {
      pair: w.pair,
      side: w.side,
      votes: votes.length,
      sources: votes.map((s) => s.source).sort(),
      confidenceE4: Math.floor((2 * sum + votes.length) / (2 * votes.length)),
      leverage: leverages.length === 0 ? null : Math.min(...leverages),
      window: w.window,
      conflict: w.decided?.conflict,
      decidedAtMs: w.decided?.atMs,
      outcome: reason === null ? 'PENDING' : 'REJECTED',
      reason,
    },
    fates: w.members.map((s) => ({ signalId: s.id, seq: s.seq, counted: votes.includes(s) })),
    owedTo: reason === null ? [rules.bot] : [],
  };
}
