// The closed trades of a freqtrade database, of this release or an older one: `sell_reason` and `buy_tag` had other names, and before leverage there was none.
// The file is read whole and checked whole before anybody records anything of it.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ClosedTrade } from '#domain/trade.ts';
import { unusable, withBotDatabase } from './bot-database.ts';
import { closedTradeOf, isSkip } from './bot-figures.ts';
import { told } from './bot-row.ts';
import { botTimeMs } from './bot-time.ts';
import { type Skipped, skipTally } from './skipped.ts';

/** What a file or a bot told: the trades in the order of their ids, and all that is not among them. */
export interface TradesRead {
  readonly trades: readonly ClosedTrade[];
  /** Not closed yet; null: not asked. */
  readonly open: number | null;
  readonly skipped: readonly Skipped[];
  /** What the reader should know of the source, in sentences. */
  readonly notes: readonly string[];
}

/** Trades of one question: the bot waits for the end of it when it wants to write. */
const PAGE = 10_000;
const NEEDED = ['id', 'pair', 'is_open', 'open_date', 'close_date', 'close_profit'];
/** What a strategy may keep of a trade with freqtrade's `trade.set_custom_data`: the target in force, a ratio at account level. */
export const TARGET_KEY = 'take_profit_ratio';

/** The trades in `file`, as `bot`'s. Throws UNUSABLE_INPUT when it is no freqtrade database or cannot be read. */
export function readDatabase(file: string, bot: string): Promise<TradesRead> {
  return withBotDatabase(file, (db) => {
    const columns = columnsOf(db, 'trades');
    if (columns.size === 0) throw unusable(file, 'it has no table `trades`', undefined);
    const missing = NEEDED.filter((column) => !columns.has(column));
    if (missing.length > 0) {
      throw unusable(file, `its table \`trades\` has no column ${missing.join(', ')}`, undefined);
    }
    const trades: ClosedTrade[] = [];
    const skipped = skipTally();
    for (const row of pages(db, selection(columns, hasTargets(db)))) {
      const read = closedTradeOf(bot, figuresOf(row));
      if (isSkip(read)) skipped.add(read);
      else trades.push(read);
    }
    const open = Number(db.prepare('SELECT count(*) AS n FROM trades WHERE is_open').get()?.n ?? 0);
    const notes = columns.has('leverage')
      ? []
      : ['it was written by a freqtrade that knew no leverage: every trade has leverage 1'];
    return { trades, open, skipped: skipped.list(), notes };
  });
}

function selection(columns: ReadonlySet<string>, targets: boolean): string {
  const first = (...names: readonly string[]) => names.find((name) => columns.has(name)) ?? 'NULL';
  const target = targets
    ? `(SELECT cd_value FROM trade_custom_data WHERE ft_trade_id = trades.id AND cd_key = '${TARGET_KEY}')`
    : 'NULL';
  return `SELECT id, pair, ${first('is_short')}, ${columns.has('leverage') ? 'leverage' : '1.0'}, close_profit,
    ${first('stop_loss_pct')}, ${target}, open_date, close_date, ${first('enter_tag', 'buy_tag')},
    ${first('exit_reason', 'sell_reason')}
    FROM trades WHERE NOT is_open AND id > ? ORDER BY id LIMIT ${PAGE}`;
}

function* pages(db: DatabaseSync, sql: string): Generator<readonly SQLOutputValue[]> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  let after: SQLOutputValue = Number.MIN_SAFE_INTEGER;
  for (;;) {
    // A statement that returns arrays is typed as one that returns objects.
    const found: unknown = statement.all(after);
    const rows = found as readonly (readonly SQLOutputValue[])[];
    yield* rows;
    const last = rows.at(-1)?.[0];
    if (rows.length < PAGE || last === undefined) return;
    after = last;
  }
}

function figuresOf(row: readonly SQLOutputValue[]) {
  const [tradeId, pair, isShort, leverage, profitRatio, stopRatio, target, opened, closed, enterTag, exitReason] = row;
  return {
    tradeId,
    pair,
    isShort: Boolean(isShort),
    leverage,
    profitRatio,
    stopRatio,
    targetRatio: typeof target === 'string' ? Number(target) : undefined,
    openedAtMs: botTimeMs(opened),
    closedAtMs: botTimeMs(closed),
    enterTag: told(enterTag),
    exitReason: told(exitReason),
  };
}

function columnsOf(db: DatabaseSync, table: string): ReadonlySet<string> {
  return new Set(
    db
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name)),
  );
}

function hasTargets(db: DatabaseSync): boolean {
  const columns = columnsOf(db, 'trade_custom_data');
  return ['ft_trade_id', 'cd_key', 'cd_value'].every((column) => columns.has(column));
}
