// Where a study's candles and entries come from: a file of the folder before the hub, entries of the hub before an entry at every candle. What they were
// is told by a short text, so that a later study can see whether anything has changed since.
import { createHash } from 'node:crypto';
import { Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import { type CandleFile, candlesStamp, listCandles, nearestNames, seriesCandles } from '#market/candles.ts';
import type { CandleStore, EntryStore } from '#store/store.ts';
import type { StudyTask } from './thread-messages.ts';

/** What studies may use. */
export interface StudySources {
  /** A freqtrade data folder; undefined: the hub's candles alone. */
  readonly candlesFolder: string | undefined;
  readonly candles: Pick<CandleStore, 'read' | 'list'>;
  readonly entries: Pick<EntryStore, 'read'>;
  /** What tells whether the file of entries has changed that is used instead of the hub's; absent: the hub's are. */
  readonly entriesStamp?: string | undefined;
}

/** What one study is run on, but for a file of entries. */
export interface Material extends Pick<StudyTask, 'candlesFolder' | 'candles' | 'signals'> {
  /** Equal when neither candles nor entries have changed. */
  readonly basis: string;
}

/** Later than any candle or entry. */
const EVER_MS = 9_223_372_036_000;

type Market = Pick<StudySpec, 'pair' | 'timeframe'>;

/** The pairs whose candles of `timeframe` are in the folder, or in the hub where there is no folder; by name. Rejects with UNUSABLE_INPUT without any. */
export async function pairsOf(
  { candlesFolder, candles }: Pick<StudySources, 'candlesFolder' | 'candles'>,
  timeframe: string,
): Promise<readonly string[]> {
  const listed: readonly Market[] =
    candlesFolder === undefined ? await candles.list() : await listCandles(candlesFolder);
  const pairs = listed.filter((each) => each.timeframe === timeframe).map(({ pair }) => pair);
  if (pairs.length > 0) return [...new Set(pairs)].sort();
  const there = [...new Set(listed.map((each) => each.timeframe))].sort();
  const where = candlesFolder ?? "the hub's CANDLES";
  const found = there.length === 0 ? `${where} holds no candles` : `no pair has candles of ${timeframe} in ${where}`;
  throw new Fault('UNUSABLE_INPUT', `${found}${there.length === 0 ? '' : `; there are: ${there.join(', ')}`}`, {
    field: where,
  });
}

/** What a study of `market` is run on. Rejects with the Fault of what cannot be used, HUB_UNAVAILABLE among them. */
export async function materialFor(market: Market, sources: StudySources): Promise<Material> {
  const { candlesFolder } = sources;
  const { entriesStamp } = sources;
  const signals =
    entriesStamp === undefined ? await sources.entries.read({ pair: market.pair, fromMs: 0, toMs: EVER_MS }) : [];
  const entries =
    entriesStamp ??
    (signals.length === 0
      ? 'every candle'
      : `${signals.length} entries ${digest((hash) => hash.update(JSON.stringify(signals)))}`);
  const stamp =
    candlesFolder === undefined
      ? NO_FOLDER
      : await candlesStamp(candlesFolder, market.pair, market.timeframe).catch(faultOf);
  if (typeof stamp === 'string') return { candlesFolder: candlesFolder ?? '', signals, basis: `${stamp}; ${entries}` };
  const candles = await hubCandles(market, sources.candles);
  if (candles === undefined) throw candlesFolder === undefined ? await nothingInHub(market, sources.candles) : stamp;
  const { count, fromMs, toMs } = candles.report;
  return {
    candlesFolder: '',
    candles,
    signals,
    basis: `hub ${count} ${fromMs} ${toMs} ${candlesDigest(candles)}; ${entries}`,
  };
}

/** The hub's candles of `market`, checked as a file's are; undefined: it has none. */
export async function hubCandles(
  { pair, timeframe }: Market,
  candles: Pick<CandleStore, 'read'>,
): Promise<CandleFile | undefined> {
  const read = await candles.read({ pair, timeframe, fromMs: 0, toMs: EVER_MS });
  return read.openTimeMs.length === 0 ? undefined : seriesCandles(read, `hub CANDLES of ${pair} ${timeframe}`);
}

const NO_FOLDER = new Fault('UNUSABLE_INPUT', 'no folder of candles is configured (PARAMGATE_CANDLES)');

async function nothingInHub({ pair, timeframe }: Market, candles: Pick<CandleStore, 'list'>): Promise<Fault> {
  const there = Map.groupBy(await candles.list(), (each) => each.pair);
  if (there.size === 0) return NO_FOLDER;
  const nearest = nearestNames(pair, [...there.keys()])
    .slice(0, 5)
    .map((name) => `${name} (${(there.get(name) ?? []).map((each) => each.timeframe).join(', ')})`);
  const found = `no candles of ${pair} ${timeframe} in the hub's CANDLES; nearest there: ${nearest.join(', ')}`;
  return new Fault('UNUSABLE_INPUT', found, { field: 'pair' });
}

/** A Fault as a value; anything else is thrown on. */
function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  throw error;
}

function candlesDigest({ candles }: CandleFile): string {
  const { openTimeMs, open, high, low, close } = candles;
  return digest((hash) => {
    for (const { buffer, byteOffset, byteLength } of [openTimeMs, open, high, low, close])
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  });
}

function digest(take: (hash: ReturnType<typeof createHash>) => void): string {
  const hash = createHash('sha256');
  take(hash);
  return hash.digest('hex').slice(0, 16);
}
