// What `export params` writes: every level that a source of exit params would answer with, as rows of which the first that fits a trade is its answer.
// It sees what a bot sees, answers, so that a service far away and a data folder here give the same file for the same contents.
import type { ExitLevels, ExitParams } from '#domain/exit-params.ts';
import { MAX_LEVERAGE, SIDES, type Side } from '#domain/market.ts';

/** What is needed of an answer. */
export type Answered = Pick<ExitParams, 'source' | 'position' | 'account' | 'riskCapped'>;

/** Who is asked. */
export interface LevelsSource {
  /** Said in the file: an address or a folder. */
  readonly name: string;
  /** One answer per request, in order. */
  answer(
    requests: readonly { readonly pair: string; readonly leverage: number; readonly side?: Side }[],
  ): Promise<readonly Answered[]>;
  /** Intervals of leverage that closed trades are known of. */
  bins(): Promise<readonly { readonly minLeverage: number; readonly maxLeverage: number }[]>;
  /** Pairs that levels are published for, as far as the source can tell. */
  pairs(): Promise<readonly string[]>;
}

/** One row: levels at position level, percent, for minLeverage <= leverage < maxLeverage. null: any pair, both sides. `X/Y` holds for `X/Y:Y` too. */
export interface PinnedRow extends ExitLevels {
  readonly pair: string | null;
  readonly side: Side | null;
  readonly minLeverage: number;
  readonly maxLeverage: number;
  readonly source: Answered['source'];
}

export interface PinnedParams {
  readonly format: 'paramgate-exit-params-1';
  readonly exportedAt: string;
  readonly from: string;
  /** Account level; null when no leverage met it. */
  readonly riskCapPct: number | null;
  readonly params: readonly PinnedRow[];
}

/** A name that nobody publishes levels for: what is answered for it holds for every pair. */
const NO_PAIR = 'EXPORT/NONE';
const ALL_LEVERAGES = { minLeverage: 0, maxLeverage: MAX_LEVERAGE + 1 };
/** Among these is one without a bin of trades, unless every bin has them: then no trade gets the fallback. */
const PROBES = [0.01, ...Array.from({ length: MAX_LEVERAGE }, (_, index) => index + 1)];

/** All rows of `source`: published levels by pair (exact names first) and side, then the bins, then the fallback. `pairs` are asked for beside those it knows. */
export async function pinnedParams(
  source: LevelsSource,
  pairs: readonly string[],
  exportedAt: string,
): Promise<PinnedParams> {
  const published = await publishedRows(source, [...new Set([...(await source.pairs()), ...pairs])]);
  const binned = await binRows(source);
  const probes = await source.answer(PROBES.map((leverage) => ({ pair: NO_PAIR, leverage })));
  const fallback = probes.find((answer) => answer.source === 'FALLBACK');
  const rest = fallback === undefined ? [] : [rowOf(fallback, { pair: null, side: null, ...ALL_LEVERAGES })];
  const capped = probes.find(({ riskCapped }) => riskCapped);
  return {
    format: 'paramgate-exit-params-1',
    exportedAt,
    from: source.name,
    riskCapPct: capped?.account.stopLossPct ?? null,
    params: [...published, ...binned, ...rest],
  };
}

async function publishedRows(source: LevelsSource, pairs: readonly string[]): Promise<readonly PinnedRow[]> {
  const isLong = (pair: string) => Number(!pair.includes(':'));
  const inOrder = [...pairs].sort((a, b) => isLong(a) - isLong(b) || (a < b ? -1 : 1));
  const asked = inOrder.flatMap((pair) => SIDES.map((side) => ({ pair, side, leverage: 1 })));
  const answers = await source.answer(asked);
  return asked.flatMap(({ pair, side }, index) => {
    const answer = answers[index];
    return answer?.source === 'OPTUNA' ? [rowOf(answer, { pair, side, ...ALL_LEVERAGES })] : [];
  });
}

async function binRows(source: LevelsSource): Promise<readonly PinnedRow[]> {
  const bins = await source.bins();
  const asked = bins.flatMap((bin) => SIDES.map((side) => ({ bin, side })));
  const answers = await source.answer(
    asked.map(({ bin, side }) => ({
      pair: NO_PAIR,
      side,
      leverage: (bin.minLeverage + Math.min(bin.maxLeverage, MAX_LEVERAGE)) / 2,
    })),
  );
  return asked.flatMap(({ bin: { minLeverage, maxLeverage }, side }, index) => {
    const answer = answers[index];
    return answer?.source === 'STATELESS' ? [rowOf(answer, { pair: null, side, minLeverage, maxLeverage })] : [];
  });
}

function rowOf(
  { source, position }: Answered,
  where: Pick<PinnedRow, 'pair' | 'side' | 'minLeverage' | 'maxLeverage'>,
): PinnedRow {
  return { ...where, stopLossPct: position.stopLossPct, takeProfitPct: position.takeProfitPct, source };
}
