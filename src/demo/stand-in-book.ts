// The stand-in's trades: what freqtrade's /forceenter refuses and enters, in its order and words, and the rows it tells of them.

import { closedTradeRow, openTradeRow, tradeRow } from './stand-in-rows.ts';
import type { ForceEnterBody } from './stand-in-schema.ts';

/** What may be switched while the bot runs. `state` is freqtrade's word. */
export interface StandInSettings {
  state: 'running' | 'stopped' | 'paused' | 'reload_config' | '';
  forceEntry: boolean;
  positionAdjustment: boolean;
  /** -1: no limit. */
  maxOpenTrades: number;
  tradingMode: 'futures' | 'spot';
  stakeCurrency: string;
  /** The pairs of the exchange; null: every pair of the form the trading mode uses. */
  markets: readonly string[] | null;
  /** How far the bot's clock is ahead of this machine's, milliseconds. */
  clockOffsetMs: number;
}

/** One order that was entered, as the exchange would remember it. */
export interface StandInOrder {
  readonly tradeId: number;
  readonly orderId: string;
  readonly pair: string;
  readonly isShort: boolean;
  readonly leverage: number;
  readonly enterTag: string;
  readonly atMs: number;
}

/** A position: the first order opens it, later ones add to it. */
export interface StandInTrade {
  readonly id: number;
  readonly pair: string;
  readonly isShort: boolean;
  readonly leverage: number;
  readonly enterTag: string;
  readonly openedAtMs: number;
  readonly orders: readonly StandInOrder[];
  readonly closedAtMs: number | null;
}

const MAX_LEVERAGE = 125;

/** A refusal of freqtrade's: the text behind "Error querying <path>: ". */
export class BusinessRefusal extends Error {}

export class StandInBook {
  readonly #settings: StandInSettings;
  readonly #now: () => number;
  readonly #trades = new Map<number, StandInTrade>();
  #orders = 0;

  constructor(settings: StandInSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  trades(): readonly StandInTrade[] {
    return [...this.#trades.values()];
  }

  open(): readonly StandInTrade[] {
    return this.trades().filter((trade) => trade.closedAtMs === null);
  }

  orders(): readonly StandInOrder[] {
    return this.trades()
      .flatMap((trade) => trade.orders)
      .sort((a, b) => Number(a.orderId) - Number(b.orderId));
  }

  /** The tests that freqtrade makes before it waits for its trade lock; throws BusinessRefusal. Returns the position the order would add to. */
  check(body: ForceEnterBody): StandInTrade | undefined {
    const { forceEntry, state, tradingMode, stakeCurrency, positionAdjustment, maxOpenTrades } = this.#settings;
    if (!forceEntry) throw new BusinessRefusal('Force_entry not enabled.');
    if (state !== 'running') throw new BusinessRefusal('trader is not running');
    if (body.side === 'short' && tradingMode === 'spot') {
      throw new BusinessRefusal("Can't go short on Spot markets.");
    }
    if (!this.#hasMarket(body.pair)) throw new BusinessRefusal('Symbol does not exist or market is not active.');
    if (body.pair.split('/')[1]?.split(':')[0] !== stakeCurrency) {
      throw new BusinessRefusal(`Wrong pair selected. Only pairs with stake-currency ${stakeCurrency} allowed.`);
    }
    const position = this.open().find((trade) => trade.pair === body.pair);
    if (position !== undefined && !positionAdjustment) {
      throw new BusinessRefusal(`position for ${body.pair} already open - id: ${position.id}`);
    }
    if (position === undefined && maxOpenTrades >= 0 && this.open().length >= maxOpenTrades) {
      throw new BusinessRefusal('Maximum number of trades is reached.');
    }
    return position;
  }

  /** Enters without asking again, as freqtrade does once it has the lock. Adding to a position keeps its side, tag and leverage. */
  enter(body: ForceEnterBody, position: StandInTrade | undefined): void {
    if (body.stakeAmount !== null && body.stakeAmount < 0) {
      throw new BusinessRefusal(`Failed to enter position for ${body.pair}.`);
    }
    const atMs = this.#now();
    const id = position?.id ?? this.#trades.size + 1;
    this.#orders += 1;
    const order: StandInOrder = {
      tradeId: id,
      orderId: String(this.#orders),
      pair: body.pair,
      isShort: position?.isShort ?? body.side === 'short',
      leverage: position?.leverage ?? this.#leverage(body.leverage),
      enterTag: body.entryTag === null || body.entryTag === '' ? 'force_entry' : body.entryTag,
      atMs,
    };
    const { pair, isShort, leverage, enterTag } = order;
    const opened = { id, pair, isShort, leverage, enterTag, openedAtMs: atMs, orders: [], closedAtMs: null };
    const trade = position ?? opened;
    this.#trades.set(id, { ...trade, orders: [...trade.orders, order] });
  }

  /** What /forceenter answers after entering: the pair's first open trade, not necessarily the one just made. */
  firstOpen(pair: string): object | undefined {
    const first = this.open().find((trade) => trade.pair === pair);
    return first && tradeRow(first, this.#settings);
  }

  /** Closes every open trade of `pair`, as a stop that was hit. */
  close(pair: string): void {
    for (const trade of this.open()) {
      if (trade.pair === pair) this.#trades.set(trade.id, { ...trade, closedAtMs: this.#now() });
    }
  }

  rowsOpen(): readonly object[] {
    return this.open().map((trade) => openTradeRow(trade, this.#settings));
  }

  /** Closed trades, by id or newest close first. */
  rowsClosed(byId: boolean): readonly object[] {
    const closed = this.trades().filter((trade) => trade.closedAtMs !== null);
    if (!byId) closed.sort((a, b) => (b.closedAtMs ?? 0) - (a.closedAtMs ?? 0));
    return closed.map((trade) => closedTradeRow(trade, this.#settings));
  }

  #hasMarket(pair: string): boolean {
    const { markets, tradingMode } = this.#settings;
    if (markets !== null) return markets.includes(pair);
    return tradingMode === 'spot' ? /^[^/:]+\/[^/:]+$/.test(pair) : /^[^/:]+\/([^/:]+):\1$/.test(pair);
  }

  #leverage(asked: number | null): number {
    if (this.#settings.tradingMode === 'spot') return 1;
    return Math.min(Math.max(asked ?? 1, 1), MAX_LEVERAGE);
  }
}
