// What is said between the serving thread and the one that keeps the closed trades of the hub in memory.
import type { TradeSums } from '#domain/leverage-bin.ts';
import { type Failure, fromFailure, toFailure } from '#store/sqlite/writer-protocol.ts';
import type { SourceSums } from '../hub.ts';
import type { HubNames } from './bucket-names.ts';
import type { InfluxOptions, QueryCost } from './influx.ts';
import { InfluxFailure, type InfluxFailureKind } from './influx-failure.ts';
import type { OwnTrade } from './own-trade.ts';

/** What the thread is started with. */
export interface TradeThreadData {
  readonly influx: InfluxOptions;
  readonly names: HubNames;
  /** The data folder whose outbox holds what was recorded here; null: there is none. */
  readonly folder: string | null;
}

/** from <= closed <= to, epoch ms; with `edges` sums of bins are asked for, without them those of sources. */
export interface TradesQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly edges: readonly number[] | null;
}

/**
 * A question, or that nobody waits for its answer any more, or what was recorded here just now. A question with `isKnown` is answered from memory at once,
 * also while another one reads the hub.
 */
export type ToTrades =
  | { readonly id: number; readonly question: TradesQuestion; readonly isKnown: boolean }
  | { readonly id: number; readonly isGivenUp: true }
  | { readonly recorded: readonly OwnTrade[] };

/** `rows` null: the hub must be asked. */
export type TradesAnswer =
  | { readonly rows: readonly (TradeSums | SourceSums)[] | null; readonly ignored: number }
  | { readonly failure: Failure; readonly hub: HubTrouble | undefined };

export interface FromTrades {
  readonly id: number;
  readonly answer: TradesAnswer;
  readonly cost: QueryCost;
}

/** What of an InfluxFailure other failures lack. */
interface HubTrouble {
  readonly kind: InfluxFailureKind;
  readonly status: number | null;
}

export function failedAnswer(error: unknown): TradesAnswer {
  const hub = error instanceof InfluxFailure ? { kind: error.kind, status: error.status } : undefined;
  return { failure: toFailure(error), hub };
}

/** The error of an answer that `failedAnswer` made. */
export function errorOf({ failure, hub }: Extract<TradesAnswer, { readonly failure: Failure }>): Error {
  return hub === undefined ? fromFailure(failure) : new InfluxFailure(hub.kind, failure.message, hub.status);
}
