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

/** Rows of one request to the service, which serves others meanwhile. */
const SLICE = 5_000;
/** Trades of one commit where nobody else waits for it. */
const DIRECT_SLICE = 50_000;
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
      const told = await tellService(config, '/local/signals', {
        rows: signals,
        body: (slice) => ({ pair, signals: slice }),
        onAnswer: () => undefined,
      });
      if (told < signals.length) await (await directly()).entries.remember(pair, signals.slice(told));
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
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
