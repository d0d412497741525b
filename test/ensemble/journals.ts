// Journals in memory that keep the ports' promises to the letter, for tests of the ensemble's own code. A stalled signal journal stamps what is
// appended but shows it only once its commit is through, as a slow disk does.
import type { Decision, SignalFate } from '#domain/decision.ts';
import type { NewSignal, Signal, Window } from '#domain/signal.ts';
import type { Clock } from '#domain/time.ts';
import type { AppendResult, Closing, DecisionJournal, PauseJournal, SignalJournal } from '#store/store.ts';

const sameContents = (a: Signal, b: NewSignal) =>
  (['pair', 'side', 'source', 'confidenceE4', 'leverage', 'enterTag', 'sentAtMs'] as const).every((k) => a[k] === b[k]);

export interface MemorySignals extends SignalJournal {
  /** All, committed or not. */
  readonly log: readonly Signal[];
  committed(): readonly Signal[];
  stall(): void;
  goOn(): void;
  /** The gateway starts anew: stamps may go back with the wall clock. */
  restart(): void;
}

export function memorySignals(clock: Pick<Clock, 'now'>, firstSeq = 1): MemorySignals {
  const log: Signal[] = [];
  const firsts = new Map<string, Signal>();
  const windows = new Map<string, Window>();
  let visible = 0;
  let stalled = false;
  let lastStampMs = Number.NEGATIVE_INFINITY;
  const identitiesOf = (fresh: NewSignal) => {
    const key = fresh.idempotencyKey === null ? undefined : JSON.stringify([fresh.credential, fresh.idempotencyKey]);
    const { source, pair, side, sentAtMs } = fresh;
    const sending = sentAtMs === null ? undefined : JSON.stringify([source, pair, side, sentAtMs]);
    return { key, sending };
  };
  const firstOf = (fresh: NewSignal): AppendResult | undefined => {
    const { key, sending } = identitiesOf(fresh);
    const keyed = key === undefined ? undefined : firsts.get(key);
    if (keyed !== undefined) return { kind: sameContents(keyed, fresh) ? 'duplicate' : 'conflict', signal: keyed };
    const sent = sending === undefined ? undefined : firsts.get(sending);
    return sent === undefined ? undefined : { kind: 'duplicate', signal: sent };
  };
  const append = (fresh: NewSignal): AppendResult => {
    const first = firstOf(fresh);
    if (first !== undefined) return first;
    const { pair, side } = fresh;
    const receivedAtMs = Math.max(lastStampMs, clock.now().wallMs);
    lastStampMs = receivedAtMs;
    const market = `${side} ${pair}`;
    const newest = windows.get(market);
    const isOpen = newest !== undefined && newest.openedAtMs <= receivedAtMs && receivedAtMs < newest.closesAtMs;
    const window = isOpen ? newest : { openedAtMs: receivedAtMs, closesAtMs: receivedAtMs + fresh.windowMs };
    const { idempotencyKey: _, windowMs: __, ...content } = fresh;
    const signal: Signal = { ...content, seq: firstSeq + log.length, receivedAtMs, window };
    for (const identity of Object.values(identitiesOf(fresh))) if (identity !== undefined) firsts.set(identity, signal);
    windows.set(market, window);
    log.push(signal);
    return { kind: 'accepted', signal };
  };
  const show = () => {
    if (!stalled) visible = log.length;
  };
  return {
    log,
    committed: () => log.slice(0, visible),
    append: async (signals) => {
      const ends = signals.map(append);
      show();
      return ends;
    },
    known: async (asked) => asked.map(firstOf),
    byIds: async (ids) => ids.map((id) => log.slice(0, visible).find((signal) => signal.id === id)),
    after: async (seq, limit) => {
      const start = Math.max(0, seq + 1 - firstSeq);
      return log.slice(start, Math.min(start + limit, visible));
    },
    stall: () => {
      stalled = true;
    },
    goOn: () => {
      stalled = false;
      show();
    },
    restart: () => {
      lastStampMs = Number.NEGATIVE_INFINITY;
    },
  };
}

export interface MemoryDecisions extends DecisionJournal {
  readonly closings: readonly Closing[];
  /** Number of commits asked for. */
  commits(): number;
  /** The next commit fails, without or after having been kept. */
  failNext(kept: boolean): void;
}

export function memoryDecisions(): MemoryDecisions {
  const closings = new Map<string, Closing>();
  const fates = new Map<number, SignalFate>();
  let commits = 0;
  let mark = 0;
  let failure: { kept: boolean } | undefined;
  let sorted: readonly SignalFate[] = [];
  const sortedFates = () => {
    if (sorted.length !== fates.size) sorted = [...fates.values()].sort((a, b) => a.seq - b.seq);
    return sorted;
  };
  const newestFirst = (a: Decision, b: Decision) =>
    b.window.closesAtMs - a.window.closesAtMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
  return {
    get closings() {
      return [...closings.values()];
    },
    commits: () => commits,
    failNext: (kept) => {
      failure = { kept };
    },
    decidedUpToSeq: async () => mark,
    decide: async (batch, decidedUpToSeq) => {
      commits += 1;
      const failing = failure;
      failure = undefined;
      if (failing !== undefined && !failing.kept) throw new Error('the disk is full');
      for (const closing of batch) {
        if (closings.has(closing.decision.id)) continue;
        for (const fate of closing.fates) {
          if (fates.has(fate.seq)) throw new Error(`signal ${fate.signalId} is decided twice`);
          fates.set(fate.seq, fate);
        }
        closings.set(closing.decision.id, closing);
      }
      mark = Math.max(mark, decidedUpToSeq);
      if (failing !== undefined) throw new Error('the answer was lost');
    },
    byIds: async (ids) => ids.map((id) => closings.get(id)?.decision),
    page: async ({ first, after, pair, side, outcome, source, fromMs, toMs }) =>
      [...closings.values()]
        .map((closing) => closing.decision)
        .filter(
          (d) => (pair ?? d.pair) === d.pair && (side ?? d.side) === d.side && (outcome ?? d.outcome) === d.outcome,
        )
        .filter((d) => source === undefined || d.sources.includes(source))
        .filter((d) => d.window.closesAtMs >= (fromMs ?? d.window.closesAtMs))
        .filter((d) => toMs === undefined || d.window.closesAtMs < toMs)
        .sort(newestFirst)
        .filter(
          (d) =>
            after === undefined ||
            d.window.closesAtMs < after.windowClosesAtMs ||
            (d.window.closesAtMs === after.windowClosesAtMs && d.id < after.id),
        )
        .slice(0, first + 1),
    fates: async (ids) => ids.map((id) => [...fates.values()].find((fate) => fate.signalId === id)),
    fatesOf: async (ids) => ids.map((id) => sortedFates().filter((fate) => fate.decisionId === id)),
    fatesAfter: async (seq, limit) => {
      const all = sortedFates();
      const start = all.findIndex((fate) => fate.seq > seq);
      return start < 0 ? [] : all.slice(start, start + limit);
    },
  };
}

/** Nothing is paused. */
export const NO_PAUSES: Pick<PauseJournal, 'inForce'> = { inForce: async () => [] };
