// Where a command leaves what it imports: with the running service when there is one, else in the data folder directly, under the gateway's lock.

import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Candles, HistoricalSignal } from '#domain/market.ts';
import { requireTrades } from '#domain/trade.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import type { GatewayStore } from '#store/store.ts';
import { openRecorder, type Recorded, type Recorder } from '#trades/trades.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';
import { gatewayLock } from './gateway-lock.ts';
import { askLocalGateway } from './local-gateway.ts';
import { importsWaiting, whenSettled } from './waiting-rows.ts';

export interface HubImport extends AsyncDisposable {
  readonly recorder: Recorder;
  /** Keeps historical signals of `pair`; twice is the same as once. */
  rememberSignals(pair: string, signals: readonly HistoricalSignal[]): Promise<void>;
  /**
   * Keeps candles; twice is the same as once. While what waits for the shared hub leaves no room, waits as long as some of it goes; then rejects with
   * HUB_UNAVAILABLE, and what is in already stays.
   */
  writeCandles(candles: Candles): Promise<void>;
  /** How many rows of candles and signals wait for the shared hub, when none do or nothing moves any more; what waits is sent by the next service. */
  waiting(): Promise<number>;
}

/** Rows of one request to the service, which serves others meanwhile. */
const SLICE = 5_000;
/** Trades of one commit where nobody else waits for it. */
const DIRECT_SLICE = 50_000;
/** Candles of one request, and of one commit. */
const CANDLES = 5_000;
/** A hub that has taken nothing for so long is not waited for. */
const PATIENCE_MS = 3_000;
/** How long the shared hub is waited for at the end; what is left is sent by the next service. */
const FINISH_MS = 5_000;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** An import into the data folder of `config`; opens nothing until asked. */
export function openHubImport(config: Config): HubImport {
  const open = new AsyncDisposableStack();
  let opening: Promise<GatewayStore> | undefined;
  const directly = () => {
    opening ??= (async () => {
      open.use(await gatewayLock(config.data));
      const hub = await openHub(config, silent);
      if (hub !== null) open.use(hub);
      const store = open.use(await openGatewayStore({ folder: config.data, log: silent, hubWrites: hubWrites(), hub }));
      open.defer(async () => store.outbox?.finish(AbortSignal.timeout(FINISH_MS)));
      return store;
    })();
    return opening;
  };
  /** No more at once than may wait for the shared hub. */
  const atOnce = (rows: number) => (config.influx === null ? rows : Math.min(rows, config.outboxRows));
  const rowsWaiting = async (): Promise<number> => {
    if (opening !== undefined) return importsWaiting(await (await opening).outbox?.status());
    const told = await askLocalGateway(config, '/local/outbox', { requests: [] });
    return importsWaiting(typeof told === 'object' && told !== null && 'outboxes' in told ? told.outboxes : []);
  };
  /** Tries `write` again while a full outbox gets emptier. */
  const whenThereIsRoom = async (write: () => Promise<void>): Promise<void> => {
    for (let emptied = 0; ; ) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== 'HUB_UNAVAILABLE') throw error;
        const before = await rowsWaiting();
        // Emptied since it was full; full again and again for somebody else's sake, it is not waited for.
        if (before === 0) emptied += 1;
        const left = await whenSettled(rowsWaiting, { enough: Math.floor(before / 2), patienceMs: PATIENCE_MS });
        if (before === 0 ? emptied > 3 : left >= before) throw error;
      }
    }
  };
  return {
    recorder: {
      record: async (trades, onProgress) => {
        const sum = { recorded: 0, updated: 0, known: 0 };
        const add = (counts: Recorded) => {
          sum.recorded += counts.recorded;
          sum.updated += counts.updated;
          sum.known += counts.known;
        };
        const told = await tellService(config, '/local/trades', {
          rows: trades,
          body: (slice) => ({ trades: slice }),
          onAnswer: (answer, done) => {
            add(countsOf(answer));
            onProgress?.(done);
          },
        });
        if (told === trades.length) return sum;
        const { recorded, trades: port } = await directly();
        const record = (part: Parameters<typeof requireTrades>[0]) => port.record(requireTrades(part));
        const recorder = openRecorder({ recorded, record, slice: DIRECT_SLICE });
        add(await recorder.record(trades.slice(told), (done) => onProgress?.(told + done)));
        return sum;
      },
    },
    rememberSignals: async (pair, signals) => {
      for (let from = 0; from < signals.length; from += atOnce(SLICE)) {
        const part = signals.slice(from, from + atOnce(SLICE));
        await whenThereIsRoom(async () => {
          const body = { pair, signals: part };
          if (opening === undefined && (await askLocalGateway(config, '/local/signals', body)) !== undefined) return;
          await (await directly()).entries.remember(pair, part);
        });
      }
    },
    writeCandles: async (candles) => {
      for (let from = 0; from < candles.openTimeMs.length; from += atOnce(CANDLES)) {
        const part = cut(candles, from, from + atOnce(CANDLES));
        await whenThereIsRoom(async () => {
          if (opening === undefined && (await askLocalGateway(config, '/local/candles', packed(part))) !== undefined)
            return;
          await (await directly()).candles.write(part);
        });
      }
    },
    waiting: () => whenSettled(rowsWaiting, { patienceMs: PATIENCE_MS }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;
type Columns = Pick<Candles, (typeof COLUMNS)[number]>;

/** Candles from <= index < to, over the same memory. */
function cut(candles: Candles, from: number, to: number): Candles {
  return { ...candles, ...(columnsOf((name) => candles[name].subarray(from, to)) as Columns) };
}

/** Candles as the service takes them: each column as base64. */
function packed({ pair, timeframe, ...candles }: Candles): object {
  const base64 = ({ buffer, byteOffset, byteLength }: Float64Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { pair, timeframe, ...columnsOf((name) => base64(candles[name])) };
}

function columnsOf<Value>(value: (name: (typeof COLUMNS)[number]) => Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(COLUMNS.map((name) => [name, value(name)]));
}

/** Hands rows to the running service slice by slice, while it answers; how many it has taken. */
async function tellService<Row>(
  config: Config,
  path: string,
  {
    rows,
    body,
    onAnswer,
  }: {
    readonly rows: readonly Row[];
    readonly body: (slice: readonly Row[]) => object;
    readonly onAnswer: (answer: unknown, done: number) => void;
  },
): Promise<number> {
  const tell = (from: number) => {
    const answer = askLocalGateway(config, path, body(rows.slice(from, from + SLICE)));
    answer.catch(() => undefined);
    return answer;
  };
  let next = rows.length === 0 ? undefined : tell(0);
  for (let from = 0; next !== undefined; from += SLICE) {
    const told = next;
    // The service reads the next slice while it keeps this one.
    next = from + SLICE < rows.length ? tell(from + SLICE) : undefined;
    const answer = await told;
    if (answer === undefined) {
      await next?.catch(() => undefined);
      return from;
    }
    onAnswer(answer, Math.min(from + SLICE, rows.length));
  }
  return rows.length;
}

function countsOf(end: unknown): Recorded {
  const count = (name: string) => {
    const value = typeof end === 'object' && end !== null ? Reflect.get(end, name) : undefined;
    if (typeof value !== 'number') throw new Error(`the service tells no count of ${name}`);
    return value;
  };
  return { recorded: count('recorded'), updated: count('updated'), known: count('known') };
}
