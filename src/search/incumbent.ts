// Whom a winner must beat: the levels published for its pair.
import { type ExitLevels, type ParamRecord, validLevels } from '#domain/exit-params.ts';
import { type Side, shortPair } from '#domain/market.ts';

/**
 * The levels a trade of `pair` and `side` is given from `records`: of the exact pair before its short form, of the side before both sides. A record
 * counts with right signs, a stop that leaves something of the stake, and not marked as unvalidated; an older record never stands in for a newer one.
 * However old: a new study must beat it before it is replaced. null: there is none.
 */
export function incumbentOf(records: readonly ParamRecord[], pair: string, side: Side | null): ExitLevels | null {
  const short = shortPair(pair);
  for (const name of short === undefined ? [pair] : [pair, short]) {
    for (const of of side === null ? [null] : [side, null]) {
      const found = newest(records.filter((record) => record.pair === name && record.side === of));
      if (found === undefined || found.validated === false) continue;
      const { stopLossPct, takeProfitPct } = found;
      if (validLevels(found) && stopLossPct > -100) return { stopLossPct, takeProfitPct };
    }
  }
  return null;
}

function newest(records: readonly ParamRecord[]): ParamRecord | undefined {
  return records.reduce<ParamRecord | undefined>(
    (latest, record) => (latest === undefined || record.atMs > latest.atMs ? record : latest),
    undefined,
  );
}
