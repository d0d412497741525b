// The points of an InfluxDB 2 in memory, with its habits: points of one series and time are merged field by field, a field's type is fixed per shard,
// a read over shards of two types silently ends where the type changes, and what is older than the retention is dropped.
import { rfc3339 } from './annotated-csv.ts';
import { type FieldType, type FieldValue, type ParsedPoint, parseLines } from './line-parser.ts';

const DAY_S = 86_400;
/** How a real server ends a sentence about retention: with the bucket's id. */
const IN_DATABASE = ' for database: bc4cf38473c0f2cc for retention policy: autogen';
const MAX_TEXT_BYTES = 1_048_576;
/** 1970-01-05: shards of a week begin with a Monday. */
const A_MONDAY_S = 4 * DAY_S;

/** One field of one series as read: ascending in time. */
export interface FieldSeries {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly field: string;
  readonly type: FieldType;
  readonly points: readonly (readonly [timeNs: bigint, value: FieldValue])[];
}

interface ShardColumn {
  readonly type: FieldType;
  readonly points: Map<bigint, FieldValue>;
  sorted: [bigint, FieldValue][] | undefined;
}

interface Series {
  readonly measurement: string;
  readonly tags: ReadonlyMap<string, string>;
  /** By field, then by the shard's start in seconds. */
  readonly columns: Map<string, Map<number, ShardColumn>>;
}

export class BucketPoints {
  readonly retentionS: number;
  readonly #shardS: number;
  readonly #series = new Map<string, Series>();
  /** By measurement and field, then by the shard's start in seconds. */
  readonly #types = new Map<string, Map<number, FieldType>>();

  constructor(retentionS: number) {
    this.retentionS = retentionS;
    this.#shardS = retentionS === 0 || retentionS >= 180 * DAY_S ? 7 * DAY_S : retentionS >= 2 * DAY_S ? DAY_S : 3_600;
  }

  get shardSeconds(): number {
    return this.#shardS;
  }

  /**
   * Writes what can be; the message of what was dropped, undefined when nothing was. As in a real server, whose shards are written side by side, only one
   * of the shards with conflicts is heard, and what is outside the retention only when there is none.
   */
  write(points: readonly ParsedPoint[], nowNs: bigint): string | undefined {
    const oldestNs = this.retentionS === 0 ? undefined : nowNs - BigInt(this.retentionS) * 1_000_000_000n;
    const conflicts = new Map<number, { readonly why: string; dropped: number }>();
    const outside: { readonly point: ParsedPoint; readonly timeNs: bigint }[] = [];
    for (const point of points) {
      const timeNs = point.timeNs ?? nowNs;
      if (oldestNs !== undefined && timeNs < oldestNs) {
        outside.push({ point, timeNs });
        continue;
      }
      const found = this.#conflictOf(point, timeNs);
      if (found === undefined) this.#add(point, timeNs);
      else {
        const shard = this.#shardOf(timeNs);
        const heard = conflicts.get(shard) ?? { why: found, dropped: 0 };
        conflicts.set(shard, heard);
        heard.dropped += 1;
      }
    }
    const said = (why: string, dropped: number) =>
      `failure writing points to database: partial write: ${why} dropped=${dropped}`;
    const [heard] = conflicts.values();
    if (heard !== undefined) return said(heard.why, heard.dropped);
    const [oldest, newest] = [-1, 1].map((sign) => outside.toSorted((a, b) => sign * Number(b.timeNs - a.timeNs))[0]);
    if (oldest === undefined || newest === undefined || oldestNs === undefined) return undefined;
    const bound = `dropped because it violates a Retention Policy Lower Bound at ${rfc3339(oldestNs)}`;
    const named = ({
      point: { measurement, tags },
      timeNs,
    }: {
      readonly point: ParsedPoint;
      readonly timeNs: bigint;
    }) => `${[measurement, ...tags.map((tag) => tag.join('='))].join(',')} at ${rfc3339(timeNs)} ${bound}`;
    const kept = `outside retention policy of duration ${this.retentionS / 3_600}h0m0s`;
    const ends = `oldest point ${named(oldest)}, newest point ${named(newest)}`;
    return `${said(`dropped ${outside.length} points ${kept} - ${ends}`, outside.length)}${IN_DATABASE}`;
  }

  /** Writes lines of text; throws with the server's words when any of them cannot be. */
  writeLines(text: string, nowNs: bigint): void {
    const parsed = parseLines(text);
    const problem = 'message' in parsed ? parsed.message : this.write(parsed.points, nowNs);
    if (problem !== undefined) throw new Error(problem);
  }

  /**
   * Every field of every series that has points at startNs <= time < stopNs; `newest`: the newest are asked for. As in a real server a read goes from shard to
   * shard, oldest first or newest first, and ends, without a word and for every series, where a field has another type than in the shard it
   * began with. The shard that begins at `stopNs` is one of them.
   */
  *read(startNs: bigint, stopNs: bigint, newest: boolean): Generator<FieldSeries> {
    const walks = new Map<string, { readonly type: FieldType; readonly shards: ReadonlySet<number> } | undefined>();
    for (const { measurement, tags, columns } of this.#series.values()) {
      for (const [field, shards] of columns) {
        const name = JSON.stringify([measurement, field]);
        if (!walks.has(name)) walks.set(name, this.#walk(name, { startNs, stopNs }, newest));
        const walk = walks.get(name);
        if (walk === undefined) continue;
        const points = [...shards]
          .filter(([shard]) => walk.shards.has(shard))
          .sort(([a], [b]) => a - b)
          .flatMap(([, column]) => cut(sorted(column), startNs, stopNs));
        if (points.length > 0) yield { measurement, tags, field, type: walk.type, points };
      }
    }
  }

  /** Everything that lies here, fields of two types as two. */
  *all(): Generator<FieldSeries> {
    for (const { measurement, tags, columns } of this.#series.values()) {
      for (const [field, shards] of columns) {
        for (const [type, alike] of Map.groupBy(shards.values(), ({ type }) => type))
          yield { measurement, tags, field, type, points: alike.flatMap(sorted) };
      }
    }
  }

  /** The shards that a read of one field gets to, all of one type. */
  #walk(
    name: string,
    { startNs, stopNs }: { readonly startNs: bigint; readonly stopNs: bigint },
    newest: boolean,
  ): { readonly type: FieldType; readonly shards: ReadonlySet<number> } | undefined {
    const [first, last] = [this.#shardOf(startNs), this.#shardOf(stopNs)];
    const within = [...(this.#types.get(name) ?? [])]
      .filter(([shard]) => shard >= first && shard <= last)
      .sort(([a], [b]) => (newest ? b - a : a - b));
    const type = within[0]?.[1];
    if (type === undefined) return undefined;
    const other = within.findIndex(([, found]) => found !== type);
    return { type, shards: new Set(within.slice(0, other < 0 ? within.length : other).map(([shard]) => shard)) };
  }

  #shardOf(timeNs: bigint): number {
    const seconds = Number(timeNs / 1_000_000_000n) - (timeNs < 0n ? 1 : 0);
    return Math.floor((seconds - A_MONDAY_S) / this.#shardS) * this.#shardS + A_MONDAY_S;
  }

  #conflictOf({ measurement, fields }: ParsedPoint, timeNs: bigint): string | undefined {
    const shard = this.#shardOf(timeNs);
    for (const [field, type, value] of fields) {
      const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0;
      if (bytes > MAX_TEXT_BYTES)
        return `input field "${field}" on measurement "${measurement}" is too long, ${bytes} > ${MAX_TEXT_BYTES}`;
      const known = this.#types.get(JSON.stringify([measurement, field]))?.get(shard);
      if (known !== undefined && known !== type) {
        return `field type conflict: input field "${field}" on measurement "${measurement}" is type ${GO[type]}, already exists as type ${GO[known]}`;
      }
    }
    return undefined;
  }

  #add({ measurement, tags, fields }: ParsedPoint, timeNs: bigint): void {
    const shard = this.#shardOf(timeNs);
    const key = JSON.stringify([measurement, tags]);
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { measurement, tags: new Map(tags), columns: new Map() };
      this.#series.set(key, series);
    }
    for (const [field, type, value] of fields) {
      const name = JSON.stringify([measurement, field]);
      const types = this.#types.get(name) ?? new Map<number, FieldType>();
      this.#types.set(name, types.set(shard, type));
      const shards = series.columns.get(field) ?? new Map<number, ShardColumn>();
      series.columns.set(field, shards);
      const column = shards.get(shard) ?? { type, points: new Map<bigint, FieldValue>(), sorted: undefined };
      shards.set(shard, column);
      column.points.set(timeNs, value);
      column.sorted = undefined;
    }
  }
}

const GO: Readonly<Record<FieldType, string>> = {
  double: 'float',
  long: 'integer',
  unsignedLong: 'unsigned',
  boolean: 'boolean',
  string: 'string',
};

function sorted(column: ShardColumn): [bigint, FieldValue][] {
  column.sorted ??= [...column.points].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return column.sorted;
}

function cut(points: [bigint, FieldValue][], startNs: bigint, stopNs: bigint): [bigint, FieldValue][] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || last[0] < startNs || first[0] >= stopNs) return [];
  if (first[0] >= startNs && last[0] < stopNs) return points;
  return points.filter(([timeNs]) => timeNs >= startNs && timeNs < stopNs);
}
