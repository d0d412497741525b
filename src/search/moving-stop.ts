// The stop of one trade as freqtrade's backtesting moves it, release 2026.9: by each candle's best price, before that candle's worst price is looked at.
// Sources are files of freqtrade: I = strategy/interface.py, T = persistence/trade_model.py, H = strategy/strategy_helper.py.
import type { ExitRule } from './levels.ts';
import { type PlannedRule, stopBehind } from './planned-rule.ts';
import { tickAbove, tickBelow } from './tick-rounding.ts';

/** One candle as the stop sees it. */
export interface StopCandle {
  readonly best: number;
  readonly worst: number;
  /** Account level profit after both fees at the best price, unrounded. */
  readonly profit: number;
}

/** A stop that only ever moves with the trade. */
export class MovingStop {
  /** At the price step. */
  price: number;
  /** Whether it ever moved: it then closes the trade as `trailing_stop_loss` (T, adjust_stop_loss). */
  moved = false;
  /** How far behind a price it was when it was set last, at account level (T, stop_loss_pct). */
  distance: number;
  readonly #planned: PlannedRule;
  readonly #decimals: number;

  /** For a trade opened at the rate `open`. */
  constructor(planned: PlannedRule, open: number, decimals: number) {
    this.#planned = planned;
    this.#decimals = decimals;
    this.distance = planned.stopDistance;
    this.price = this.#rounded(open * planned.rule.stopFactor);
  }

  /** Follows the best price of a candle, unless the candle hits the stop where it is (I, ft_stoploss_adjust). */
  follow({ best, worst, profit }: StopCandle): void {
    const { rule, stopDistance, trailing, breakEven } = this.#planned;
    if (rule.side === 'LONG' ? this.price >= worst : this.price <= worst) return;
    const rounded = Number(profit.toFixed(8));
    let distance = stopDistance;
    if (breakEven !== null && rounded > breakEven.ratio) {
      distance = behindForBreakEven(rule, rounded);
      this.#set(best, distance);
    }
    if (trailing === null || (trailing.onlyOffset && rounded < trailing.offset.ratio)) return;
    if (rounded > trailing.offset.ratio) distance = trailing.distance;
    this.#set(best, distance);
  }

  #set(price: number, distance: number): void {
    const { rule } = this.#planned;
    const asked = this.#rounded(stopBehind(rule, price, distance));
    if (rule.side === 'LONG' ? asked <= this.price : asked >= this.price) return;
    this.price = asked;
    this.distance = distance;
    this.moved = true;
  }

  #rounded(price: number): number {
    return this.#planned.rule.side === 'LONG' ? tickAbove(price, this.#decimals) : tickBelow(price, this.#decimals);
  }
}

/**
 * How far behind the best price, of the profit `profit` > 0, a stop lies that a strategy's custom_stoploss puts to the opening with
 * `stoploss_from_open(0, current_profit, is_short, leverage)` (H). As the profit is after fees, that is where the trade costs nothing.
 */
function behindForBreakEven({ side, leverage }: ExitRule, profit: number): number {
  const plain = profit / leverage;
  return (side === 'LONG' ? 1 - 1 / (1 + plain) : -1 + 1 / (1 - plain)) * leverage;
}
