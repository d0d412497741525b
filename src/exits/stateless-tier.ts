// The second tier: what the fleet's closed trades at about this leverage were given, on average.
import { type ExitParamsRequest, validLevels } from '#domain/exit-params.ts';
import { type BinStatistics, binIndex, binsOf } from '#domain/leverage-bin.ts';
import type { BinFigures } from './bins.ts';
import { count, type Found, finite, type Known, type Searched, type TierSettings } from './tier.ts';

/** Mean levels of the leverage's bin when it has enough trades: those of the asked side if there are enough of them, else both sides'. */
export function statelessTier(request: ExitParamsRequest, bins: Known<BinFigures>, settings: TierSettings): Searched {
  const figures = bins.value;
  if (figures === undefined) return { found: undefined, why: [`leverage bins unknown: ${bins.absence ?? ''}`] };
  const index = binIndex(settings.binEdges, request.leverage);
  const bin = binsOf(settings.binEdges)[index];
  if (bin === undefined) return { found: undefined, why: [`leverage ${request.leverage} lies in no bin`] };
  const needed = Math.max(1, settings.minTradesForBin);
  const why: string[] = [];
  const populations = request.side === undefined ? (['both'] as const) : ([request.side, 'both'] as const);
  for (const population of populations) {
    const statistics = figures[population][index];
    const trades = statistics?.totalTrades ?? 0;
    const of =
      population === 'both' ? (request.side === undefined ? 'trades' : 'trades of both sides') : `${population} trades`;
    if (statistics === undefined || trades < needed) {
      why.push(`bin ${bin.label} has ${trades} of ${needed} ${of} in ${settings.lookbackDays} days`);
    } else if (!validLevels(statistics)) {
      why.push(`bin ${bin.label} has ${trades} ${of}, but their mean levels cannot be served`);
    } else {
      why.push(`bin ${bin.label} has ${trades} ${of} in ${settings.lookbackDays} days, ${needed} needed`);
      return { found: statelessFound(statistics), why };
    }
  }
  return { found: undefined, why };
}

function statelessFound(statistics: BinStatistics): Found {
  return {
    source: 'STATELESS',
    levels: statistics,
    leverageBin: statistics.label,
    winRate: finite(statistics.winRate),
    profitFactor: finite(statistics.profitFactor),
    avgWinPct: finite(statistics.avgWinPct),
    avgLossPct: finite(statistics.avgLossPct),
    totalTrades: count(statistics.totalTrades),
    validated: null,
    asOfMs: statistics.lastTradeAtMs,
  };
}
