// The verdict: every condition a winner must meet before anyone is served with it, each as one sentence with its numbers.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Condition, ExpectancyInterval, Metrics, Objective, StudySpec } from '#domain/study.ts';
import { objectiveOf } from './objective.ts';

/** What is judged: figures of the same test entries throughout. */
export interface Evidence {
  /** All test trades joined, each with the levels its own fold chose. */
  readonly outOfSample: Metrics;
  /** Days of test spans that count. */
  readonly testDays: number;
  /** null: too few entries to say. */
  readonly pbo: number | null;
  /** The share of the overfitting test's splits that lose; null: too few entries to say. */
  readonly lossShare: number | null;
  readonly fallback: { readonly levels: ExitLevels; readonly metrics: Metrics };
  /** null: nothing is published for the pair. `confirmed`: the winner is the same find, no challenger. */
  readonly incumbent: { readonly levels: ExitLevels; readonly metrics: Metrics; readonly confirmed: boolean } | null;
  /** Of the expectancy out of sample; null without trades. */
  readonly interval: ExpectancyInterval | null;
  /** The same tests at a higher fee. */
  readonly stressed: { readonly feePct: number; readonly metrics: Metrics };
}

type Limits = Pick<StudySpec, 'objective' | 'minOosTrades' | 'minTestDays' | 'pboMax' | 'lossShareMax'>;

/** The name of the one condition that asks nothing of the winner itself. */
export const BEATS_INCUMBENT = 'beats_incumbent';

/** All conditions in a fixed order; a winner is validated when every one is passed. */
export function conditionsOf(evidence: Evidence, limits: Limits): readonly Condition[] {
  const { outOfSample, testDays, pbo, lossShare, fallback, interval, stressed } = evidence;
  const { trades, profitFactor } = outOfSample;
  const noLosses = trades > 0 && profitFactor === null;
  const underStress = stressed.metrics.expectancyPct;
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
    againstIncumbent(evidence, limits.objective),
    condition('pbo', pbo !== null && pbo <= limits.pboMax, [
      pbo === null
        ? 'too few entries to tell the probability of backtest overfitting'
        : `the probability of backtest overfitting is ${shown(pbo)}`,
      `at most ${limits.pboMax} is allowed`,
    ]),
    condition('split_losses', lossShare !== null && lossShare <= limits.lossShareMax, [
      lossShare === null
        ? 'too few entries to split'
        : `the best cell of one half of the entries does not earn on the other half in ${shown(100 * lossShare)} % of the splits`,
      `at most ${shown(100 * limits.lossShareMax)} % is allowed`,
    ]),
    condition('expectancy_interval', interval !== null && interval.lowerPct > 0, [
      interval === null
        ? 'no trades out of sample to tell the expectancy from'
        : `the expectancy out of sample lies from ${shown(interval.lowerPct)} to ${shown(interval.upperPct)} % a trade with ${shown(100 * interval.confidence)} % confidence`,
      'it must lie above 0',
    ]),
    condition('cost_stress', underStress !== null && underStress > 0, [
      `at a fee of ${stressed.feePct} % a side the expectancy out of sample is ${shown(underStress)} % a trade`,
      'more than 0 is needed',
    ]),
  ];
}

/** A challenger must beat the levels served now; the same find again confirms them. */
function againstIncumbent({ outOfSample, incumbent }: Evidence, objective: Objective): Condition {
  const name = BEATS_INCUMBENT;
  if (incumbent === null) {
    return condition(name, true, ['no levels are published for this pair', 'there is nothing to beat']);
  }
  if (incumbent.confirmed) {
    const { stopLossPct, takeProfitPct } = incumbent.levels;
    return condition(name, true, [
      `the winner lies on the plateau of the levels served now (${stopLossPct} / ${takeProfitPct})`,
      'it confirms them and need not beat them',
    ]);
  }
  return beats(name, outOfSample, { ...incumbent, name: 'the levels served now', objective });
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
