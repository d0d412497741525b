// The points of closed trades as columns of numbers: what one point takes of memory, and how they are made, widened and looked through.
import type { Side } from '#domain/market.ts';
/** Columns of numbers that a point may carry. One that is `superseded` counts for nothing: its trade was recorded again and is another point now. */
export const NUMBER_FIELDS = [
  'leverage',
  'profit_pct',
  'profit',
  'stop_loss_pct',
  'take_profit_pct',
  'superseded',
] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];
export const SIDES_BY_CODE: readonly (Side | null)[] = [null, 'LONG', 'SHORT'];

export interface TradeColumns {
  readonly ns: Float64Array;
  readonly numbers: Readonly<Record<NumberField, Float64Array>>;
  readonly series: Int32Array;
  /** Index into SIDES_BY_CODE. */
  readonly side: Uint8Array;
  /** Which parts of the identity were found, and 64 bits of hash over them. */
  readonly parts: Uint8Array;
  readonly idA: Int32Array;
  readonly idB: Int32Array;
  /** Index into `tags` + 1; 0: no tag. */
  readonly tag: Int32Array;
  /** 1: recorded here and perhaps not yet in the hub; it stands before what the hub says of the same trade. */
  readonly own: Uint8Array;
}

/** Empty columns for `size` points. */
export function columnsOf(size: number): TradeColumns {
  const numbers = () => new Float64Array(size).fill(Number.NaN);
  const fields = {
    leverage: numbers(),
    profit_pct: numbers(),
    profit: numbers(),
    stop_loss_pct: numbers(),
    take_profit_pct: numbers(),
    superseded: numbers(),
  };
  const [side, parts, own] = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)];
  const [series, idA, idB, tag] = [
    new Int32Array(size),
    new Int32Array(size),
    new Int32Array(size),
    new Int32Array(size),
  ];
  return { ns: new Float64Array(size), numbers: fields, series, side, parts, idA, idB, tag, own };
}

/** `before` with half as much room again. */
export function widened(before: TradeColumns): TradeColumns {
  const wider = columnsOf(Math.max(64, Math.ceil(before.ns.length * 1.5)));
  for (const field of NUMBER_FIELDS) wider.numbers[field].set(before.numbers[field]);
  for (const name of ['ns', 'series', 'side', 'parts', 'idA', 'idB', 'tag', 'own'] as const)
    wider[name].set(before[name]);
  return wider;
}

/** Where `ns` stands among the ascending `times` [from, to); undefined when it does not. */
export function searched(
  times: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
  ns: number,
): number | undefined {
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const time = times[middle] as number;
    if (time === ns) return middle;
    if (time < ns) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** The index of a side in SIDES_BY_CODE, however it is written. */
export function sideCode(text: string): number {
  if (text === 'LONG' || text === 'long') return 1;
  if (text === 'SHORT' || text === 'short') return 2;
  const upper = text.toUpperCase();
  return upper === 'LONG' ? 1 : upper === 'SHORT' ? 2 : 0;
}

const DAY_MS = 86_400_000;

/** The start of the day of `ms`, epoch ms. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
