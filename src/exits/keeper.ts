// Keeps the last figures of each kind in the data folder for the next start. Nobody ever waits for it, and figures that follow each other quickly are
// kept once: the latest of them.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { TradeSums } from '#domain/leverage-bin.ts';
import type { Log } from '#domain/log.ts';
import { isPair } from '#domain/market.ts';
import type { Clock } from '#domain/time.ts';
import type { SnapshotStore } from '#store/store.ts';
import type { KeptFigures } from './figures-options.ts';

/** What was kept: the rows of one read with the wall time of its start and what they were read for. Rows read for something else are of no use. */
export interface Keepsake<Row> {
  readonly readAtMs: number;
  readonly readFor: string;
  readonly rows: readonly Row[];
}

/** Where figures are kept. Disposing waits until the last ones are. */
export interface Keeper extends AsyncDisposable {
  keep(kind: string, keepsake: Keepsake<unknown>): void;
}

/** At least so long between two writes of one kind. */
const SPACING_MS = 1_000;

/** A keeper on `snapshots`. A failure to keep is logged once until keeping works again, and changes nothing else. */
export function openKeeper(around: {
  readonly snapshots: SnapshotStore;
  readonly clock: Clock;
  readonly log: Log;
}): Keeper {
  const { snapshots, clock, log } = around;
  const closing = new AbortController();
  const waiting = new Map<string, Keepsake<unknown>>();
  const writing = new Map<string, Promise<void>>();
  let failing = false;

  const write = async (kind: string, keepsake: Keepsake<unknown>) => {
    try {
      await snapshots.save(kind, keepsake);
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ kind, err: error }, 'figures cannot be kept for the next start');
      failing = true;
    }
  };
  const writeAll = async (kind: string) => {
    for (let next = waiting.get(kind); next !== undefined; next = waiting.get(kind)) {
      waiting.delete(kind);
      await write(kind, next);
      await clock.sleep(SPACING_MS, closing.signal);
    }
    writing.delete(kind);
  };
  return {
    keep: (kind, keepsake) => {
      waiting.set(kind, keepsake);
      if (!writing.has(kind)) writing.set(kind, writeAll(kind));
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await Promise.all(writing.values());
    },
  };
}

/** The rows of `kind` kept by an earlier run for the same purpose; undefined when there are none, or when any of them is not `isRow`. */
export async function keptRows<Row>(
  from: { readonly snapshots: SnapshotStore; readonly log: Log },
  kind: string,
  expected: { readonly readFor: string; isRow(row: unknown): row is Row },
): Promise<KeptFigures<readonly Row[]> | undefined> {
  let kept: unknown;
  try {
    kept = await from.snapshots.load(kind);
  } catch (error) {
    from.log.warn({ kind, err: error }, 'kept figures cannot be read');
  }
  if (!isRecord(kept) || kept.readFor !== expected.readFor) return undefined;
  const { readAtMs, rows } = kept;
  if (typeof readAtMs === 'number' && Array.isArray(rows) && rows.every((row) => expected.isRow(row))) {
    return { value: rows, readAtMs };
  }
  from.log.warn({ kind }, 'kept figures are damaged and not used');
  return undefined;
}

/** Whether `row` is a published record as it can be kept: text cannot carry levels that are no numbers. */
export function isParamRecord(row: unknown): row is ParamRecord {
  return (
    isRecord(row) &&
    isKeptPair(row.pair) &&
    isKeptSide(row.side) &&
    isTime(row.atMs) &&
    areNumbers(row, ['stopLossPct', 'takeProfitPct']) &&
    ['winRate', 'profitFactor', 'totalTrades', 'pbo', 'oosProfitFactor'].every((name) =>
      isOrNull(row[name], 'number'),
    ) &&
    isOrNull(row.validated, 'boolean') &&
    isOrNull(row.studyId, 'string')
  );
}

/** Whether `row` is a sum of trades as kept. */
export function isTradeSums(row: unknown): row is TradeSums {
  return (
    isRecord(row) &&
    isKeptPair(row.pair) &&
    isKeptSide(row.side) &&
    isTime(row.firstClosedAtMs) &&
    isTime(row.lastClosedAtMs) &&
    areNumbers(row, [
      'bin',
      'trades',
      'wins',
      'losses',
      'sumStopLossPct',
      'sumTakeProfitPct',
      'sumWinPct',
      'sumLossPct',
    ])
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isKeptPair(value: unknown): boolean {
  return typeof value === 'string' && isPair(value);
}

function isKeptSide(value: unknown): boolean {
  return value === null || value === 'LONG' || value === 'SHORT';
}

/** Whether `value` is an instant that a Date can hold. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}

function isOrNull(value: unknown, type: 'number' | 'boolean' | 'string'): boolean {
  return value === null || typeof value === type;
}

function areNumbers(row: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.every((name) => Number.isFinite(row[name]));
}
