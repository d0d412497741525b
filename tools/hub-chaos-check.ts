// Holds the journal against the hub, with nothing of the service: everything that was acknowledged is in the journal, and everything in the journal is in the
// hub as exactly one point with the same figures; nothing else is there, nothing waits, and nothing is dead.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StandInOrder } from '../test/support/influx/stand-in-process.ts';
import type { HubLoad } from './hub-chaos-load.ts';

type Point = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, unknown>>;
export type Order = <T>(order: StandInOrder) => Promise<T>;

/** One kind of thing: where it is in the hub, how a point and a row are named, and what of the row its point must say. */
interface Kind {
  readonly name: string;
  readonly file: string;
  readonly sql: string;
  readonly bucket: string;
  readonly measurement: string;
  readonly keyOf: (point: Point) => string;
  readonly rowKeyOf: (row: Row) => string;
  readonly figures: (row: Row) => Point;
  /** Points that stand for nothing any more, or for what only the hub remembers. */
  readonly isOld?: (point: Point) => boolean;
}

const HUB = 'hub';
const ms = (ns: unknown) => Number(BigInt(String(ns)) / 1_000_000n);
const KINDS: readonly Kind[] = [
  {
    name: 'signals',
    file: 'gateway.db',
    sql: 'SELECT * FROM signals',
    bucket: 'ENSEMBLE',
    measurement: 'signals',
    keyOf: ({ signal_id }) => String(signal_id),
    rowKeyOf: ({ id }) => String(id),
    figures: ({ pair, side, source, confidenceE4 }) => ({
      pair,
      side,
      source,
      confidence: Number(confidenceE4) / 10_000,
    }),
  },
  {
    name: 'decisions',
    file: 'worker.db',
    sql: "SELECT * FROM decisions WHERE outcome <> 'PENDING'",
    bucket: 'ENSEMBLE',
    measurement: 'decisions',
    keyOf: ({ decision_id }) => String(decision_id),
    rowKeyOf: ({ id }) => String(id),
    figures: ({ pair, side, outcome, votes, enterTag }) => ({ pair, side, outcome, votes, enter_tag: enterTag }),
  },
  {
    name: 'trades',
    file: join(HUB, 'trades.db'),
    sql: 'SELECT * FROM trades',
    bucket: 'BOT33_trades',
    measurement: 'closed_trades',
    keyOf: ({ bot, trade_id }) => `${bot} ${trade_id}`,
    rowKeyOf: ({ bot, tradeId }) => `${bot} ${tradeId}`,
    figures: ({ pair, leverage, profitPct, stopLossPct, takeProfitPct }) => ({
      pair,
      leverage,
      profit_pct: profitPct,
      stop_loss_pct: stopLossPct,
      take_profit_pct: takeProfitPct,
    }),
    isOld: ({ superseded }) => superseded !== undefined,
  },
  {
    name: 'candles',
    file: join(HUB, 'imports.db'),
    sql: 'SELECT * FROM candles',
    bucket: 'CANDLES',
    measurement: 'candles',
    keyOf: ({ pair, timeframe, ns }) => `${pair} ${timeframe} ${ms(ns)}`,
    rowKeyOf: ({ pair, timeframe, openTimeMs }) => `${pair} ${timeframe} ${openTimeMs}`,
    figures: ({ open, high, low, close, volume }) => ({ open, high, low, close, volume }),
  },
  ...(['LONG', 'SHORT'] as const).map((side) => ({
    name: `${side} entries`,
    file: join(HUB, 'imports.db'),
    sql: `SELECT * FROM entries WHERE side = '${side}'`,
    bucket: side === 'LONG' ? 'BOT1_trades' : 'BOT2_trades',
    measurement: 'signals',
    keyOf: ({ pair, ns }: Point) => `${pair} ${ms(ns)}`,
    rowKeyOf: ({ pair, timeMs }: Row) => `${pair} ${timeMs}`,
    figures: () => ({ direction: side.toLowerCase() }),
  })),
];
const LEVELS: Kind = {
  name: 'levels',
  file: join(HUB, 'params.db'),
  sql: 'SELECT * FROM params',
  bucket: 'OPTUNA_PARAMS',
  measurement: 'parameters',
  keyOf: ({ pair, ns }) => `${pair} ${ms(ns)}`,
  rowKeyOf: ({ pair, atMs }) => `${pair} ${atMs}`,
  figures: ({ stopLossPct, takeProfitPct, studyId }) => ({
    stop_loss_pct: stopLossPct,
    take_profit_pct: takeProfitPct,
    study_id: studyId,
  }),
};

/** How far the hub is from what it should hold: what is wrong, at most a few sentences a kind, and how many of each there are. */
export interface HubComparison {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

const SHOWN = 5;

export async function compareHub(data: string, order: Order, load: HubLoad): Promise<HubComparison> {
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  const keys = new Map<string, ReadonlySet<string>>();
  for (const kind of [...KINDS, LEVELS]) {
    const rows = rowsOf(data, kind);
    const points = await order<readonly Point[]>({
      do: 'contents',
      bucket: kind.bucket,
      measurement: kind.measurement,
    });
    const found = Map.groupBy(
      points.filter((point) => kind.isOld?.(point) !== true),
      kind.keyOf,
    );
    const wrong: string[] = [];
    for (const row of rows) {
      const own = found.get(kind.rowKeyOf(row)) ?? [];
      found.delete(kind.rowKeyOf(row));
      if (own.length !== 1) wrong.push(`${kind.name} ${kind.rowKeyOf(row)} is in the hub ${own.length} times`);
      for (const [name, value] of Object.entries(own.length === 1 ? kind.figures(row) : {}))
        if (own[0]?.[name] !== value)
          wrong.push(`${kind.name} ${kind.rowKeyOf(row)}: ${name} is ${own[0]?.[name]}, not ${value}`);
    }
    // Earlier levels of a pair are the hub's alone.
    if (kind !== LEVELS)
      wrong.push(
        ...[...found].map(
          ([key, own]) => `${kind.name} ${key} is in the hub and not in the journal: ${JSON.stringify(own)}`,
        ),
      );
    counts[kind.name] = rows.length;
    keys.set(kind.name, new Set(rows.map(kind.rowKeyOf)));
    faults.push(
      ...wrong.slice(0, SHOWN),
      ...(wrong.length > SHOWN ? [`and ${wrong.length - SHOWN} more of ${kind.name}`] : []),
    );
  }
  const missing = (name: string, wanted: readonly string[]) =>
    wanted
      .filter((key) => keys.get(name)?.has(key) !== true)
      .map((key) => `acknowledged ${name} ${key} is not in the journal`);
  faults.push(
    ...missing('signals', load.signals),
    ...missing(
      'trades',
      load.trades.map((id) => `BOT3 ${id}`),
    ),
  );
  const levels = new Set(rowsOf(data, LEVELS).map(({ pair }) => pair));
  faults.push(
    ...load.published.filter((pair) => !levels.has(pair)).map((pair) => `levels of ${pair} are not in the journal`),
  );
  const series = Map.groupBy([...(keys.get('candles') ?? [])], (key) => key.split(' ')[0]);
  faults.push(
    ...load.imported.filter((pair) => !series.has(pair)).map((pair) => `candles of ${pair} are not in the journal`),
  );
  return { faults: [...faults, ...waiting(data)], counts };
}

/** What still waits or is dead, and damage of the files. */
export function waiting(data: string): readonly string[] {
  const files = new Set([...KINDS, LEVELS].map(({ file }) => file));
  return [...files].flatMap((file) => {
    const [state] = rowsOf(data, { file, sql: 'SELECT rows, dead, walkAt FROM outboxState' });
    const [check] = rowsOf(data, { file, sql: 'PRAGMA quick_check(1)' });
    const wrong = state === undefined || (state.rows === 0 && state.dead === 0 && state.walkAt === null);
    return [
      ...(wrong ? [] : [`${file}: ${state.rows} rows wait, ${state.dead} dead letters, walk at ${state.walkAt}`]),
      ...(check === undefined || check.quick_check === 'ok' ? [] : [`${file} is damaged: ${check.quick_check}`]),
    ];
  });
}

function rowsOf(data: string, { file, sql }: Pick<Kind, 'file' | 'sql'>): readonly Row[] {
  try {
    using db = new DatabaseSync(join(data, file), { readOnly: true, timeout: 5_000 });
    return db.prepare(sql).all();
  } catch (error) {
    if (error instanceof Error && /unable to open/.test(error.message)) return [];
    throw error;
  }
}
