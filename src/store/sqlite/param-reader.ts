// Reading the embedded hub's published levels.
import type { ParamRecord } from '#domain/exit-params.ts';
import { isPair } from '#domain/market.ts';
import type { ParamStore } from '../store.ts';
import type { ReadFile } from './read-file.ts';
import type { Row } from './signal-rows.ts';

export function paramReader(params: ReadFile): Pick<ParamStore, 'newest'> {
  return {
    newest: async () => {
      const rows = params.rows('SELECT * FROM params');
      const records = rows.filter((row) => isPair(row.pair as string)).map(recordOf);
      return { records, ignored: rows.length - records.length };
    },
  };
}

/** The record of a row of `SELECT * FROM params`. */
export function recordOf(row: Row): ParamRecord {
  return {
    pair: row.pair as string,
    side: row.side === 'LONG' || row.side === 'SHORT' ? row.side : null,
    atMs: row.atMs as number,
    stopLossPct: row.stopLossPct as number,
    takeProfitPct: row.takeProfitPct as number,
    winRate: row.winRate as number | null,
    profitFactor: row.profitFactor as number | null,
    totalTrades: row.totalTrades as number | null,
    validated: row.validated === null ? null : row.validated === 1,
    studyId: row.studyId as string | null,
    pbo: row.pbo as number | null,
    oosProfitFactor: row.oosProfitFactor as number | null,
  };
}
