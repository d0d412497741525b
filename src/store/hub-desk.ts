// The hub for commands: published levels, closed trades, candles and entries, read beside whoever runs on the data folder, and candles and entries written: into
// the hub in the folder, or to where they wait for a shared one.
import type { Log } from '#domain/log.ts';
import type { FleetHub } from './fleet-hub.ts';
import type { CandleStore, EntryStore, ParamStore, SharedTradeHistory, TradeStore } from './hub.ts';
import { embeddedHubSide, remembered, written } from './hub-side.ts';
import { lazily } from './lazily.ts';
import { ReadFile } from './sqlite/read-file.ts';
import { readPorts } from './sqlite/read-ports.ts';
import { openWriter } from './sqlite/writer.ts';

/** Whoever writes holds a lock: in the data folder is the hub, or what waits for it. */
export interface HubDesk extends AsyncDisposable {
  readonly params: Pick<ParamStore, 'newest'>;
  readonly trades: Pick<TradeStore, 'sums'>;
  /** null: the hub is the data folder, which tells its own. */
  readonly history: SharedTradeHistory | null;
  readonly candles: CandleStore;
  readonly entries: EntryStore;
}

/** Opens the hub in `folder`, or the fleet's. Nothing is made, asked or locked before it is used. */
export async function openHubDesk({
  folder,
  hub,
  log,
}: {
  readonly folder: string;
  readonly hub: FleetHub | null;
  readonly log: Log;
}): Promise<HubDesk> {
  const reads = readPorts(folder);
  const writer = lazily(() => openWriter({ folder, kinds: ['candles'], sharedTime: null, outbox: null }, log));
  const side = embeddedHubSide({ folder, reads, candlesWriter: writer.get });
  const close = async () => {
    await side.close();
    await reads.close();
    await (await writer.opened())?.close();
  };
  if (hub === null) {
    const { params, trades, candles, entries } = side;
    return { params, trades, history: null, candles, entries, [Symbol.asyncDispose]: close };
  }
  const { influx, names } = hub;
  const [
    { influxParams },
    { influxTrades },
    { influxTradeHistory },
    { influxCandles },
    { influxEntries },
    { pendingOf },
    { outboxFiles },
    { importedHere },
  ] = await Promise.all([
    import('./influx/params-store.ts'),
    import('./influx/trade-store.ts'),
    import('./influx/trade-history.ts'),
    import('./influx/candles-store.ts'),
    import('./influx/entries-store.ts'),
    import('./influx/pending.ts'),
    import('./sqlite/outbox-files.ts'),
    import('./influx/imported-here.ts'),
  ]);
  const waiting = outboxFiles(folder, names, null);
  const [imports, worker] = [new ReadFile(folder, 'imports'), new ReadFile(folder, 'worker')];
  const imported = importedHere(imports, waiting.readers.imports, worker);
  const importsWriter = lazily(() => openWriter({ folder, kinds: ['imports'], sharedTime: null, outbox: hub }, log));
  const trades = influxTrades({ influx: hub.address, names, folder, log });
  return {
    params: influxParams(influx, names, { pending: pendingOf(waiting.readers).params, clock: hub.clock }),
    trades,
    history: influxTradeHistory(influx, names),
    candles: {
      ...influxCandles(influx, names, imported),
      write: (series) => written('importCandles', importsWriter.get, series),
    },
    entries: {
      ...influxEntries(influx, names, {
        all: [side.entries, imported.entries],
        isWaiting: imported.hasWaitingEntries,
      }),
      remember: (pair, signals) => remembered('importEntries', importsWriter.get, { pair, signals }),
    },
    [Symbol.asyncDispose]: async () => {
      await trades.close();
      waiting.close();
      imports.close();
      worker.close();
      await (await importsWriter.opened())?.close();
      await close();
    },
  };
}
