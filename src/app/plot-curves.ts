// Equity out of sample: the levels each fold chose with all it chose beside them, the fallback and what is served, each replayed over the same test spans.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Chosen, Rivals, StudyResult, StudySpec } from '#domain/study.ts';
import { type MaterialRead, planAt, replay } from '#search/search.ts';

/** A curve: epoch ms and the sum of profits so far, percent at position level. */
export interface EquityCurve {
  readonly name: string;
  readonly points: readonly (readonly [atMs: number, netPct: number])[];
}

/** The curves of a finished study over what it was run on; without folds they are empty. */
export function equityCurves(
  spec: StudySpec,
  { validation }: Pick<StudyResult, 'validation'>,
  { read, rivals }: { readonly read: MaterialRead; readonly rivals: Rivals },
): readonly EquityCurve[] {
  const { folds } = validation;
  const tested = ({ space, ...levels }: ExitLevels & Chosen) =>
    replay({
      candles: read.candles,
      signals: read.signals,
      source: read.from,
      side: spec.side,
      fills: spec.fills,
      levels,
      plan: planAt(space),
      leverage: 1,
      feePct: spec.feePct,
      maxHold: space?.maxHold ?? spec.maxHold,
      oneAtATime: false,
    }).trades;
  const within = (trades: ReturnType<typeof tested>, { testFromMs, testToMs }: (typeof folds)[number]) =>
    trades.filter(({ openedAtMs }) => openedAtMs >= testFromMs && openedAtMs < testToMs);
  const ofAll = (levels: ExitLevels) => {
    const trades = tested(levels);
    return folds.flatMap((fold) => within(trades, fold));
  };
  return [
    {
      name: 'levels of the folds',
      points: summed(folds.flatMap((fold) => within(tested(fold), fold))),
    },
    { name: 'fallback', points: summed(ofAll(rivals.fallback)) },
    ...(rivals.incumbent === null ? [] : [{ name: 'served now', points: summed(ofAll(rivals.incumbent)) }]),
  ];
}

/** The most points of a curve: more cannot be told apart. */
const POINTS = 1_000;

function summed(
  trades: readonly { readonly closedAtMs: number; readonly profitRatio: number }[],
): EquityCurve['points'] {
  let sum = 0;
  const all = [...trades]
    .sort((a, b) => a.closedAtMs - b.closedAtMs)
    .map(({ closedAtMs, profitRatio }) => {
      sum += 100 * profitRatio;
      return [closedAtMs, sum] as const;
    });
  const step = Math.max(1, Math.ceil(all.length / POINTS));
  return all.filter((_, index) => index % step === 0 || index === all.length - 1);
}
