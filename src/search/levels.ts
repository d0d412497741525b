// What a stop and a target in percent mean for prices. Percentages become ratios in decimal arithmetic, once; after that every figure is one
// fixed order of double operations, so that the plane, which meets whole grids of levels, and a single simulated trade agree to the last bit.
//
// For whole grids: per entry and side, with `e` the entry price,
// - level i is stopped in the first candle whose low (short: high) lies beyond `stopTouchedAt(e x stopFactors[i], side)`: a price threshold, which
//   moves monotonically with the level, so one running extreme serves all levels;
// - level j's target is reached in the first candle where `leverage x profitRatio(best price)` >= `reachedAt[j]`: one profit per new best price
//   serves all levels, by comparison with an ascending array of constants that depend on neither entry nor side.
import { decimalForm } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import { badInput } from '#domain/fault.ts';
import type { Side } from '#domain/market.ts';

/** One pair of levels ready to meet prices, for one side, leverage and fee. Ratios are fractions at account level. */
export interface ExitRule {
  readonly side: Side;
  readonly leverage: number;
  /** Fee per side as a fraction of the traded value. */
  readonly fee: number;
  /** The stop's price is entry x stopFactor. */
  readonly stopFactor: number;
  readonly targetRatio: number;
  /** The target is reached where leverage x profitRatio >= reachedAt. */
  readonly reachedAt: number;
}

/** How the two levels are called where they came from, for error messages. */
export interface LevelNames {
  readonly stop: string;
  readonly target: string;
}

const NAMES: LevelNames = { stop: 'stopLossPct', target: 'takeProfitPct' };

/**
 * `levels` (position level percent) at `leverage` with `feePct` per side as a rule for trades of `side`.
 * Throws BAD_USER_INPUT for a stop >= 0, a target <= 0, and a stop that would lose the whole stake (|stop| x leverage >= 100 %).
 */
export function exitRule(
  levels: ExitLevels,
  trade: { readonly side: Side; readonly leverage: number; readonly feePct: number },
  names: LevelNames = NAMES,
): ExitRule {
  const stopE6 = ratioE6(levels.stopLossPct, trade.leverage);
  const targetE6 = ratioE6(levels.takeProfitPct, trade.leverage);
  if (!(stopE6 < 0))
    throw badInput(names.stop, `${levels.stopLossPct} is not a stop`, 'a percentage below 0, e.g. -1.48');
  if (stopE6 <= -1_000_000) {
    const found = `${levels.stopLossPct} at leverage ${trade.leverage} loses the whole stake`;
    throw badInput(names.stop, found, '|stop| x leverage below 100 %');
  }
  if (!(targetE6 > 0)) {
    throw badInput(names.target, `${levels.takeProfitPct} is not a target`, 'a percentage above 0, e.g. 1.00');
  }
  return {
    side: trade.side,
    leverage: trade.leverage,
    fee: feeRatio(trade.feePct),
    stopFactor: stopFactor(stopE6, trade.leverage, trade.side),
    targetRatio: targetE6 / 1e6,
    reachedAt: reachedAt(targetE6),
  };
}

/**
 * Millionths of percent x leverage / 100: the exact decimal product, rounded half away from zero to 4 decimals of a percent. A whole number;
 * divided by 1e6 it is the double nearest to the ratio. NaN when either is not finite.
 */
export function ratioE6(pct: number, leverage: number): number {
  if (!Number.isFinite(pct) || !Number.isFinite(leverage)) return Number.NaN;
  const a = decimalForm(pct);
  const b = decimalForm(leverage);
  const product = BigInt(a.digits || '0') * BigInt(b.digits || '0');
  // |pct x leverage| = product x 10^power; four decimals are kept.
  const power = a.exponent - a.digits.length + b.exponent - b.digits.length + 4;
  const unit = 10n ** BigInt(Math.abs(power));
  const magnitude = Number(power >= 0 ? product * unit : (2n * product + unit) / (2n * unit));
  return magnitude === 0 ? 0 : a.negative === b.negative ? magnitude : -magnitude;
}

/** The fee per side as a fraction: `feePct` rounded half away from zero to 4 decimals, / 100. */
export function feeRatio(feePct: number): number {
  return ratioE6(feePct, 1) / 1e6;
}

/** What an entry price is multiplied with to get the stop's price; `stopE6` is negative millionths at account level. */
export function stopFactor(stopE6: number, leverage: number, side: Side): number {
  const distance = -stopE6 / 1e6 / leverage;
  return side === 'LONG' ? 1 - distance : 1 + distance;
}

/**
 * The price that touches a stop at `stopPrice`: long, any low <= it; short, any high >= it. A millionth of a millionth nearer than the stop, so that
 * -1 % of 100 is touched by 99.00 whatever the binary noise.
 */
export function stopTouchedAt(stopPrice: number, side: Side): number {
  return side === 'LONG' ? stopPrice * (1 + 1e-12) : stopPrice * (1 - 1e-12);
}

/**
 * The least leverage x profit, in doubles, that reaches a target of `targetE6` millionths. Reached means: rounded to 8 decimals it is strictly
 * greater than the target, which is the same as being at least half of the 8th decimal above it. A target hit to the digit is not reached.
 */
export function reachedAt(targetE6: number): number {
  return (targetE6 * 1_000 + 5) / 1e9;
}

/** Profit after both fees at leverage 1, as a fraction of what the entry cost, unrounded. `fee` is a fraction per side. */
export function profitRatio(side: Side, rates: { readonly open: number; readonly close: number }, fee: number): number {
  return side === 'LONG'
    ? (rates.close * (1 - fee)) / (rates.open * (1 + fee)) - 1
    : 1 - (rates.close * (1 + fee)) / (rates.open * (1 - fee));
}

/** The price at which leverage x profit after both fees equals the target. Not positive for a short target no price can reach. */
export function targetPrice(rule: ExitRule, open: number): number {
  const gain = rule.targetRatio / rule.leverage;
  return rule.side === 'LONG'
    ? (open * (1 + rule.fee) * (1 + gain)) / (1 - rule.fee)
    : (open * (1 - rule.fee) * (1 - gain)) / (1 + rule.fee);
}
