// Databases as freqtrade keeps them, of the present release and of one before leverage, made anew by each test.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

type Row = Readonly<Record<string, SQLInputValue>>;

/** Columns of `trades` in freqtrade 2026.9. */
const PRESENT = `id INTEGER NOT NULL PRIMARY KEY, exchange VARCHAR(25) NOT NULL, pair VARCHAR(25) NOT NULL, base_currency VARCHAR(25),
  stake_currency VARCHAR(25), is_open BOOLEAN NOT NULL, fee_open FLOAT NOT NULL, fee_open_cost FLOAT, fee_open_currency VARCHAR(25),
  fee_close FLOAT, fee_close_cost FLOAT, fee_close_currency VARCHAR(25), open_rate FLOAT NOT NULL, open_rate_requested FLOAT,
  open_trade_value FLOAT, close_rate FLOAT, close_rate_requested FLOAT, realized_profit FLOAT, close_profit FLOAT, close_profit_abs FLOAT,
  stake_amount FLOAT NOT NULL, max_stake_amount FLOAT, amount FLOAT NOT NULL, amount_requested FLOAT, open_date DATETIME NOT NULL,
  close_date DATETIME, stop_loss FLOAT, stop_loss_pct FLOAT, initial_stop_loss FLOAT, initial_stop_loss_pct FLOAT,
  is_stop_loss_trailing BOOLEAN NOT NULL, max_rate FLOAT, min_rate FLOAT, exit_reason VARCHAR(255), exit_order_status VARCHAR(100),
  strategy VARCHAR(100), enter_tag VARCHAR(255), timeframe INTEGER, trading_mode VARCHAR(7), amount_precision FLOAT, price_precision FLOAT,
  precision_mode INTEGER, precision_mode_price INTEGER, contract_size FLOAT, leverage FLOAT, is_short BOOLEAN NOT NULL,
  liquidation_price FLOAT, interest_rate FLOAT NOT NULL, funding_fees FLOAT, funding_fee_running FLOAT, record_version INTEGER NOT NULL`;

/** Columns of `trades` in 2021, as far as anybody asks for them. */
const OLD = `id INTEGER NOT NULL PRIMARY KEY, exchange VARCHAR(25) NOT NULL, pair VARCHAR(25) NOT NULL, is_open BOOLEAN NOT NULL,
  fee_open FLOAT NOT NULL, fee_close FLOAT NOT NULL, open_rate FLOAT NOT NULL, close_rate FLOAT, close_profit FLOAT, close_profit_abs FLOAT,
  stake_amount FLOAT NOT NULL, amount FLOAT, open_date DATETIME NOT NULL, close_date DATETIME, stop_loss FLOAT, stop_loss_pct FLOAT,
  initial_stop_loss FLOAT, initial_stop_loss_pct FLOAT, sell_reason VARCHAR(100), sell_order_status VARCHAR(100), strategy VARCHAR(100),
  buy_tag VARCHAR(100), timeframe INTEGER`;

const SHARED: Row = {
  exchange: 'binance',
  pair: 'BTC/USDT:USDT',
  is_open: 0,
  fee_open: 0.0005,
  fee_close: 0.0005,
  open_rate: 100,
  close_rate: 101,
  close_profit: 0.0305,
  stake_amount: 100,
  amount: 3,
  open_date: '2026-01-05 08:00:00.123456',
  close_date: '2026-01-05 09:30:00.654321',
  stop_loss_pct: -0.0444,
};
const PRESENT_ROW: Row = {
  ...SHARED,
  is_stop_loss_trailing: 0,
  leverage: 3,
  is_short: 0,
  interest_rate: 0,
  record_version: 2,
  enter_tag: 'long from 75b conf=0.89',
  exit_reason: 'roi',
};
const OLD_ROW: Row = { ...SHARED, pair: 'BTC/USDT', buy_tag: 'dip', sell_reason: 'sell_signal' };

/** Makes the database in `file` with a trade for each of `rows`, which say what is not as usual; open, for the test to go on writing as the bot. */
export function freqtradeDatabase(
  file: string,
  rows: readonly Row[],
  release: 'present' | 'old' = 'present',
): DatabaseSync {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`CREATE TABLE trades (${release === 'present' ? PRESENT : OLD})`);
  if (release === 'present') {
    db.exec(`CREATE TABLE trade_custom_data (id INTEGER NOT NULL PRIMARY KEY, ft_trade_id INTEGER, cd_key VARCHAR(255) NOT NULL,
      cd_type VARCHAR(25) NOT NULL, cd_value TEXT NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME)`);
  }
  insertTrades(db, rows, release);
  return db;
}

/** Adds a trade for each of `rows`. */
export function insertTrades(db: DatabaseSync, rows: readonly Row[], release: 'present' | 'old' = 'present'): void {
  db.exec('BEGIN');
  for (const row of rows) {
    const whole: Row = { ...(release === 'present' ? PRESENT_ROW : OLD_ROW), ...row };
    const names = Object.keys(whole);
    db.prepare(`INSERT INTO trades (${names.join()}) VALUES (${names.map(() => '?').join()})`).run(
      ...Object.values(whole),
    );
  }
  db.exec('COMMIT');
}
