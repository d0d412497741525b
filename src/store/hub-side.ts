// The hub as one side of a store sees it: in the data folder, or the fleet's InfluxDB with what this instance has still to tell it.
import type { Log } from '#domain/log.ts';
import type { Candles, HistoricalSignal } from '#domain/market.ts';
import { mark } from '#trace/trace.ts';
import type { FleetHub } from './fleet-hub.ts';
import type { CandleStore, EntryStore, ParamStore, TradeStore } from './hub.ts';
import type { HubWrites } from './hub-writes.ts';
import type { Outbox } from './outbox.ts';
import { CANDLES_PER_COMMIT, candleReader, entryReader } from './sqlite/candles.ts';
import { ReadFile } from './sqlite/read-file.ts';
import type { ReadPorts } from './sqlite/read-ports.ts';
import type { Writer } from './sqlite/writer.ts';

/** Everything of the hub that is read, and the candles and entries that are imported into it. */
export interface HubSide {
  readonly params: Pick<ParamStore, 'newest' | 'known'>;
  readonly trades: Omit<TradeStore, 'record'>;
  readonly candles: CandleStore;
  readonly entries: EntryStore;
  /** What waits for the shared hub; null: there is none. */
  readonly outbox: Outbox | null;
  close(): Promise<void>;
}

export interface HubSideOptions {
  readonly folder: string;
  readonly reads: Pick<ReadPorts, 'params' | 'trades'>;
  /** The side's writer and the hub files it writes; what they hold is told by this side. */
  readonly writer: Writer;
  readonly kinds: readonly ('gateway' | 'worker' | 'trades' | 'params')[];
  readonly hubWrites: HubWrites;
  readonly log: Log;
  /** Opens `candles.db` for writing, at the first write. */
  readonly candlesWriter: () => Promise<Writer>;
  /** Opens `imports.db` for writing, which holds the same for a hub that is elsewhere; absent: another side writes it. */
  readonly importsWriter?: () => Promise<Writer>;
}

/** The hub in the data folder. */
export function embeddedHubSide({
  folder,
  reads,
  candlesWriter,
}: Pick<HubSideOptions, 'folder' | 'reads' | 'candlesWriter'>): HubSide {
  const candles = new ReadFile(folder, 'candles');
  const worker = new ReadFile(folder, 'worker');
  return {
    params: reads.params,
    trades: reads.trades,
    candles: {
      ...candleReader(candles),
      write: (series) => written('writeCandles', candlesWriter, series),
    },
    entries: {
      ...entryReader(candles, worker),
      remember: (pair, signals) => remembered('rememberEntries', candlesWriter, { pair, signals }),
    },
    outbox: null,
    close: async () => {
      candles.close();
      worker.close();
    },
  };
}

/** The fleet's InfluxDB; begins at once to tell it what waits in the files of this side. */
export async function influxHubSide(hub: FleetHub, options: HubSideOptions): Promise<HubSide> {
  const { folder, writer, kinds, hubWrites, log, importsWriter } = options;
  // Loaded by those alone who have such a hub: an embedded one costs no memory for it.
  const [
    { openOutboxSide },
    { influxParams },
    { influxTrades },
    { influxCandles },
    { influxEntries },
    { importedHere },
  ] = await Promise.all([
    import('./influx/outbox-side.ts'),
    import('./influx/params-store.ts'),
    import('./influx/trade-store.ts'),
    import('./influx/candles-store.ts'),
    import('./influx/entries-store.ts'),
    import('./influx/imported-here.ts'),
  ]);
  const { influx, names } = hub;
  const outbox = openOutboxSide(folder, hub, { kinds, writer, importsWriter });
  const [imports, worker] = [new ReadFile(folder, 'imports'), new ReadFile(folder, 'worker')];
  const imported = importedHere(imports, outbox.imports, worker);
  const embedded = embeddedHubSide(options);
  const params = influxParams(influx, names, { pending: outbox.pending.params, clock: hub.clock });
  const trades = influxTrades({
    influx: hub.address,
    names,
    folder,
    log,
    onCost: (cost) => mark('hub.answered', { kind: 'trades', ...cost }),
  });
  const deaf = hubWrites.listen((write) => {
    if (write.kind === 'params') for (const record of write.records) params.noted(record);
    else trades.touched(write.trades);
  });
  return {
    params,
    trades,
    candles: {
      ...influxCandles(influx, names, imported),
      write: (series) => written('importCandles', importsWriter ?? elsewhere, series),
    },
    entries: {
      ...influxEntries(influx, names, {
        all: [embedded.entries, imported.entries],
        isWaiting: imported.hasWaitingEntries,
      }),
      remember: (pair, signals) => remembered('importEntries', importsWriter ?? elsewhere, { pair, signals }),
    },
    outbox,
    close: async () => {
      deaf();
      imports.close();
      worker.close();
      await trades.close();
      await outbox.close();
      await embedded.close();
    },
  };
}

async function elsewhere(): Promise<never> {
  throw new Error('what is imported is written by the gateway alone');
}

/** Writes `series` as `operation` of the file of `open`, part by part. */
export async function written(
  operation: 'writeCandles' | 'importCandles',
  open: () => Promise<Writer>,
  series: Candles,
): Promise<void> {
  const writer = await open();
  const { length } = series.openTimeMs;
  for (let from = 0; from < length; from += CANDLES_PER_COMMIT) {
    await writer.call(operation, { candles: series, from, to: Math.min(from + CANDLES_PER_COMMIT, length) });
  }
}

/** Keeps entries as `operation` of the file of `open`, part by part. */
export async function remembered(
  operation: 'rememberEntries' | 'importEntries',
  open: () => Promise<Writer>,
  { pair, signals }: { readonly pair: string; readonly signals: readonly HistoricalSignal[] },
): Promise<void> {
  const writer = await open();
  for (let from = 0; from < signals.length; from += CANDLES_PER_COMMIT) {
    await writer.call(operation, { pair, signals: signals.slice(from, from + CANDLES_PER_COMMIT) });
  }
}
