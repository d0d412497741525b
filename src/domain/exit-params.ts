// Exit levels, where they came from, and how position level becomes account level under the risk cap.
import { roundedProduct, roundPct } from '#domain/decimal.ts';
import { MAX_LEVERAGE, type Side } from '#domain/market.ts';

/** The tier that answered. */
export type ParamSource = 'OPTUNA' | 'STATELESS' | 'FALLBACK';

/** A stop (negative) and a target (positive), percent. At position level that is at leverage 1; at account level times leverage. */
export interface ExitLevels {
  readonly stopLossPct: number;
  readonly takeProfitPct: number;
}

/** One question: which levels does a trade of this pair and leverage (and side) get? */
export interface ExitParamsRequest {
  readonly pair: string;
  readonly leverage: number;
  readonly side?: Side | undefined;
}

/** The answer as it leaves the service; percentages rounded to 4 decimals, times in epoch ms, null where the schema says so. */
export interface ExitParams {
  readonly pair: string;
  readonly leverage: number;
  readonly side: Side | null;
  readonly source: ParamSource;
  readonly position: ExitLevels;
  readonly account: ExitLevels;
  readonly riskCapped: boolean;
  readonly leverageBin: string | null;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly avgWinPct: number | null;
  readonly avgLossPct: number | null;
  readonly totalTrades: number | null;
  readonly validated: boolean | null;
  readonly reason: string;
  readonly asOfMs: number | null;
  readonly readAtMs: number | null;
  readonly ageSeconds: number | null;
  readonly stale: boolean;
  readonly revision: string;
}

/** A record of `parameters` (side null) or `parameters_by_side` in the hub: the newest of its pair and side, at position level. */
export interface ParamRecord extends ExitLevels {
  readonly pair: string;
  readonly side: Side | null;
  /** Time of the hub's point, epoch ms. */
  readonly atMs: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly totalTrades: number | null;
  /** null when the writer did not say. */
  readonly validated: boolean | null;
  readonly studyId: string | null;
  readonly pbo: number | null;
  readonly oosProfitFactor: number | null;
}

/**
 * Whether `levels` may be served: a negative stop and a positive target that stay so when rounded to 4 decimals, and that no leverage makes infinite.
 */
export function validLevels({ stopLossPct, takeProfitPct }: ExitLevels): boolean {
  return (
    Number.isFinite(stopLossPct * MAX_LEVERAGE) &&
    Number.isFinite(takeProfitPct * MAX_LEVERAGE) &&
    roundPct(stopLossPct) < 0 &&
    roundPct(takeProfitPct) > 0
  );
}

/**
 * Account-level levels of unrounded `position` levels: times leverage, then rounded to 4 decimals, then the stop held at `riskCapPct` (negative,
 * at most 4 decimals itself). `riskCapped` exactly when the rounded stop is below the cap.
 */
export function toAccount(
  position: ExitLevels,
  leverage: number,
  riskCapPct: number,
): { readonly account: ExitLevels; readonly riskCapped: boolean } {
  const stopLossPct = roundedProduct(position.stopLossPct, leverage, 4);
  const riskCapped = stopLossPct < riskCapPct;
  return {
    account: {
      stopLossPct: riskCapped ? riskCapPct : stopLossPct,
      takeProfitPct: roundedProduct(position.takeProfitPct, leverage, 4),
    },
    riskCapped,
  };
}
