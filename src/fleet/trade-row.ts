// A trade as freqtrade tells it (/status, /trades, the answer to /forceenter), reduced to what identifies it. What lacks an identity is no trade.

/** One order of a trade: the tag it was placed with and when (epoch ms; the exchange's clock in a live bot), each null when freqtrade does not say. */
export interface OrderRow {
  readonly tag: string | null;
  readonly atMs: number | null;
}

/** A trade of one bot, open or closed. `openedAtMs` is epoch ms by the bot's clock. */
export interface TradeRow {
  readonly tradeId: string;
  readonly pair: string;
  readonly isShort: boolean;
  readonly enterTag: string | null;
  readonly openedAtMs: number;
  readonly orders: readonly OrderRow[];
}

/** Whether `value` is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `text` as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The trade in `value`; undefined when id, pair, side or open time is missing or of a wrong type. */
export function readTrade(value: unknown): TradeRow | undefined {
  if (!isRecord(value)) return undefined;
  const { trade_id: id, pair, is_short: isShort, open_timestamp: openedAtMs, enter_tag: tag, orders } = value;
  if (!Number.isSafeInteger(id) || typeof pair !== 'string' || typeof isShort !== 'boolean') return undefined;
  if (typeof openedAtMs !== 'number' || !Number.isFinite(openedAtMs)) return undefined;
  return {
    tradeId: String(id),
    pair,
    isShort,
    enterTag: typeof tag === 'string' ? tag : null,
    openedAtMs,
    orders: Array.isArray(orders) ? orders.filter(isRecord).map(readOrder) : [],
  };
}

/** The trades of a list, those without an identity left out; undefined when `value` is no list. */
export function readTrades(value: unknown): readonly TradeRow[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.map(readTrade).filter((trade) => trade !== undefined);
}

function readOrder(order: Readonly<Record<string, unknown>>): OrderRow {
  const { ft_order_tag: tag, order_timestamp: atMs } = order;
  return {
    tag: typeof tag === 'string' ? tag : null,
    atMs: typeof atMs === 'number' && Number.isFinite(atMs) ? atMs : null,
  };
}
