// Whom a winner must beat: the levels published for its pair.
import { type ExitLevels, type ParamRecord, validLevels } from '#domain/exit-params.ts';
import { type Side, shortPair } from '#domain/market.ts';
import type { Chosen, Rivals, StudySpec } from '#domain/study.ts';
import { REACH } from './plateau.ts';

/**
 * The levels a trade of `pair` and `side` is given from `records`: of the exact pair before its short form, of the side before both sides. A record
 * counts with right signs, a stop that leaves something of the stake, and not marked as unvalidated; an older record never stands in for a newer one.
 * However old: a new study must beat it before it is replaced. null: there is none.
 */
export function incumbentOf(records: readonly ParamRecord[], pair: string, side: Side | null): ExitLevels | null {
  const found = servedRecord(records, pair, side);
  return found === null ? null : { stopLossPct: found.stopLossPct, takeProfitPct: found.takeProfitPct };
}

/** Whom a study of `pair` and `side` must beat; what is served for it under another name, or was not validated, is not published anew. */
export function rivalsOf(
  records: readonly ParamRecord[],
  { pair, side }: Pick<StudySpec, 'pair' | 'side'>,
  fallback: ExitLevels,
): Rivals {
  const found = servedRecord(records, pair, side);
  const renewable = found !== null && found.pair === pair && found.side === side && found.validated === true;
  return { fallback, incumbent: incumbentOf(records, pair, side), renewable };
}

function servedRecord(records: readonly ParamRecord[], pair: string, side: Side | null): ParamRecord | null {
  const short = shortPair(pair);
  for (const name of short === undefined ? [pair] : [pair, short]) {
    for (const of of side === null ? [null] : [side, null]) {
      const found = newest(records.filter((record) => record.pair === name && record.side === of));
      if (found === undefined || found.validated === false) continue;
      if (validLevels(found) && found.stopLossPct > -100) return found;
    }
  }
  return null;
}

/** Levels further apart than this many percentage points are different finds however coarse the grid: about what the fees of one trade are. */
const SAME_PCT = 0.1;

/**
 * Whether `winner` is the find that is served already: both levels as near the incumbent's as a plateau reaches in grid steps, and at most 0.1
 * percentage points away (on a coarse grid: equal). Such a winner is no challenger: it confirms what is served, and need not earn more than itself on
 * tests which the incumbent, unlike the folds, had seen. A winner with more than levels is another find: nobody is served the rest of it.
 */
export function sameFind(
  winner: ExitLevels & Chosen,
  incumbent: ExitLevels,
  grid: Pick<StudySpec, 'stop' | 'target'>,
): boolean {
  if (winner.space !== undefined) return false;
  // A hair more: levels are decimals.
  const near = (a: number, b: number, step: number) => Math.abs(a - b) <= Math.min(REACH * step, SAME_PCT) + 1e-9;
  return (
    near(winner.stopLossPct, incumbent.stopLossPct, grid.stop.step) &&
    near(winner.takeProfitPct, incumbent.takeProfitPct, grid.target.step)
  );
}

function newest(records: readonly ParamRecord[]): ParamRecord | undefined {
  return records.reduce<ParamRecord | undefined>(
    (latest, record) => (latest === undefined || record.atMs > latest.atMs ? record : latest),
    undefined,
  );
}
