// A trade as freqtrade's REST API tells it, and a final exit as its messages and webhooks tell it, read into figures.
import type { BotFigures } from './bot-figures.ts';
import { botTimeMs } from './bot-time.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The figures of a row of `GET /api/v1/trades`. Releases before leverage existed told none: it was 1. */
export function figuresOfRow(row: JsonObject): BotFigures {
  const stop = numberOr(row.stop_loss_ratio, percentAsRatio(row.stop_loss_pct));
  return {
    tradeId: row.trade_id,
    pair: row.pair,
    isShort: row.is_short === true,
    leverage: 'leverage' in row ? row.leverage : 1,
    profitRatio: numberOr(row.close_profit, row.profit_ratio),
    stopRatio: stop,
    targetRatio: undefined,
    openedAtMs: timeOf(row.open_timestamp, row.open_date),
    closedAtMs: timeOf(row.close_timestamp, row.close_date),
    enterTag: told(row.enter_tag) ?? told(row.buy_tag),
    exitReason: told(row.exit_reason) ?? told(row.sell_reason),
  };
}

/**
 * What an `exit_fill` says: figures of the whole trade, that the trade goes on (an exit of a part of it), or neither for certain. Values may all be texts, as
 * webhooks send them.
 */
export function figuresOfExit(message: JsonObject): BotFigures | 'partial' | 'undecided' {
  const isFinal = truth(message.is_final_exit) ?? not(truth(message.sub_trade)) ?? hasFinalProfit(message);
  if (isFinal === undefined) return 'undecided';
  if (!isFinal) return 'partial';
  return {
    tradeId: figure(message.trade_id) ?? message.trade_id,
    pair: message.pair,
    isShort: typeof message.direction === 'string' && message.direction.toLowerCase() === 'short',
    leverage: figure(message.leverage),
    profitRatio: figure(message.final_profit_ratio) ?? figure(message.profit_ratio),
    stopRatio: figure(message.stop_loss_ratio),
    targetRatio: figure(message.take_profit_ratio),
    openedAtMs: botTimeMs(message.open_date),
    closedAtMs: botTimeMs(message.close_date),
    enterTag: told(message.enter_tag) ?? told(message.buy_tag),
    exitReason: told(message.exit_reason),
  };
}

function numberOr(value: unknown, otherwise: unknown): unknown {
  return typeof value === 'number' ? value : otherwise;
}

function percentAsRatio(pct: unknown): number | undefined {
  return typeof pct === 'number' ? pct / 100 : undefined;
}

function timeOf(epochMs: unknown, text: unknown): number | undefined {
  return typeof epochMs === 'number' && Number.isSafeInteger(epochMs) ? epochMs : botTimeMs(text);
}

/** freqtrade tells a profit of the whole only when the trade has ended, `None` before. */
function hasFinalProfit(message: JsonObject): boolean | undefined {
  return 'final_profit_ratio' in message ? figure(message.final_profit_ratio) !== undefined : undefined;
}

function not(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

/** A number, also as the text of one and as Python writes those that are not finite; `None` and anything else are none. */
function figure(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\s*nan\s*$/i.test(value)) return Number.NaN;
  if (typeof value === 'string' && /^\s*[+-]?inf(inity)?\s*$/i.test(value)) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim())) return undefined;
  return Number(value);
}

/** Python's word for a truth value, or one itself; undefined for anything else. */
function truth(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined;
}

/** A text that says something; Python writes `None` where there was none, and `nan` where a table of its had no value. */
export function told(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' && text !== 'None' && text !== 'nan' ? text : undefined;
}
