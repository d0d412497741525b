// An InfluxDB 2 in this process: strict about what it is sent, honest about what it holds, and able to misbehave. Over real sockets, on a port of its own.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Kept, keptFile } from './kept-file.ts';
import { parseLines } from './line-parser.ts';
import { type Misbehaviour, mischief } from './misbehaviour.ts';
import { BucketPoints, type FieldSeries } from './point-store.ts';
import { answerRequest, type StandInCounts } from './stand-in-routes.ts';

/** What a token may do: with these buckets (by name; 'all'), and whether it may make new ones. */
export interface TokenRights {
  readonly read: 'all' | readonly string[];
  readonly write: 'all' | readonly string[];
  readonly create?: boolean;
  /** Whether it sees the organisation; default: when it may make buckets. */
  readonly org?: boolean;
}

export interface StandInOptions {
  readonly org?: string;
  /** By token; default: `stand-in-token` may do everything. */
  readonly tokens?: Readonly<Record<string, TokenRights>>;
  /** Buckets there from the start, with their retention in seconds (0: for ever). Default: none. */
  readonly buckets?: Readonly<Record<string, number>>;
  readonly port?: number;
  /** A file where everything it acknowledges is kept, and from which it starts: its own death loses nothing. Default: none. */
  readonly keptIn?: string;
  /** Wall time; default: the system's. */
  readonly nowMs?: () => number;
}

export interface InfluxStandIn extends AsyncDisposable {
  readonly url: string;
  readonly org: string;
  /** The first of the tokens. */
  readonly token: string;
  readonly counts: StandInCounts;
  /** The Flux texts asked, oldest first. */
  readonly queries: readonly string[];
  misbehave(trouble: Misbehaviour): void;
  /** From now on it behaves. */
  calm(): void;
  addBucket(name: string, retentionS?: number): void;
  dropBucket(name: string): void;
  /** Changes what tokens may do; tokens not named are not known any more. */
  allow(tokens: Readonly<Record<string, TokenRights>>): void;
  /** Writes lines as if somebody else had, past every misbehaviour; throws what a client would be told. */
  seed(bucket: string, lines: readonly string[]): void;
  /** Everything in `bucket`. */
  contents(bucket: string): readonly FieldSeries[];
  /** How many different (measurement, tags, time) there are of `measurement`. */
  pointCount(bucket: string, measurement: string): number;
  /** Refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function startInfluxStandIn(options: StandInOptions = {}): Promise<InfluxStandIn> {
  const { org = 'fleet', nowMs = Date.now } = options;
  let tokens: Readonly<Record<string, TokenRights>> = options.tokens ?? {
    'stand-in-token': { read: 'all', write: 'all', create: true },
  };
  const first = Object.keys(tokens)[0] ?? '';
  const buckets = new Map<string, BucketPoints>();
  for (const [name, retentionS] of Object.entries(options.buckets ?? {}))
    buckets.set(name, new BucketPoints(retentionS));
  const kept = options.keptIn === undefined ? undefined : keptFile(options.keptIn);
  for (const one of kept?.before ?? []) {
    if ('text' in one) replay(buckets, one, nowMs());
    else if (one.is === 'dropped') buckets.delete(one.bucket);
    else buckets.set(one.bucket, new BucketPoints(one.retentionS));
  }
  const troubles = mischief();
  const queries: string[] = [];
  const counts: StandInCounts = {
    queries: 0,
    writes: 0,
    lines: 0,
    writeBytes: 0,
    answerBytes: 0,
    requests: 0,
    aborted: 0,
    open: 0,
    mostOpen: 0,
  };
  const hub = {
    org,
    rightsOf: (token: string) => tokens[token],
    buckets,
    troubles,
    queries,
    counts,
    kept: (bucket: string, text: string) => kept?.write({ bucket, text }),
    nowNs: () => BigInt(Math.trunc(nowMs())) * 1_000_000n,
  };
  let server: Server | undefined;
  let port = options.port ?? 0;
  const up = async () => {
    const starting = createServer((request, response) => void answerRequest(request, response, hub));
    starting.keepAliveTimeout = 180_000;
    await new Promise<void>((resolve, reject) => {
      starting.once('error', reject);
      starting.listen(port, '127.0.0.1', resolve);
    });
    port = (starting.address() as AddressInfo).port;
    server = starting;
  };
  const down = async () => {
    const ending = server;
    server = undefined;
    if (ending === undefined) return;
    const closed = new Promise<void>((resolve) => ending.close(() => resolve()));
    ending.closeAllConnections();
    await closed;
  };
  await up();
  const bucketOf = (name: string) => {
    const found = buckets.get(name);
    if (found === undefined) throw new Error(`the stand-in has no bucket ${name}`);
    return found;
  };
  const contents = (name: string) => [...bucketOf(name).all()];
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    org,
    token: first,
    counts,
    queries,
    misbehave: (trouble) => troubles.add(trouble),
    calm: () => troubles.clear(),
    addBucket: (name, retentionS = 0) => {
      buckets.set(name, new BucketPoints(retentionS));
      kept?.write({ bucket: name, is: 'made', retentionS });
    },
    dropBucket: (name) => {
      buckets.delete(name);
      kept?.write({ bucket: name, is: 'dropped' });
    },
    allow: (rights) => {
      tokens = rights;
    },
    seed: (name, lines) => bucketOf(name).writeLines(lines.join('\n'), hub.nowNs()),
    contents,
    pointCount: (name, measurement) => {
      const own = contents(name).filter((series) => series.measurement === measurement);
      return new Set(
        own.flatMap(({ tags, points }) => points.map(([timeNs]) => `${JSON.stringify([...tags])} ${timeNs}`)),
      ).size;
    },
    down,
    up,
    [Symbol.asyncDispose]: down,
  };
}

function replay(
  buckets: ReadonlyMap<string, BucketPoints>,
  one: Kept & { readonly text: string },
  nowMs: number,
): void {
  const parsed = parseLines(one.text);
  if ('points' in parsed) buckets.get(one.bucket)?.write(parsed.points, BigInt(Math.trunc(nowMs)) * 1_000_000n);
}
