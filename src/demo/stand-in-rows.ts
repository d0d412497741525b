// The JSON freqtrade 2026.9 writes: a trade with its orders, and its settings. Times twice, as text without a zone and as epoch milliseconds.
import type { StandInOrder, StandInSettings, StandInTrade } from './stand-in-book.ts';

const PRICE = 100;
const STAKE = 100;

type Row = Readonly<Record<string, unknown>>;

/** A trade as in the answer to /forceenter. Everything costs 100 and has neither gained nor lost. */
export function tradeRow(trade: StandInTrade, settings: StandInSettings): Row {
  const [base = '', quote = ''] = trade.pair.split(/[/:]/);
  const isOpen = trade.closedAtMs === null;
  const amount = (trade.orders.length * STAKE * trade.leverage) / PRICE;
  const stop = trade.isShort ? PRICE * 1.1 : PRICE * 0.9;
  return {
    trade_id: trade.id,
    pair: trade.pair,
    base_currency: base,
    quote_currency: quote,
    is_open: isOpen,
    is_short: trade.isShort,
    exchange: 'binance',
    amount,
    amount_requested: amount,
    stake_amount: trade.orders.length * STAKE,
    max_stake_amount: trade.orders.length * STAKE,
    strategy: 'StandIn',
    enter_tag: trade.enterTag.slice(0, 255),
    timeframe: 5,
    fee_open: 0.0005,
    fee_open_cost: amount * PRICE * 0.0005,
    fee_open_currency: quote,
    fee_close: 0.0005,
    fee_close_cost: null,
    fee_close_currency: null,
    ...timeFields('open', trade.openedAtMs),
    ...timeFields('open_fill', trade.openedAtMs),
    open_rate: PRICE,
    open_rate_requested: PRICE,
    open_trade_value: amount * PRICE,
    ...timeFields('close', trade.closedAtMs),
    close_rate: isOpen ? null : PRICE,
    close_rate_requested: isOpen ? null : PRICE,
    close_profit: isOpen ? null : 0,
    close_profit_pct: null,
    close_profit_abs: isOpen ? null : 0,
    profit_ratio: isOpen ? null : 0,
    profit_pct: null,
    profit_abs: isOpen ? null : 0,
    profit_fiat: null,
    realized_profit: 0,
    realized_profit_ratio: null,
    exit_reason: isOpen ? null : 'stop_loss',
    exit_order_status: null,
    stop_loss_abs: stop,
    stop_loss_ratio: -0.1,
    stop_loss_pct: -10,
    stoploss_last_update: null,
    stoploss_last_update_timestamp: null,
    initial_stop_loss_abs: stop,
    initial_stop_loss_ratio: -0.1,
    initial_stop_loss_pct: -10,
    min_rate: null,
    max_rate: 0,
    nr_of_successful_entries: trade.orders.length,
    nr_of_successful_exits: isOpen ? 0 : 1,
    has_open_orders: false,
    orders: trade.orders.map(orderRow),
    leverage: trade.leverage,
    interest_rate: 0,
    liquidation_price: null,
    funding_fees: 0,
    trading_mode: settings.tradingMode,
    amount_precision: 0.001,
    price_precision: 0.01,
    precision_mode: 4,
  };
}

/** A trade as in /status: with its figures at the present price. */
export function openTradeRow(trade: StandInTrade, settings: StandInSettings): Row {
  return {
    ...tradeRow(trade, settings),
    profit_ratio: 0,
    profit_pct: 0,
    profit_abs: 0,
    stoploss_current_dist: trade.isShort ? 10 : -10,
    stoploss_current_dist_pct: -10,
    stoploss_current_dist_ratio: -0.1,
    stoploss_entry_dist: trade.isShort ? 10 : -10,
    stoploss_entry_dist_ratio: -0.1,
    current_rate: PRICE,
    total_profit_abs: 0,
    total_profit_fiat: null,
    total_profit_ratio: 0,
  };
}

/** A trade as in /trades, which no schema filters: more of the trade and of its orders. */
export function closedTradeRow(trade: StandInTrade, settings: StandInSettings): Row {
  const seconds = Math.trunc(((trade.closedAtMs ?? trade.openedAtMs) - trade.openedAtMs) / 1_000);
  const more = { ft_is_entry: true, average: PRICE, price: PRICE, funding_fee: 0 };
  return {
    ...tradeRow(trade, settings),
    trade_duration_s: seconds,
    trade_duration: Math.trunc(seconds / 60),
    contract_size: 1,
    precision_mode_price: 4,
    orders: trade.orders.map((order) => ({
      ...orderRow(order),
      ...timeFields('order', order.atMs),
      ...timeFields('order_filled', order.atMs),
      ...more,
    })),
  };
}

/** /show_config. */
export function settingsRow(settings: StandInSettings): Row {
  const futures = settings.tradingMode === 'futures';
  const pricing = { price_side: 'same', use_order_book: true, order_book_top: 1, price_last_balance: 0 };
  return {
    version: '2026.9',
    strategy_version: null,
    api_version: 2.5,
    dry_run: true,
    trading_mode: settings.tradingMode,
    margin_mode: futures ? 'isolated' : '',
    short_allowed: futures,
    stake_currency: settings.stakeCurrency,
    stake_amount: String(STAKE),
    available_capital: null,
    stake_currency_decimals: 3,
    max_open_trades: settings.maxOpenTrades,
    minimal_roi: { 0: 10 },
    stoploss: -0.1,
    stoploss_on_exchange: false,
    trailing_stop: false,
    trailing_stop_positive: null,
    trailing_stop_positive_offset: 0,
    trailing_only_offset_is_reached: false,
    unfilledtimeout: { entry: 10, exit: 10, unit: 'minutes', exit_timeout_count: 0 },
    order_types: { entry: 'limit', exit: 'limit', stoploss: 'market', stoploss_on_exchange: false },
    use_custom_stoploss: false,
    timeframe: '5m',
    timeframe_ms: 300_000,
    timeframe_min: 5,
    exchange: 'binance',
    demo_trading: false,
    strategy: 'StandIn',
    force_entry_enable: settings.forceEntry,
    exit_pricing: pricing,
    entry_pricing: pricing,
    bot_name: 'stand-in',
    state: settings.state,
    runmode: 'dry_run',
    position_adjustment_enable: settings.positionAdjustment,
    max_entry_position_adjustment: -1,
  };
}

function orderRow(order: StandInOrder): Row {
  const amount = (STAKE * order.leverage) / PRICE;
  return {
    pair: order.pair,
    order_id: `dry_run_${order.orderId}`,
    status: 'closed',
    remaining: 0,
    amount,
    safe_price: PRICE,
    cost: amount * PRICE,
    filled: amount,
    ft_order_side: order.isShort ? 'sell' : 'buy',
    order_type: 'market',
    is_open: false,
    order_timestamp: order.atMs,
    order_filled_timestamp: order.atMs,
    ft_fee_base: null,
    ft_order_tag: order.enterTag,
  };
}

function timeFields(name: string, atMs: number | null): Row {
  const text = atMs === null ? null : new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  return { [`${name}_date`]: text, [`${name}_timestamp`]: atMs };
}
