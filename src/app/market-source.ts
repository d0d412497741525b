// Where a command takes candles and entries from: a folder, the hub, or a running bot; a file, the hub, or every candle.
import { stat } from 'node:fs/promises';
import { badInput, Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import { type Material, materialFor, type StudySources } from '#search/search.ts';
import type { HubDesk } from '#store/open.ts';
import { candleBot, isBotUrl } from './bot-candles.ts';

/** What `--candles` takes, for its help. */
export const CANDLE_SOURCES =
  'freqtrade data folder, `hub`, or a bot: http://USER:PASSWORD@HOST:8080 (default: PARAMGATE_CANDLES)';
/** What `--entries` takes, for its help. */
export const ENTRY_SOURCES = "CSV time,side, or `every_candle` (default: the pair's in the hub, else every candle)";

const EVERY_CANDLE = 'every_candle';

/** Options as given. */
export interface SourceOptions {
  readonly candles?: string | undefined;
  readonly entries?: string | undefined;
}

/** What a command reads, until it is disposed. */
export interface MarketSource {
  readonly sources: StudySources;
  /** CSV of entries; null: none is named. */
  readonly entriesFile: string | null;
  /** What a study of `market` is run on. */
  materialOf(market: Pick<StudySpec, 'pair' | 'timeframe'>): Promise<Material>;
}

/**
 * The sources that `options` name; `configured` is the folder of the configuration, `hub` the hub. Throws BAD_USER_INPUT naming the flag without any
 * source of candles, UNUSABLE_INPUT for a file of entries that is not there.
 */
export async function marketSource(
  { candles, entries }: SourceOptions,
  configured: string | undefined,
  hub: Pick<HubDesk, 'candles' | 'entries'>,
): Promise<MarketSource> {
  const asked = candles ?? configured;
  if (asked === undefined) {
    throw badInput(
      '--candles',
      'no folder is given',
      'a freqtrade data folder, here or in PARAMGATE_CANDLES; hub; a bot',
    );
  }
  const entriesFile = entries === undefined || entries === EVERY_CANDLE ? null : entries;
  const entriesStamp =
    entriesFile === null ? (entries === undefined ? undefined : 'every candle') : await stampOf(entriesFile);
  const bot = isBotUrl(asked) ? asked : undefined;
  const candlesFolder = bot === undefined && asked !== 'hub' ? asked : undefined;
  const named = { candles: hub.candles, entries: hub.entries, entriesStamp };
  // A folder that is named is meant alone: the hub does not stand in for what it lacks.
  const sources = { ...named, candlesFolder, candles: candlesFolder === undefined ? hub.candles : NO_CANDLES };
  return {
    sources,
    entriesFile,
    materialOf: async (market) => {
      if (bot === undefined) return materialFor(market, sources);
      await using asking = candleBot(bot);
      const found = await asking.candles(market.pair, market.timeframe);
      if (found !== undefined) {
        const read = async () => found.candles;
        return materialFor(market, { ...sources, candles: { read, list: async () => [] } });
      }
      const pairs = await asking.pairs();
      throw new Fault(
        'UNUSABLE_INPUT',
        `the bot at ${asking.name} has no candles of ${market.pair} ${market.timeframe}; it trades ${await asking.timeframe()} of ${pairs.join(', ')}`,
      );
    },
  };
}

const NO_CANDLES: StudySources['candles'] = {
  read: async ({ pair, timeframe }) => ({ ...EMPTY, pair, timeframe }),
  list: async () => [],
};
const none = new Float64Array(0);
const EMPTY = { timeframeMs: 0, openTimeMs: none, open: none, high: none, low: none, close: none, volume: none };

async function stampOf(file: string): Promise<string> {
  const found = await stat(file).catch((error: unknown) => {
    throw new Fault('UNUSABLE_INPUT', `${file}: cannot be read (it does not exist)`, { field: file, cause: error });
  });
  return `${file} ${found.mtimeMs} ${found.size}`;
}
