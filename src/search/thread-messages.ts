// What a study's thread and its owner say to each other. Candles and planes are columns and cross without being copied.
import type { Fault, FaultCode } from '#domain/fault.ts';
import type { HistoricalSignal } from '#domain/market.ts';
import type { FlatPlane } from '#domain/plane.ts';
import type { Rivals, StudyResult, StudySpec } from '#domain/study.ts';
import type { CandleFile } from '#market/candles.ts';
import type { PairPools } from './pair-pools.ts';
import type { FinishedTrial } from './trial-log.ts';

/** All a study needs to know; the thread reads candles and entries itself, unless they are at hand. */
export interface StudyTask extends Rivals {
  /** Checked. */
  readonly spec: StudySpec;
  readonly candlesFolder: string;
  /** Candles that are in no folder; absent: those of `candlesFolder`. */
  readonly candles?: CandleFile;
  /** CSV of entries; null: `signals`. */
  readonly entriesFile: string | null;
  /** Entries of the hub; absent, or none of them within the candles: an entry at every candle and side. */
  readonly signals?: readonly HistoricalSignal[];
  /** Trials that an earlier run has finished; absent: none. */
  readonly known?: readonly FinishedTrial[];
  /** What other pairs that are searched together lend; absent: nothing. */
  readonly pools?: PairPools;
}

/** Candles that have been read, and what tells whether their file is still the same. */
export interface ReadCandles {
  readonly stamp: string;
  readonly file: CandleFile;
}

/** One piece of work for a thread that has none: a study, or what several studies lend each other. */
export type ToThread =
  | { readonly kind: 'study'; readonly task: StudyTask; readonly candles: ReadCandles | undefined }
  | { readonly kind: 'lend'; readonly tasks: readonly StudyTask[] }
  | { readonly kind: 'periods'; readonly tasks: readonly StudyTask[] };

/** What a thread tells of its work; after an end (`done`, `lent`, `found` or `fault`) it is free. */
export type FromThread =
  | { readonly kind: 'candles'; readonly candles: ReadCandles }
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'trial'; readonly trial: FinishedTrial }
  | { readonly kind: 'done'; readonly result: StudyResult; readonly plane: FlatPlane }
  | { readonly kind: 'lent'; readonly pools: PairPools }
  /** For each task the name of its candles' period; null where there is nothing to lend from. */
  | { readonly kind: 'found'; readonly periods: readonly (string | null)[] }
  | ({ readonly kind: 'fault' } & PlainFault);

/** A Fault as plain data. */
export interface PlainFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly field: string | undefined;
  readonly allowed: string | undefined;
}

export function plainFault({ code, message, field, allowed }: Fault): PlainFault {
  return { code, message, field, allowed };
}
