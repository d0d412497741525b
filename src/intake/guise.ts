// What we say of ourselves in freqtrade's words: a running bot that takes forced entries and holds no trades. Every key of release 2026.9.
import { isoTime } from '#domain/time.ts';

const VERSION = '2026.9';
const PRICING = { price_side: 'same', use_order_book: true, order_book_top: 1, price_last_balance: 0 };

/** /version */
export const VERSION_ROW = { version: VERSION };

/** /count: no trades, and no limit to them. */
export const COUNT_ROW = { current: 0, max: -1, total_stake: 0 };

/** /health: alive now, started at `startedMs`; times as texts and as whole Unix seconds. */
export function healthRow(nowMs: number, startedMs: number): Readonly<Record<string, unknown>> {
  const seconds = (ms: number) => Math.floor(ms / 1_000);
  const atWhole = (ms: number) => isoTime(Math.trunc(ms));
  return {
    last_process: atWhole(nowMs),
    last_process_ts: seconds(nowMs),
    bot_start: atWhole(startedMs),
    bot_start_ts: seconds(startedMs),
    bot_startup: atWhole(startedMs),
    bot_startup_ts: seconds(startedMs),
  };
}

/** /show_config. Clients look at `state` and `force_entry_enable`. */
export function settingsRow(dryRun: boolean): Readonly<Record<string, unknown>> {
  return {
    version: VERSION,
    strategy_version: null,
    api_version: 2.5,
    dry_run: dryRun,
    trading_mode: 'futures',
    margin_mode: 'isolated',
    short_allowed: true,
    stake_currency: 'USDT',
    stake_amount: 'unlimited',
    available_capital: null,
    stake_currency_decimals: 3,
    max_open_trades: -1,
    minimal_roi: {},
    stoploss: null,
    stoploss_on_exchange: false,
    trailing_stop: false,
    trailing_stop_positive: null,
    trailing_stop_positive_offset: 0,
    trailing_only_offset_is_reached: false,
    unfilledtimeout: { entry: 10, exit: 10, unit: 'minutes', exit_timeout_count: 0 },
    order_types: { entry: 'market', exit: 'market', stoploss: 'market', stoploss_on_exchange: false },
    use_custom_stoploss: false,
    timeframe: null,
    timeframe_ms: 0,
    timeframe_min: 0,
    exchange: 'paramgate',
    demo_trading: false,
    strategy: 'Paramgate',
    force_entry_enable: true,
    exit_pricing: PRICING,
    entry_pricing: PRICING,
    bot_name: 'paramgate',
    state: 'running',
    runmode: dryRun ? 'dry_run' : 'live',
    position_adjustment_enable: false,
    max_entry_position_adjustment: -1,
  };
}
