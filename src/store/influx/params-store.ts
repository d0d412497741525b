// Published levels on InfluxDB: read all together in one request. What this instance has published and the hub does not have yet is there already.
import type { ParamRecord } from '#domain/exit-params.ts';
import { isPair } from '#domain/market.ts';
import type { Clock } from '#domain/time.ts';
import type { ParamStore } from '#store/hub.ts';
import { mark } from '#trace/trace.ts';
import type { HubNames } from './bucket-names.ts';
import type { Influx } from './influx.ts';
import { newestParamsFlux } from './params-flux.ts';
import { paramRows } from './params-rows.ts';

export interface InfluxParams extends Required<Pick<ParamStore, 'newest' | 'known'>> {
  /** This process has published `record`: what is known has it from now on. */
  noted(record: ParamRecord): void;
}

type Records = ReadonlyMap<string, ParamRecord>;

/** What else published levels are made of. */
export interface InfluxParamsParts {
  /** What waits in the outbox of this instance, oldest first. */
  readonly pending: () => readonly ParamRecord[];
  readonly clock: Pick<Clock, 'now'>;
}

/** Published levels in `influx`. Reads reject with an InfluxFailure. */
export function influxParams(
  influx: Pick<Influx, 'query'>,
  names: HubNames,
  { pending, clock }: InfluxParamsParts,
): InfluxParams {
  /** Published by this process, and not yet known to be in what was read. */
  const own = new Map<string, ParamRecord>();
  let last: Records | undefined;
  return {
    newest: async (signal = new AbortController().signal) => {
      // Before the hub is asked: what has left the outbox by now is in its answer, what leaves it later is here.
      const waiting = pending();
      const still = new Set(waiting.map(instantOf));
      const arrived = [...own].filter(([, record]) => !still.has(instantOf(record)));
      const rows = paramRows();
      const cost = await influx.query(newestParamsFlux(names, clock.now().wallMs), rows.take, signal);
      mark('hub.answered', { kind: 'params', ...cost });
      const read = rows.records();
      for (const [key, record] of arrived) if (own.get(key) === record) own.delete(key);
      const ours = [...waiting, ...pending()];
      last = newestOf(new Map(read.records.map((record) => [keyOf(record), record])), ours);
      const odd = ours.filter(({ pair }) => !isPair(pair)).map(keyOf);
      const ignored = new Set([...read.ignored, ...odd]);
      return { records: [...newestOf(last, own.values()).values()], ignored: ignored.size };
    },
    known: () => last && { records: [...newestOf(last, own.values()).values()] },
    noted: (record) => {
      own.set(keyOf(record), record);
    },
  };
}

/** `records` with those of `others` that are pairs' and not older; of the same time the later one counts. */
function newestOf(records: Records, others: Iterable<ParamRecord>): Records {
  const newest = new Map(records);
  for (const record of others) {
    const before = newest.get(keyOf(record));
    if (isPair(record.pair) && (before === undefined || before.atMs <= record.atMs)) newest.set(keyOf(record), record);
  }
  return newest;
}

function keyOf({ pair, side }: ParamRecord): string {
  return JSON.stringify([pair, side]);
}

function instantOf(record: ParamRecord): string {
  return `${keyOf(record)} ${record.atMs}`;
}
