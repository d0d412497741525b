// The named points of the three walks. A room marks a point when it passes it; metrics listen, and tests stop the process there.
// Built on node:diagnostics_channel: a mark nobody listens to costs a few nanoseconds. Channels belong to one thread.
import { channel } from 'node:diagnostics_channel';

/** Every point, with what a listener is told. Details are plain values without secrets. */
export interface TracePoints {
  /** Writer thread, inside the transaction, before COMMIT. */
  'signal.committing': { readonly count: number };
  /** Writer thread, after COMMIT and fsync, before any answer leaves. */
  'signal.committed': { readonly count: number; readonly durationMs: number };
  /** The writer thread's commits, told again on the thread that owns it: `writes` operations on `file` in one sync to disk. */
  'journal.committed': { readonly file: string; readonly writes: number; readonly durationMs: number };
  'journal.failed': { readonly file: string; readonly error: string };
  /** Something was removed for its age. */
  'journal.forgotten': { readonly what: 'signals' | 'decisions' | 'studies' | 'requests'; readonly count: number };
  /** Worker: it holds its lock, or gave it back. */
  'worker.lock': { readonly held: boolean };
  /** Gateway: one submitted signal's end. */
  'signal.submitted': {
    readonly source: string;
    readonly result: 'accepted' | 'duplicate' | 'refused';
    readonly defaulted: boolean;
  };
  /** Worker: a window was seen for the first time. */
  'window.opened': { readonly pair: string; readonly side: string; readonly open: number };
  /** Worker: how many windows are open after a step, when that changed. */
  'windows.counted': { readonly open: number };
  /** Worker: windows were decided, before the decisions are journaled. */
  'decision.deciding': { readonly count: number };
  'decision.committed': { readonly outcome: string; readonly reason: string | null; readonly count: number };
  /** Worker: what its bots made of a decision is journaled; UNKNOWN may still become FORWARDED. */
  'decision.ended': { readonly decisionId: string; readonly outcome: string; readonly reason: string | null };
  /** Worker: the intent is journaled, the request has not left. */
  'attempt.intended': { readonly bot: string; readonly decisionId: string };
  /** Worker: the request has left or is leaving. */
  'attempt.sending': { readonly bot: string; readonly decisionId: string };
  /** Worker: an answer (or its absence) is known, not yet journaled. */
  'attempt.answered': {
    readonly bot: string;
    readonly decisionId: string;
    readonly verdict: string;
    readonly durationMs: number;
    /** Since the window's close, ms. */
    readonly sinceCloseMs: number;
  };
  /** `state`: of the delivery, DRY_RUN for one that was not sent because nothing is. `isEnd`: the delivery reached its end with this; UNKNOWN is one when its trade is looked for no longer. */
  'delivery.recorded': {
    readonly bot: string;
    readonly decisionId: string;
    readonly state: string;
    readonly isEnd: boolean;
    readonly sinceCloseMs: number;
  };
  'hub.read': { readonly kind: string; readonly durationMs: number };
  /** `failure`: a class of failures (`unreachable`, `timeout`, `unauthorized`, ...), or `other`. */
  'hub.failed': { readonly kind: string; readonly error: string; readonly failure: string };
  /** The shared hub's answer to one question is complete. */
  'hub.answered': { readonly kind: string; readonly rows: number; readonly bytes: number };
  /** Drain: these lines leave for `bucket` now. */
  'outbox.sending': { readonly bucket: string; readonly lines: number };
  /** Drain: the hub's answer is known, nothing of it is journaled yet. */
  'outbox.sent': {
    readonly bucket: string;
    readonly lines: number;
    readonly answer: string;
    readonly durationMs: number;
  };
  /** Drain: what the hub has, or refused for good, is out of the outbox, on disk. */
  'outbox.acknowledged': { readonly outbox: string; readonly lines: number; readonly refused: number };
  /** Drain: the hub has lost what it had acknowledged; all of it is sent again. */
  'outbox.forgotten': { readonly outbox: string };
  'trades.recorded': { readonly recorded: number; readonly duplicates: number };
  'study.started': { readonly id: string };
  'study.finished': { readonly id: string; readonly state: string; readonly durationMs: number };
  /** Worker: the last of all pairs that the schedule had searched has ended. Counts of pairs; `oldestCandlesSeconds` since the close of the last candle. */
  'pairs.searched': {
    readonly pairs: number;
    readonly searched: number;
    readonly validated: number;
    readonly published: number;
    /** Whose levels served before were published anew. */
    readonly renewed: number;
    readonly skipped: number;
    readonly failed: number;
    readonly stale: number;
    readonly oldestCandlesSeconds: number;
  };
  'params.published': { readonly pair: string };
  'exits.answered': { readonly source: string; readonly stale: boolean };
}

const name = (point: string) => `paramgate:${point}`;

/** Says that `point` is passed now. */
export function mark<P extends keyof TracePoints>(point: P, detail: TracePoints[P]): void {
  const at = channel(name(point));
  if (at.hasSubscribers) at.publish(detail);
}

/** Calls `listener` synchronously at every pass of `point` on this thread; returns what ends it. */
export function listen<P extends keyof TracePoints>(point: P, listener: (detail: TracePoints[P]) => void): () => void {
  const at = channel(name(point));
  const forward = (message: unknown) => listener(message as TracePoints[P]);
  at.subscribe(forward);
  return () => {
    at.unsubscribe(forward);
  };
}
