// DOOR of exits: which stop and target does an open trade get? Answers come from figures in memory; the hub is never waited for once there are figures.
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import type { Fault } from '#domain/fault.ts';
import type { BinStatistics } from '#domain/leverage-bin.ts';
import type { Side } from '#domain/market.ts';
import type { ClosedTrade } from '#domain/trade.ts';

/** The exits of the fleet. */
export interface Exits extends AsyncDisposable {
  /** One answer per request, in the order asked; a request that can never be answered (pair, leverage) is a Fault at its place. Never fails because of the hub. */
  answer(requests: readonly ExitParamsRequest[]): Promise<readonly (ExitParams | Fault)[]>;
  /** Bins with at least one trade, by leverage. Rejects with HUB_UNAVAILABLE when there is nothing to serve. */
  leverageBins(query: {
    readonly side?: Side | undefined;
    readonly pair?: string | undefined;
    readonly lookbackDays?: number | undefined;
  }): Promise<readonly BinStatistics[]>;
  /** All or none, visible in the next answer. Rejects with BAD_USER_INPUT naming `trades[i].field`. */
  recordTrades(trades: readonly ClosedTrade[]): Promise<{ readonly recorded: number; readonly duplicates: number }>;
  /** Whether the hub has been read once since the start. */
  hubReadOnce(): boolean;
}
