// The points of an InfluxDB 2 in memory, with its habits: points of one series and time are merged field by field, a field's type is fixed per shard,
// a read over shards of two types silently returns one of them, and what is older than the retention is dropped.
import { type FieldType, type FieldValue, type ParsedPoint, parseLines } from './line-parser.ts';

const DAY_S = 86_400;

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
  readonly #types = new Map<string, FieldType>();

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
    let outside = 0;
    for (const point of points) {
      const timeNs = point.timeNs ?? nowNs;
      if (oldestNs !== undefined && timeNs < oldestNs) {
        outside += 1;
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
    if (outside === 0) return undefined;
    const hours = this.retentionS / 3_600;
    return said(`dropped ${outside} points outside retention policy of duration ${hours}h0m0s - oldest point`, outside);
  }

  /** Writes lines of text; throws with the server's words when any of them cannot be. */
  writeLines(text: string, nowNs: bigint): void {
    const parsed = parseLines(text);
    const problem = 'message' in parsed ? parsed.message : this.write(parsed.points, nowNs);
    if (problem !== undefined) throw new Error(problem);
  }

  /** Every field of every series that has points at startNs <= time < stopNs; `newest`: of two types that of the newest shard, else of the oldest. */
  *read(startNs: bigint, stopNs: bigint, newest: boolean): Generator<FieldSeries> {
    for (const { measurement, tags, columns } of this.#series.values()) {
      for (const [field, shards] of columns) {
        const within = [...shards]
          .sort(([a], [b]) => a - b)
          .map(([, column]) => ({ type: column.type, points: cut(sorted(column), startNs, stopNs) }))
          .filter(({ points }) => points.length > 0);
        const type = (newest ? within.at(-1) : within[0])?.type;
        if (type === undefined) continue;
        const points = within.filter((shard) => shard.type === type).flatMap((shard) => shard.points);
        yield { measurement, tags, field, type, points };
      }
    }
  }

  #shardOf(timeNs: bigint): number {
    const seconds = Number(timeNs / 1_000_000_000n) - (timeNs < 0n ? 1 : 0);
    return Math.floor(seconds / this.#shardS) * this.#shardS;
  }

  #conflictOf({ measurement, fields }: ParsedPoint, timeNs: bigint): string | undefined {
    const shard = this.#shardOf(timeNs);
    for (const [field, type] of fields) {
      const known = this.#types.get(JSON.stringify([shard, measurement, field]));
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
      this.#types.set(JSON.stringify([shard, measurement, field]), type);
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
