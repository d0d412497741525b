// Where a command leaves what it imports: with the running service when there is one, else in the data folder directly, under the gateway's lock.
import type { Log } from '#domain/log.ts';
import type { HistoricalSignal } from '#domain/market.ts';
import { requireTrades } from '#domain/trade.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import type { GatewayStore } from '#store/store.ts';
import { openRecorder, type Recorded, type Recorder } from '#trades/trades.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';
import { gatewayLock } from './gateway-lock.ts';
import { askLocalGateway } from './local-gateway.ts';

export interface HubImport extends AsyncDisposable {
  readonly recorder: Recorder;
  /** Keeps historical signals of `pair`; twice is the same as once. */
  rememberSignals(pair: string, signals: readonly HistoricalSignal[]): Promise<void>;
}

/** Rows of one request to the service. */
const SLICE = 5_000;
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
  /** Hands `rows` over slice by slice: to the service while it answers, to `direct` from then on. */
  const handOver = async <Row, End>(
    rows: readonly Row[],
    path: string,
    parts: {
      readonly body: (slice: readonly Row[]) => object;
      readonly direct: (slice: readonly Row[], store: GatewayStore) => Promise<End>;
      readonly told: (end: unknown, done: number) => void;
    },
  ) => {
    for (let from = 0; from < rows.length; from += SLICE) {
      const slice = rows.slice(from, from + SLICE);
      const answer = opening === undefined ? await askLocalGateway(config, path, parts.body(slice)) : undefined;
      parts.told(answer ?? (await parts.direct(slice, await directly())), from + slice.length);
    }
  };
  return {
    recorder: {
      record: async (trades, onProgress) => {
        const sum = { recorded: 0, updated: 0, known: 0 };
        await handOver(trades, '/local/trades', {
          body: (slice) => ({ trades: slice }),
          direct: (slice, { recorded, trades: port }) =>
            openRecorder({ recorded, record: (part) => port.record(requireTrades(part)) }).record(slice),
          told: (end, done) => {
            const counts = countsOf(end);
            sum.recorded += counts.recorded;
            sum.updated += counts.updated;
            sum.known += counts.known;
            onProgress?.(done);
          },
        });
        return sum;
      },
    },
    rememberSignals: (pair, signals) =>
      handOver(signals, '/local/signals', {
        body: (slice) => ({ pair, signals: slice }),
        direct: (slice, { entries }) => entries.remember(pair, slice),
        told: () => undefined,
      }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function countsOf(end: unknown): Recorded {
  const count = (name: string) => {
    const value = typeof end === 'object' && end !== null ? Reflect.get(end, name) : undefined;
    if (typeof value !== 'number') throw new Error(`the service tells no count of ${name}`);
    return value;
  };
  return { recorded: count('recorded'), updated: count('updated'), known: count('known') };
}
