// The ports of the hub, which the fleet shares: published levels, closed trades, and the figures kept of them.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { ClosedTrade } from '#domain/trade.ts';

/** Published exit levels. A record replaces the older one of its (pair, side). */
export interface ParamStore {
  /** The newest record of every (pair, side), in no order. Records of names that are no pairs are left out and counted in `ignored`. */
  newest(): Promise<{ readonly records: readonly ParamRecord[]; readonly ignored: number }>;
  publish(record: ParamRecord): Promise<void>;
}

/** Trades whose tag names a source: a win is profit > 0; profits are position level percentages. */
export interface SourceSums {
  readonly source: string;
  readonly trades: number;
  readonly wins: number;
  readonly sumProfitPct: number;
}

/** Closed trades of the fleet. */
export interface TradeStore {
  /** All or none. A trade known already (bot, tradeId, pair, openedAt) is replaced and counted as duplicate; so is one repeated within the call. */
  record(trades: readonly ClosedTrade[]): Promise<{ readonly recorded: number; readonly duplicates: number }>;
  /**
   * Sums over the trades closed at from <= closedAt <= to, per (bin, side, pair), counting only those with leverage inside `edges`, a finite profit
   * and both levels with right signs (stop < 0 < target).
   */
  sums(query: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly edges: readonly number[];
  }): Promise<readonly TradeSums[]>;
  /** What the trades closed at from <= closedAt <= to earned, per source their tag names, in no order; those with several count for each. */
  bySource(query: { readonly fromMs: number; readonly toMs: number }): Promise<readonly SourceSums[]>;
}

/** Figures kept in the data folder for the next start. A torn or damaged file is absent and logged, never half read. */
export interface SnapshotStore {
  load(kind: string): Promise<unknown>;
  save(kind: string, value: unknown): Promise<void>;
}
