// Out of sample: everything a verdict rests on, from the levels each fold chose to the conditions in sentences.
import { roundedProduct } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Candles } from '#domain/market.ts';
import type { Condition, Metrics, StudySpec, Validation } from '#domain/study.ts';
import { expectancyInterval } from './bootstrap.ts';
import type { Entries } from './entries.ts';
import { sameFind } from './incumbent.ts';
import type { BlockSums } from './judge.ts';
import { overfittingOf } from './overfit.ts';
import { BEATS_INCUMBENT, conditionsOf } from './verdict.ts';
import { dropped, type FoldPlan, type PlannedFold, type Point, replayer, walkForward } from './walk-forward.ts';

/** What is put to the test. */
export interface Proving {
  readonly spec: StudySpec;
  readonly candles: Candles;
  readonly entries: Entries;
  readonly plan: FoldPlan;
  /** The levels each fold's training range chose; a fold without any is dropped. */
  readonly choices: ReadonlyMap<PlannedFold, Point>;
  /** null: too few entries to tell overfitting. */
  readonly blocks: BlockSums | null;
  /** The winner of the whole period. */
  readonly best: ExitLevels;
  readonly fallback: ExitLevels;
  readonly incumbent: ExitLevels | null;
  /** Whether the incumbent may be published anew where it stands. */
  readonly renewable?: boolean | undefined;
}

/** The evidence with its conditions, and the figures of those who were to be beaten. */
export interface Proof {
  /** Its warnings are those of dropped folds. */
  readonly validation: Validation;
  readonly fallback: Metrics;
  readonly incumbent: Metrics | null;
  readonly validated: boolean;
  /** The incumbent where it is to be served on: the winner fails for not beating it alone, and it meets every other condition itself. */
  readonly standing: ExitLevels | null;
}

/** Puts a study's procedure to the test. */
export function validate({ spec, candles, entries, plan, choices, blocks, best, ...others }: Proving): Proof {
  const chosen = plan.folds.flatMap((fold) => {
    const levels = choices.get(fold);
    return levels === undefined ? [] : [{ fold, levels }];
  });
  const forward = walkForward(chosen, entries, { replay: replayer(candles, spec), feePct: spec.feePct });
  const stressedFee = Math.min(MOST_FEE_PCT, roundedProduct(spec.feePct, spec.feeStress, 4));
  const stressed = forward.again(replayer(candles, { ...spec, feePct: stressedFee }));
  const overfitting = blocks === null ? null : overfittingOf(blocks.sums, blocks.trades);
  const interval = expectancyInterval(forward.trades, spec);
  const fallback = { levels: others.fallback, metrics: forward.measure(others.fallback) };
  const incumbent =
    others.incumbent === null
      ? null
      : {
          levels: others.incumbent,
          metrics: forward.measure(others.incumbent),
          confirmed: sameFind(best, others.incumbent, spec),
        };
  const pbo = overfitting?.pbo ?? null;
  const shared = { testDays: forward.testDays, pbo, lossShare: overfitting?.lossShare ?? null, fallback };
  const conditions = conditionsOf(
    {
      ...shared,
      outOfSample: forward.outOfSample,
      incumbent,
      interval,
      stressed: { feePct: stressedFee, metrics: stressed },
    },
    spec,
  );
  /** The conditions of who is served now in the place of the folds' levels, on the same tests. */
  const asServed = (levels: ExitLevels): readonly Condition[] => {
    const same = chosen.map(({ fold }) => ({ fold, levels }));
    const served = walkForward(same, entries, { replay: replayer(candles, spec), feePct: spec.feePct });
    const metrics = served.again(replayer(candles, { ...spec, feePct: stressedFee }));
    return conditionsOf(
      {
        ...shared,
        outOfSample: served.outOfSample,
        incumbent: null,
        interval: expectancyInterval(served.trades, spec),
        stressed: { feePct: stressedFee, metrics },
      },
      spec,
    );
  };
  const isMet = ({ passed }: Condition) => passed;
  const failed = conditions.filter((condition) => !isMet(condition));
  const isUnbeaten = failed.length === 1 && failed[0]?.name === BEATS_INCUMBENT;
  const stands =
    isUnbeaten && others.renewable === true && others.incumbent !== null && asServed(others.incumbent).every(isMet);
  const undecided = plan.folds.filter((fold) => !choices.has(fold));
  return {
    validation: {
      folds: forward.folds,
      outOfSample: forward.outOfSample,
      pbo,
      slope: overfitting?.slope ?? null,
      lossShare: overfitting?.lossShare ?? null,
      interval,
      stressed,
      conditions,
      warnings: [
        ...plan.warnings,
        ...undecided.map((fold) => dropped(fold.number, 'no cell has an objective before', fold.trainToMs)),
      ],
    },
    fallback: fallback.metrics,
    incumbent: incumbent?.metrics ?? null,
    validated: failed.length === 0,
    standing: stands ? others.incumbent : null,
  };
}

/** Fees stay below half of the traded value however they are stressed. */
const MOST_FEE_PCT = 49.9999;
