// Candles that a command on this host imports through the running service: columns of doubles, each as base64, checked whole before anything is kept.
import * as v from 'valibot';
import { badInput } from '#domain/fault.ts';
import { type Candles, requirePair, timeframeMs } from '#domain/market.ts';
import { refuse, sendJson } from './answer.ts';
import { readBody, tooLarge } from './body.ts';
import type { LocalImports } from './local-imports.ts';
import type { Door, Exchange } from './route.ts';

const BODY = 33_554_432;
const ALLOWED = '{"pair": "...", "timeframe": "5m", "openTimeMs": "base64 of doubles", "open": ..., ...}';
const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
const column = v.pipe(v.string(), v.base64());
const Body = v.object({
  pair: v.string(),
  timeframe: v.string(),
  openTimeMs: column,
  open: column,
  high: column,
  low: column,
  close: column,
  volume: column,
});

/** Takes candles of one series; answers with how many came. */
export async function answerCandlesImport({
  request,
  response,
  front,
}: Exchange<Door & { readonly imports: LocalImports }>): Promise<void> {
  const body = await readBody(request, BODY);
  if (body === undefined) return refuse(response, tooLarge(BODY));
  const candles = candlesIn(body);
  await front.imports.candles(candles);
  sendJson(response, 200, { candles: candles.openTimeMs.length });
}

function candlesIn(body: Buffer): Candles {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw badInput('body', 'not JSON', ALLOWED);
  }
  const read = v.safeParse(Body, json, { abortEarly: true });
  if (!read.success) throw badInput(v.getDotPath(read.issues[0]) ?? 'body', 'not as it should be', ALLOWED);
  const { pair, timeframe } = read.output;
  const stepMs = timeframeMs(timeframe);
  if (stepMs === undefined) throw badInput('timeframe', JSON.stringify(timeframe), 'a timeframe, e.g. 5m');
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, doublesIn(name, read.output[name])])) as Readonly<
    Record<(typeof COLUMNS)[number], Float64Array>
  >;
  requireSeries(columns);
  return { pair: requirePair(pair, 'pair'), timeframe, timeframeMs: stepMs, ...columns };
}

function doublesIn(name: string, text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % Float64Array.BYTES_PER_ELEMENT !== 0) throw badInput(name, `${bytes.length} bytes`, ALLOWED);
  const shared = new SharedArrayBuffer(bytes.length);
  bytes.copy(new Uint8Array(shared));
  return new Float64Array(shared);
}

/** Times ascend in whole milliseconds and prices are finite; a volume may be NaN. */
function requireSeries(columns: Readonly<Record<(typeof COLUMNS)[number], Float64Array>>): void {
  const { openTimeMs } = columns;
  for (const name of COLUMNS) {
    const values = columns[name];
    if (values.length !== openTimeMs.length) throw badInput(name, `${values.length} values`, `${openTimeMs.length}`);
    if (name !== 'volume' && !values.every(Number.isFinite)) throw badInput(name, 'not finite', 'finite numbers');
  }
  const isOrdered = openTimeMs.every(
    (timeMs, index) => Number.isSafeInteger(timeMs) && (index === 0 || timeMs > (openTimeMs[index - 1] as number)),
  );
  if (!isOrdered) throw badInput('openTimeMs', 'not ascending', 'whole milliseconds, ascending');
}
