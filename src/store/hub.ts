// The ports of the hub, which the fleet shares: published levels, closed trades, candles, entries, and the figures kept of them.
// Reads take a signal where they may hang: when it aborts they reject with HUB_UNAVAILABLE and cost the hub nothing more.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { Candles, HistoricalSignal } from '#domain/market.ts';
import type { ClosedTrade } from '#domain/trade.ts';

/** Published exit levels. A record replaces the older one of its (pair, side). */
export interface ParamStore {
  /** The newest record of every (pair, side), in no order. Records of names that are no pairs are left out and counted in `ignored`. */
  newest(signal?: AbortSignal): Promise<{ readonly records: readonly ParamRecord[]; readonly ignored: number }>;
  publish(record: ParamRecord): Promise<void>;
  /**
   * What `newest` would answer as far as this process knows it without asking the hub: what it read last, and what it has published since. undefined: it
   * has read nothing yet. Absent where asking costs nothing.
   */
  known?(): { readonly records: readonly ParamRecord[] } | undefined;
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
  sums(
    query: { readonly fromMs: number; readonly toMs: number; readonly edges: readonly number[] },
    signal?: AbortSignal,
  ): Promise<readonly TradeSums[]>;
  /**
   * What `sums` would answer as far as this process knows it without asking the hub: what it read last, and what was recorded here since. undefined: the
   * hub must be asked. Answers come in the order of the answers of `sums`: a later one knows no less. Absent where asking costs nothing.
   */
  knownSums?(query: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly edges: readonly number[];
  }): Promise<readonly TradeSums[] | undefined>;
  /** What the trades closed at from <= closedAt <= to earned, per source their tag names, in no order; those with several count for each. */
  bySource(
    query: { readonly fromMs: number; readonly toMs: number },
    signal?: AbortSignal,
  ): Promise<readonly SourceSums[]>;
}

/** What this data folder holds of single closed trades, whichever hub the fleet has. */
export interface RecordedTrades {
  /** The trade of each key as it was recorded here last, in key order; undefined: it was not. */
  byKeys(
    keys: readonly Pick<ClosedTrade, 'bot' | 'tradeId' | 'pair' | 'openedAtMs'>[],
  ): Promise<readonly (ClosedTrade | undefined)[]>;
}

/** Every closed trade this data folder holds. */
export interface TradeHistory {
  /** The trades closed at fromMs <= closedAt < toMs, oldest first. */
  within(query: { readonly fromMs: number; readonly toMs: number }): Promise<readonly ClosedTrade[]>;
}

/** The single closed trades that a hub shared by a fleet holds. */
export interface SharedTradeHistory {
  /**
   * The trades closed at fromMs <= closedAt < toMs, oldest first, and how many points lack the side, opening, leverage or profit of a trade. Rejects with
   * HUB_UNAVAILABLE.
   */
  within(
    query: { readonly fromMs: number; readonly toMs: number },
    signal?: AbortSignal,
  ): Promise<{ readonly trades: readonly ClosedTrade[]; readonly incomplete: number }>;
}

/** A series of candles as the hub knows it. */
export interface CandleListing {
  readonly pair: string;
  readonly timeframe: string;
}

/** Candles of the fleet. */
export interface CandleStore {
  /**
   * Candles of one open time replace the older ones of their pair and timeframe; the others stay. Rejects with HUB_UNAVAILABLE; what was written by then
   * stays, and writing the whole again is safe.
   */
  write(candles: Candles): Promise<void>;
  /** The candles with fromMs <= open time < toMs (epoch ms), ascending; none is a series without candles. A volume nobody recorded is NaN. */
  read(
    query: { readonly pair: string; readonly timeframe: string; readonly fromMs: number; readonly toMs: number },
    signal?: AbortSignal,
  ): Promise<Candles>;
  /** What there is, by pair and timeframe. Names that are no pairs and timeframes that are none are left out. */
  list(signal?: AbortSignal): Promise<readonly CandleListing[]>;
}

/** When entries were wanted, for the search: those that other writers left in history, and the FORWARDED decisions since. */
export interface EntryStore {
  /** Keeps `signals` of `pair` as history; one that is there already (same time and side) counts once. Rejects as `CandleStore.write`. */
  remember(pair: string, signals: readonly HistoricalSignal[]): Promise<void>;
  /** Entries of `pair` at fromMs <= time < toMs (epoch ms), ascending, LONG before SHORT, each (time, side) once; a decision's time is its window's nominal close. */
  read(
    query: { readonly pair: string; readonly fromMs: number; readonly toMs: number },
    signal?: AbortSignal,
  ): Promise<readonly HistoricalSignal[]>;
}

/** Figures kept in the data folder for the next start. A torn or damaged file is absent and logged, never half read. */
export interface SnapshotStore {
  load(kind: string): Promise<unknown>;
  save(kind: string, value: unknown): Promise<void>;
}
