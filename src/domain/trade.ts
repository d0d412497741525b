// A closed trade as bots report it: the experience of the fleet. Percentages are position level.
import type { Side } from '#domain/market.ts';

/** Known by (bot, tradeId, pair, openedAtMs); sent again it counts once and the newer figures replace. */
export interface ClosedTrade {
  readonly bot: string;
  readonly tradeId: string;
  readonly pair: string;
  readonly side: Side;
  readonly leverage: number;
  readonly profitPct: number;
  readonly stopLossPct: number | null;
  readonly takeProfitPct: number | null;
  readonly openedAtMs: number;
  readonly closedAtMs: number;
  readonly enterTag: string | null;
  readonly exitReason: string | null;
}
