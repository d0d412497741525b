// Figures, records and settings that the tests of exits share.
import type { ParamRecord } from '#domain/exit-params.ts';
import { DEFAULT_BIN_EDGES, type TradeSums } from '#domain/leverage-bin.ts';
import type { ExitsSettings } from '#exits/exits.ts';

export const NOW_MS = Date.UTC(2026, 0, 5, 12);
export const HOUR_MS = 3_600_000;

/** The defaults. */
export const SETTINGS: ExitsSettings = {
  optunaMaxAgeHours: 168,
  minTradesForBin: 5,
  lookbackDays: 30,
  binEdges: DEFAULT_BIN_EDGES,
  riskCapPct: -7,
  fallback: { stopLossPct: -2, takeProfitPct: 1 },
  feePct: 0.05,
  figuresSeconds: 30,
  maxStaleSeconds: 3_600,
};

/** A good record of BTC/USDT, -1.50 / 2.00, published an hour ago. */
export function record(change: Partial<ParamRecord> = {}): ParamRecord {
  return {
    pair: 'BTC/USDT',
    side: null,
    stopLossPct: -1.5,
    takeProfitPct: 2,
    atMs: NOW_MS - HOUR_MS,
    winRate: 0.58,
    profitFactor: 1.31,
    totalTrades: 120,
    validated: true,
    studyId: null,
    pbo: null,
    oosProfitFactor: null,
    ...change,
  };
}

/** Sums of `trades` equal trades at leverage 3 of ETH/USDT LONG: -1.48 / 1.00, six of ten won 0.88, the others lost 1.46. */
export function sums(trades: number, change: Partial<TradeSums> = {}): TradeSums {
  const wins = Math.round(trades * 0.6);
  const losses = trades - wins;
  return {
    bin: 2,
    side: 'LONG',
    pair: 'ETH/USDT',
    trades,
    wins,
    losses,
    sumStopLossPct: -1.48 * trades,
    sumTakeProfitPct: trades,
    sumWinPct: 0.88 * wins,
    sumLossPct: -1.46 * losses,
    firstClosedAtMs: NOW_MS - 20 * 24 * HOUR_MS,
    lastClosedAtMs: NOW_MS - HOUR_MS / 2,
    ...change,
  };
}
