// A closed trade in freqtrade's own figures (account level, ratios) becomes one of the fleet's (position level, percent). Nothing is invented: what the bot
// did not record stays unknown, and what cannot be right is left out with its reason.
import { Fault } from '#domain/fault.ts';
import { isPair, MAX_LEVERAGE, type Side } from '#domain/market.ts';
import { type ClosedTrade, requireTrades } from '#domain/trade.ts';
import type { Skip } from './skipped.ts';

/** A trade as its bot tells it, unchecked. Ratios are fractions at account level; times epoch ms; undefined: nothing usable was told. */
export interface BotFigures {
  readonly tradeId: unknown;
  readonly pair: unknown;
  readonly isShort: boolean;
  readonly leverage: unknown;
  readonly profitRatio: unknown;
  readonly stopRatio: unknown;
  readonly targetRatio: unknown;
  readonly openedAtMs: number | undefined;
  readonly closedAtMs: number | undefined;
  readonly enterTag: unknown;
  readonly exitReason: unknown;
}

/**
 * What no price can bring, position level percent: a long loses and a short gains no more than all of it, the same again left for fees and funding; the
 * other way the price would be a hundred times as high. A stop of a long at -100 is a price of 0.
 */
const REACH: Readonly<
  Record<Side, { readonly leastPct: number; readonly mostPct: number; readonly lowestStopPct: number }>
> = {
  LONG: { leastPct: -200, mostPct: 10_000, lowestStopPct: -100 },
  SHORT: { leastPct: -10_000, mostPct: 200, lowestStopPct: -10_000 },
};

/** Far below anything a price can show, and coarse enough that no binary noise is left of a division. */
const DECIMALS = 10;

/** The trade of `figures` as `bot`'s, or why it cannot be taken. */
export function closedTradeOf(bot: string, figures: BotFigures): ClosedTrade | Skip {
  const { pair, leverage, profitRatio, stopRatio, targetRatio, openedAtMs, closedAtMs } = figures;
  const tradeId = idOf(figures.tradeId);
  const skip = (reason: string): Skip => ({ reason, tradeId });
  if (tradeId === null) return skip('no trade id');
  if (typeof pair !== 'string' || !isPair(pair)) return skip(`${shown(pair)} is not a pair`);
  if (leverage === null || leverage === undefined) return skip('no leverage recorded');
  if (typeof leverage !== 'number' || !(leverage > 0 && leverage <= MAX_LEVERAGE)) {
    return skip(`leverage ${shown(leverage)} is not above 0 and at most ${MAX_LEVERAGE}`);
  }
  if (typeof profitRatio !== 'number') return skip('no profit recorded');
  if (!Number.isFinite(profitRatio)) return skip('a profit that is no finite number');
  if (openedAtMs === undefined) return skip('no opening time');
  if (closedAtMs === undefined) return skip('no closing time');
  if (closedAtMs < openedAtMs) return skip('closed before it was opened');
  const percent = (ratio: number) => Number(((ratio * 100) / leverage).toFixed(DECIMALS)) + 0;
  const side = figures.isShort ? 'SHORT' : 'LONG';
  const { leastPct, mostPct, lowestStopPct } = REACH[side];
  const profitPct = percent(profitRatio);
  if (!(profitPct > leastPct && profitPct < mostPct)) {
    return skip(
      `a profit that no price can bring; a ${side} earns between ${leastPct} % and ${mostPct} % at leverage 1`,
    );
  }
  const stop = levelOf(stopRatio);
  if (stop !== null && !Number.isFinite(stop)) return skip('a stop-loss that is no finite number');
  if (stop !== null && stop > 0) return skip('a stop-loss with a positive sign');
  const stopPct = stop === null ? null : percent(stop);
  if (stopPct !== null && stopPct < lowestStopPct) {
    return skip(`a stop-loss that is no price; that of a ${side} is not below ${lowestStopPct} % at leverage 1`);
  }
  const target = levelOf(targetRatio);
  if (target !== null && !Number.isFinite(target)) return skip('a take-profit that is no finite number');
  if (target !== null && target < 0) return skip('a take-profit with a negative sign');
  const trade: ClosedTrade = {
    bot,
    tradeId,
    pair,
    side,
    leverage,
    profitPct,
    // With `stoploss = -1` a strategy says that it wants none: its price is 0. One at the very price is how a trade was ended at once, and no level either.
    stopLossPct: stopPct === lowestStopPct || stopPct === 0 ? null : stopPct,
    takeProfitPct: target === null ? null : percent(target) || null,
    openedAtMs,
    closedAtMs,
    enterTag: textOf(figures.enterTag),
    exitReason: textOf(figures.exitReason),
  };
  try {
    requireTrades([trade]);
    return trade;
  } catch (error) {
    if (error instanceof Fault) return skip(error.message.replace(/^trades\[0\]\./, ''));
    throw error;
  }
}

/** Whether the reading of a trade failed. */
export function isSkip(read: ClosedTrade | Skip): read is Skip {
  return 'reason' in read;
}

/** freqtrade writes 0 for a level that was never set. */
function levelOf(ratio: unknown): number | null {
  return typeof ratio === 'number' && ratio !== 0 ? ratio : null;
}

function idOf(id: unknown): string | null {
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null;
  return typeof id === 'string' && id !== '' ? id : null;
}

function textOf(text: unknown): string | null {
  return typeof text === 'string' ? text : null;
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
