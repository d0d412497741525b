// The points of one span as columns, joined from narrow tables by (series, time): a table names one field of one series, and brings that field's values
// in ascending time. A point that lacks a field has NaN (or nothing) there; whether it counts is decided by whoever sums.
import { isPair, type Side } from '#domain/market.ts';
import { sourcesInTag } from '#domain/tag-sources.ts';
import { isoTime } from '#domain/time.ts';
import type { OwnTrade } from './own-trade.ts';
import {
  columnsOf,
  NUMBER_FIELDS,
  SIDES_BY_CODE,
  searched,
  sideCode,
  type TradeColumns,
  widened,
} from './trade-columns.ts';
import { bytesHash, type Hash, type IdentityPart, textHash } from './trade-identity.ts';
import type { NarrowSink, NarrowTable } from './trade-scan.ts';

/** One combination of tags: what all its points share. */
export interface TradeSeries {
  readonly key: string;
  /** null: no tag names a pair; such points count for nothing, as do those of names that are no pairs. */
  readonly pair: string | null;
  readonly isPair: boolean;
  readonly side: Side | null;
}

const IDENTITY: Readonly<Record<string, IdentityPart>> = { bot: 1, trade_id: 2, opened_at: 4 };

/** Times are nanoseconds since `dayMs`. */
export class TradeRows implements NarrowSink {
  readonly dayMs: number;
  readonly series: TradeSeries[] = [];
  /** The sources of tags, as they are named; each combination once. */
  readonly tags: (readonly string[])[] = [];
  count = 0;
  #columns: TradeColumns;
  readonly #seriesByKey = new Map<string, number>();
  readonly #tagIndex = new Map<string, number>();
  readonly #runs: { from: number; to: number; readonly others: Map<number, number> }[] = [];
  #table: { readonly field: string; readonly series: number; readonly opens: boolean } = {
    field: '',
    series: -1,
    opens: false,
  };
  #numbers: Float64Array | undefined;
  #cursor = 0;

  constructor(dayMs: number, size = 64) {
    this.dayMs = dayMs;
    this.#columns = columnsOf(size);
  }

  get columns(): TradeColumns {
    return this.#columns;
  }

  /** The time of the day `row` was closed at, epoch ms. */
  closedAtMs(row: number): number {
    return this.dayMs + Math.floor((this.#columns.ns[row] as number) / 1e6);
  }

  table({ field, tags }: NarrowTable): void {
    const key = JSON.stringify([...tags].sort(([a], [b]) => (a < b ? -1 : 1)));
    const series = this.#seriesByKey.get(key) ?? this.#addSeries(key, tags);
    const run = this.#runs[series] as { readonly from: number; readonly to: number };
    const opens = run.from === run.to;
    const known = NUMBER_FIELDS.find((name) => name === field);
    this.#numbers = known === undefined ? undefined : this.#columns.numbers[known];
    this.#table = { field, series, opens };
    this.#cursor = run.from - 1;
  }

  number(ns: number, value: number): void {
    if (this.#numbers === undefined) return;
    const row = this.#rowAt(ns);
    (this.#numbers as Float64Array)[row] = value;
  }

  text(ns: number, bytes: Uint8Array, span: { readonly from: number; readonly to: number }): void {
    const { field } = this.#table;
    const { from, to } = span;
    const part = IDENTITY[field];
    if (part !== undefined) this.#identify(this.#rowAt(ns), part, bytesHash(bytes, span, part));
    else if (field === 'side')
      this.#columns.side[this.#rowAt(ns)] = sideCode(
        Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1'),
      );
    else if (field === 'enter_tag')
      this.#columns.tag[this.#rowAt(ns)] = this.#tagOf(new TextDecoder().decode(bytes.subarray(from, to)));
  }

  /** Adds a trade of this day as it was recorded here, or that it left this day. */
  add(trade: OwnTrade, ns: number): void {
    const tags = new Map([['pair', trade.pair]]);
    const key = JSON.stringify([['own', trade.pair]]);
    const series = this.#seriesByKey.get(key) ?? this.#addSeries(key, tags);
    const row = this.#append(ns, series);
    const { numbers, side, own, tag } = this.#columns;
    numbers.leverage[row] = trade.leverage;
    numbers.profit_pct[row] = trade.profitPct;
    numbers.stop_loss_pct[row] = trade.stopLossPct ?? Number.NaN;
    numbers.take_profit_pct[row] = trade.takeProfitPct ?? Number.NaN;
    side[row] = sideCode(trade.side);
    if (trade.superseded === true) numbers.superseded[row] = 1;
    own[row] = 1;
    if (trade.enterTag !== null) tag[row] = this.#tagOf(trade.enterTag);
    this.#identify(row, 1, textHash(trade.bot, 1));
    this.#identify(row, 2, textHash(trade.tradeId, 2));
    this.#identify(row, 4, textHash(isoTime(trade.openedAtMs), 4));
  }

  /** Adds `row` of `other`, a set of the same day. */
  copy(other: TradeRows, row: number): void {
    const from = other.columns;
    const series = other.series[from.series[row] as number] as TradeSeries;
    let own = this.#seriesByKey.get(series.key);
    if (own === undefined) {
      own = this.series.push(series) - 1;
      this.#seriesByKey.set(series.key, own);
      this.#runs.push({ from: this.count, to: this.count, others: new Map() });
    }
    const to = this.#append(from.ns[row] as number, own);
    const { numbers, side, parts, idA, idB, tag, own: isOwn } = this.#columns;
    for (const field of NUMBER_FIELDS) numbers[field][to] = from.numbers[field][row] as number;
    side[to] = from.side[row] as number;
    parts[to] = from.parts[row] as number;
    idA[to] = from.idA[row] as number;
    idB[to] = from.idB[row] as number;
    isOwn[to] = from.own[row] as number;
    const sources = from.tag[row] === 0 ? undefined : other.tags[(from.tag[row] as number) - 1];
    tag[to] = sources === undefined ? 0 : this.#sourcesIndex(sources);
  }

  #addSeries(key: string, tags: ReadonlyMap<string, string>): number {
    const pair = tags.get('pair') ?? null;
    const side = SIDES_BY_CODE[sideCode(tags.get('side') ?? '')] ?? null;
    const index = this.series.push({ key, pair, isPair: pair !== null && isPair(pair), side }) - 1;
    this.#seriesByKey.set(key, index);
    this.#runs.push({ from: this.count, to: this.count, others: new Map() });
    return index;
  }

  /** The row of the table's series at `ns`, made when there is none. */
  #rowAt(ns: number): number {
    const { series, opens } = this.#table;
    const run = this.#runs[series] as { from: number; to: number; others: Map<number, number> };
    const times = this.#columns.ns;
    if (opens && (run.from === run.to || (run.to === this.count && ns > (times[run.to - 1] as number)))) {
      const row = this.#append(ns, series);
      if (run.from === run.to) run.from = row;
      run.to = row + 1;
      return row;
    }
    this.#cursor += 1;
    if (this.#cursor < run.to && times[this.#cursor] === ns) return this.#cursor;
    const found = searched(times, run, ns) ?? run.others.get(ns);
    if (found !== undefined) {
      if (found < run.to) this.#cursor = found;
      return found;
    }
    const row = this.#append(ns, series);
    run.others.set(ns, row);
    return row;
  }

  #append(ns: number, series: number): number {
    const row = this.count;
    if (row === this.#columns.ns.length) this.#grow();
    this.count += 1;
    this.#columns.ns[row] = ns;
    this.#columns.series[row] = series;
    this.#columns.side[row] = SIDES_BY_CODE.indexOf(this.series[series]?.side ?? null);
    return row;
  }

  #grow(): void {
    const before = this.#columns;
    this.#columns = widened(before);
    const field = NUMBER_FIELDS.find((name) => this.#numbers === before.numbers[name]);
    if (field !== undefined) this.#numbers = this.#columns.numbers[field];
  }

  #identify(row: number, part: IdentityPart, { a, b }: Hash): void {
    const { parts, idA, idB } = this.#columns;
    parts[row] = (parts[row] as number) | part;
    idA[row] = (idA[row] as number) ^ a;
    idB[row] = (idB[row] as number) ^ b;
  }

  #tagOf(tag: string): number {
    return this.#sourcesIndex(sourcesInTag(tag));
  }

  #sourcesIndex(sources: readonly string[]): number {
    const key = sources.join(',');
    const known = this.#tagIndex.get(key);
    if (known !== undefined) return known;
    const index = this.tags.push(sources);
    this.#tagIndex.set(key, index);
    return index;
  }
}
