// What a command on this host imports through the running service: closed trades and historical signals, each body checked whole before anything is kept.
import * as v from 'valibot';
import { badInput } from '#domain/fault.ts';
import { type Candles, type HistoricalSignal, requirePair } from '#domain/market.ts';
import { type ClosedTrade, MAX_TRADES_PER_CALL, requireTrades } from '#domain/trade.ts';
import { refuse, sendJson } from './answer.ts';
import { readBody, tooLarge } from './body.ts';
import type { Door, Exchange } from './route.ts';

/** What a front needs to import. */
export interface LocalImports {
  /** How many trades were new, known with other figures, and known exactly so. */
  trades(
    trades: readonly ClosedTrade[],
  ): Promise<{ readonly recorded: number; readonly updated: number; readonly known: number }>;
  candles(candles: Candles): Promise<void>;
  /** Keeps historical signals of `pair`. */
  signals(pair: string, signals: readonly HistoricalSignal[]): Promise<void>;
}

type Importing = Door & { readonly imports: LocalImports };

const BODY = 33_554_432;
const side = v.picklist(['LONG', 'SHORT']);
const Trades = v.object({
  trades: v.custom<readonly ClosedTrade[]>((value) => Array.isArray(value) && value.every(isTyped)),
});
const Signals = v.object({ pair: v.string(), signals: v.array(v.object({ timeMs: v.number(), side })) });

/** Records trades; answers with the counts. */
export async function answerTradesImport({ request, response, front }: Exchange<Importing>): Promise<void> {
  const body = await readBody(request, BODY);
  if (body === undefined) return refuse(response, tooLarge(BODY));
  const { trades } = checked(Trades, body, '{"trades": [{"bot": "...", ...}]}');
  for (let from = 0; from < trades.length; from += MAX_TRADES_PER_CALL) {
    requireTrades(trades.slice(from, from + MAX_TRADES_PER_CALL));
  }
  sendJson(response, 200, await front.imports.trades(trades));
}

/** Keeps historical signals; answers with how many came. */
export async function answerSignalsImport({ request, response, front }: Exchange<Importing>): Promise<void> {
  const body = await readBody(request, BODY);
  if (body === undefined) return refuse(response, tooLarge(BODY));
  const { pair, signals } = checked(Signals, body, '{"pair": "...", "signals": [{"timeMs": 0, "side": "LONG"}]}');
  await front.imports.signals(requirePair(pair, 'pair'), signals);
  sendJson(response, 200, { signals: signals.length });
}

/** By hand: imports bring a hundred thousand trades, and a schema's walk through each would cost more than all else here. */
function isTyped(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const trade = value as Readonly<Record<string, unknown>>;
  return (
    typeof trade.bot === 'string' &&
    typeof trade.tradeId === 'string' &&
    typeof trade.pair === 'string' &&
    typeof trade.side === 'string' &&
    typeof trade.leverage === 'number' &&
    typeof trade.profitPct === 'number' &&
    (trade.stopLossPct === null || typeof trade.stopLossPct === 'number') &&
    (trade.takeProfitPct === null || typeof trade.takeProfitPct === 'number') &&
    typeof trade.openedAtMs === 'number' &&
    typeof trade.closedAtMs === 'number' &&
    (trade.enterTag === null || typeof trade.enterTag === 'string') &&
    (trade.exitReason === null || typeof trade.exitReason === 'string')
  );
}

function checked<Schema extends v.GenericSchema>(schema: Schema, body: Buffer, allowed: string): v.InferOutput<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw badInput('body', 'not JSON', allowed);
  }
  const read = v.safeParse(schema, json, { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw badInput(v.getDotPath(issue) ?? 'body', `found ${issue.received}`, allowed);
}
