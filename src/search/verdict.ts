// The verdict: every condition a winner must meet before anyone is served with it, each as one sentence with its numbers.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Condition, Metrics, Objective, StudySpec } from '#domain/study.ts';
import { objectiveOf } from './objective.ts';

/** What is judged: figures of the same test entries throughout. */
export interface Evidence {
  /** All test trades joined, each with the levels its own fold chose. */
  readonly outOfSample: Metrics;
  /** Days of test spans that count. */
  readonly testDays: number;
  /** null: too few entries to say. */
  readonly pbo: number | null;
  readonly fallback: { readonly levels: ExitLevels; readonly metrics: Metrics };
  /** null: nothing is published for the pair. */
  readonly incumbent: { readonly levels: ExitLevels; readonly metrics: Metrics } | null;
}

type Limits = Pick<StudySpec, 'objective' | 'minOosTrades' | 'minTestDays' | 'pboMax'>;

/** All conditions in a fixed order; a winner is validated when every one is passed. */
export function conditionsOf(evidence: Evidence, limits: Limits): readonly Condition[] {
  const { outOfSample, testDays, pbo, fallback, incumbent } = evidence;
  const { trades, profitFactor } = outOfSample;
  const noLosses = trades > 0 && profitFactor === null;
  return [
    condition('min_oos_trades', trades >= limits.minOosTrades, [
      `${trades} trades out of sample`,
      `at least ${limits.minOosTrades} are needed`,
    ]),
    condition('min_test_days', testDays >= limits.minTestDays, [
      `the test spans cover ${testDays} days`,
      `at least ${limits.minTestDays} are needed`,
    ]),
    condition('profit_factor', noLosses || (profitFactor !== null && profitFactor > 1), [
      noLosses ? 'no losses out of sample' : `the profit factor out of sample is ${shown(profitFactor)}`,
      'more than 1 (or no losses) is needed',
    ]),
    beats('beats_fallback', outOfSample, { ...fallback, name: 'the fallback', objective: limits.objective }),
    incumbent === null
      ? condition('beats_incumbent', true, ['no levels are published for this pair', 'there is nothing to beat'])
      : beats('beats_incumbent', outOfSample, {
          ...incumbent,
          name: 'the levels served now',
          objective: limits.objective,
        }),
    condition('pbo', pbo !== null && pbo <= limits.pboMax, [
      pbo === null
        ? 'too few entries to tell the probability of backtest overfitting'
        : `the probability of backtest overfitting is ${shown(pbo)}`,
      `at most ${limits.pboMax} is allowed`,
    ]),
  ];
}

/** null never beats, anything beats null. */
function beats(
  name: string,
  winner: Metrics,
  other: { levels: ExitLevels; metrics: Metrics; name: string; objective: Objective },
): Condition {
  const ours = objectiveOf(winner, other.objective);
  const theirs = objectiveOf(other.metrics, other.objective);
  const { stopLossPct, takeProfitPct } = other.levels;
  return condition(name, ours !== null && (theirs === null || ours > theirs), [
    `${other.objective.toLowerCase()} out of sample is ${shown(ours)} against ${shown(theirs)} of ${other.name} (${stopLossPct} / ${takeProfitPct})`,
    'it must be greater',
  ]);
}

function condition(name: string, passed: boolean, [found, needed]: readonly [string, string]): Condition {
  return { name, passed, sentence: `${found}; ${needed}` };
}

/** A figure of a sentence, four decimals. */
function shown(figure: number | null): string {
  return figure === null ? 'undefined' : String(roundHalfAway(figure, 4));
}
