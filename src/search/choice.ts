// What a study's sampler found, whichever it was: the winners of the whole period and of every fold's training range, and what tells overfitting.
import type { Candles } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import type { Entries } from './entries.ts';
import type { BlockSums } from './judge.ts';
import type { PairPools } from './pair-pools.ts';
import type { Space } from './space.ts';
import type { FoldPlan, PlannedFold, Point } from './walk-forward.ts';

/** What there is to choose from. */
export interface Choosing {
  readonly spec: StudySpec;
  readonly space: Space;
  readonly candles: Candles;
  readonly entries: Entries;
  readonly plan: FoldPlan;
  /** D of the whole period. */
  readonly days: number;
  /** What other pairs lend; undefined: every pair for itself. */
  readonly pools: PairPools | undefined;
}

/** A cell of the space and its objective over the whole period. */
export interface Winner {
  readonly cell: number;
  readonly objective: number;
}

export interface Choice {
  /** undefined: no cell has an objective. */
  readonly winners: { readonly best: Winner; readonly peak: Winner } | undefined;
  /** The point each fold's training range chose; a fold without any is left out. */
  readonly choices: ReadonlyMap<PlannedFold, Point>;
  /** null: too few entries to tell overfitting. */
  readonly blocks: BlockSums | null;
  /** How many points were judged over the whole period. */
  readonly trials: number;
  /** The objective of a cell over the whole period; NaN where it has none, undefined where it was not judged. */
  readonly valueOf: (cell: number) => number | undefined;
}
