// The report of `paramgate report`: recorded trades sorted into groups, compared, and told as rows.
import { roundPct } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import { binIndex, binsOf } from '#domain/leverage-bin.ts';
import { sourcesInTag } from '#domain/tag-sources.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { bestInHindsight, type HindsightSums, noHindsight, type PastTrade } from '#search/search.ts';

/** One group as it is printed. Net profits at position level, percent, summed over its trades. */
export interface HindsightRow {
  readonly name: string;
  readonly trades: number;
  /** As the bots recorded it. */
  readonly recordedPct: number;
  /** What the levels the trades were given earn over the candles. */
  readonly servedPct: number;
  readonly fallbackPct: number;
  readonly best: (ExitLevels & { readonly netProfitPct: number }) | null;
}

/** Where a trade's levels came from, as far as it can be told afterwards. */
export type LevelsOrigin = 'FALLBACK' | 'OPTUNA' | 'OTHER';

/** Groups by what they are of, filled while trades are compared. */
export class HindsightGroups {
  readonly #groups = {
    total: new Map<string, HindsightSums>(),
    pairs: new Map<string, HindsightSums>(),
    bins: new Map<string, HindsightSums>(),
    params: new Map<string, HindsightSums>(),
    sources: new Map<string, HindsightSums>(),
  };
  readonly #edges: readonly number[];
  readonly #labels: readonly string[];

  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.#labels = binsOf(edges).map(({ label }) => label);
  }

  /** `trade` with the groups it belongs to; undefined: its levels are not recorded. */
  sorted(trade: ClosedTrade, origin: (levels: ExitLevels) => LevelsOrigin): PastTrade | undefined {
    const { stopLossPct, takeProfitPct, pair, side, openedAtMs, profitPct, enterTag } = trade;
    if (stopLossPct === null || takeProfitPct === null) return undefined;
    const levels = { stopLossPct, takeProfitPct };
    const bin = this.#labels[binIndex(this.#edges, trade.leverage)] ?? 'no bin';
    const sources = enterTag === null ? [] : sourcesInTag(enterTag);
    const groups = [
      this.#of('total', 'all'),
      this.#of('pairs', pair),
      this.#of('bins', bin),
      this.#of('params', origin(levels)),
      ...(sources.length === 0 ? ['no source'] : sources).map((source) => this.#of('sources', source)),
    ];
    return { side, openedAtMs, profitPct, levels, groups };
  }

  /** The rows of each kind, by name. */
  rows(): Readonly<Record<'total' | 'pairs' | 'bins' | 'params' | 'sources', readonly HindsightRow[]>> {
    const rowsOf = (groups: ReadonlyMap<string, HindsightSums>) =>
      [...groups]
        .filter(([, { trades }]) => trades > 0)
        .map(([name, sums]) => rowOf(name, sums))
        .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    const { total, pairs, bins, params, sources } = this.#groups;
    return {
      total: rowsOf(total),
      pairs: rowsOf(pairs),
      bins: rowsOf(bins),
      params: rowsOf(params),
      sources: rowsOf(sources),
    };
  }

  #of(kind: 'total' | 'pairs' | 'bins' | 'params' | 'sources', name: string): HindsightSums {
    const groups = this.#groups[kind];
    const known = groups.get(name) ?? noHindsight();
    groups.set(name, known);
    return known;
  }
}

function rowOf(name: string, sums: HindsightSums): HindsightRow {
  const { trades, recordedPct, servedPct, fallbackPct } = sums;
  const best = bestInHindsight(sums);
  return {
    name,
    trades,
    recordedPct: roundPct(recordedPct),
    servedPct: roundPct(servedPct),
    fallbackPct: roundPct(fallbackPct),
    best: best === null ? null : { ...best, netProfitPct: roundPct(best.netProfitPct) },
  };
}
