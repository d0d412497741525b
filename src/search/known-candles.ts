// Whether there are candles for a study at all, asked of names alone before it is queued. Where that cannot be known soon the study is queued: the worker will say.
import { badInput } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import { lackingCandles, nearestNames } from '#market/candles.ts';
import type { CandleStore } from '#store/store.ts';

/** Where candles may be. */
export interface CandlePlaces {
  /** A freqtrade data folder; undefined: the hub's candles alone, and nothing is asked. */
  readonly candlesFolder?: string | undefined;
  /** The hub's, which stand in for what the folder lacks; absent: it has none. */
  readonly candles?: Pick<CandleStore, 'list'> | undefined;
  readonly clock: Clock;
}

/** How long the hub may take to say what it has. */
const HUB_PATIENCE_MS = 1_000;

/**
 * Throws BAD_USER_INPUT naming `pair`, or `timeframe` where the pair has candles of others, with the nearest names, when neither folder nor hub has
 * candles of `spec`. A folder that cannot be read and a hub that does not answer refuse nothing.
 */
export async function requireKnownCandles(
  { pair, timeframe }: Pick<StudySpec, 'pair' | 'timeframe'>,
  { candlesFolder, candles, clock }: CandlePlaces,
): Promise<void> {
  if (candlesFolder === undefined) return;
  const lacking = await lackingCandles(candlesFolder, pair, timeframe).catch(() => undefined);
  if (lacking === undefined) return;
  const inHub = candles === undefined ? [] : await soon(candles, clock);
  if (inHub === undefined || inHub.some((each) => each.pair === pair && each.timeframe === timeframe)) return;
  const others = inHub.filter((each) => each.pair === pair).map((each) => each.timeframe);
  const timeframes = [...new Set([...lacking.timeframes, ...others])].sort();
  if (timeframes.length > 0) throw badInput('timeframe', `no candles of ${pair} ${timeframe}`, timeframes.join(', '));
  const ofHub = nearestNames(pair, [...new Set(inHub.map((each) => each.pair))]).slice(0, 5);
  const near = lacking.nearest.length > 0 ? lacking.nearest : ofHub;
  const there = near.length === 0 ? 'there are none' : `nearest there: ${near.join(', ')}`;
  throw badInput('pair', `no candles of ${pair} ${timeframe}`, `a pair that has candles; ${there}`);
}

/** What the hub lists; undefined when it fails, or takes long. */
async function soon(candles: Pick<CandleStore, 'list'>, clock: Clock) {
  const ended = new AbortController();
  const late = clock.sleep(HUB_PATIENCE_MS, ended.signal).then(() => undefined);
  return await Promise.race([candles.list(ended.signal).catch(() => undefined), late]).finally(() => ended.abort());
}
