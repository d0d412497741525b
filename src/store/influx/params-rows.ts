// Records put together from the last value of each field. Only fields written at one and the same time make a record: what an older write left beside a
// newer one is not mixed into it, so a torn record lacks what it lacks, and is not served.
import type { ParamRecord } from '#domain/exit-params.ts';
import { isPair, type Side } from '#domain/market.ts';
import type { FluxRow } from './flux-row.ts';
import { msOf, nsOf } from './flux-time.ts';
import { BOTH_SIDES, ONE_SIDE, PARAM_FIELDS } from './params-flux.ts';

type Field = (typeof PARAM_FIELDS)[number];

/** One series of tags: its fields' last values, each with its time. */
interface Series {
  readonly pair: string;
  readonly side: string | null;
  readonly fields: Map<Field, { readonly timeNs: bigint; readonly text: string; readonly type: string }>;
}

export interface ParamRows {
  take(row: FluxRow): void;
  /** The newest record of every (pair, side); names that are no pairs, and sides that are none, are in `ignored`, as JSON [pair, side]. */
  records(): { readonly records: readonly ParamRecord[]; readonly ignored: ReadonlySet<string> };
}

const KNOWN: ReadonlySet<string> = new Set(PARAM_FIELDS);
const NO_TAGS: ReadonlySet<string> = new Set([
  '',
  'result',
  'table',
  '_time',
  '_value',
  '_field',
  '_start',
  '_stop',
  '_measurement',
]);

export function paramRows(): ParamRows {
  const all = new Map<string, Series>();
  return {
    take: (row) => {
      const { table } = row;
      const field = row.named('_field');
      if (!isField(field)) return;
      const isSided = row.named('result').startsWith(ONE_SIDE);
      const tags = table.names.flatMap((name, position) =>
        NO_TAGS.has(name) ? [] : [[name, row.text(position)] as const],
      );
      const present = tags.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1));
      const key = JSON.stringify([isSided ? ONE_SIDE : BOTH_SIDES, present]);
      const series = all.get(key) ?? {
        pair: row.named('pair'),
        side: isSided ? sideNamed(row.named('side')) : null,
        fields: new Map(),
      };
      all.set(key, series);
      const value = table.position('_value');
      const timeNs = nsOf(row.named('_time'));
      const before = series.fields.get(field);
      // Parts of time are asked one by one, and each brings the last of its own.
      if (before !== undefined && before.timeNs >= timeNs) return;
      series.fields.set(field, {
        timeNs,
        text: row.text(value),
        type: table.types[value] ?? '',
      });
    },
    records: () => {
      const newest = new Map<string, Known>();
      const ignored = new Set<string>();
      for (const [, series] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const { pair, side } = series;
        const name = JSON.stringify([pair, side]);
        if (!isPair(pair) || !isSide(side)) {
          ignored.add(name);
          continue;
        }
        const found = knownOf(series, pair, side);
        const before = newest.get(name);
        if (before === undefined || found.timeNs > before.timeNs) newest.set(name, found);
      }
      return { records: [...newest.values()].map(({ record }) => record), ignored };
    },
  };
}

interface Known {
  readonly timeNs: bigint;
  readonly record: ParamRecord;
}

function isField(text: string): text is Field {
  return KNOWN.has(text);
}

/** freqtrade writes sides in lower case, and so may whoever fills the hub beside us. */
function sideNamed(text: string): string {
  return text === 'long' || text === 'short' ? text.toUpperCase() : text;
}

function isSide(side: string | null): side is Side | null {
  return side === null || side === 'LONG' || side === 'SHORT';
}

function knownOf({ fields }: Series, pair: string, side: Side | null): Known {
  const timeNs = [...fields.values()].reduce((latest, field) => (field.timeNs > latest ? field.timeNs : latest), 0n);
  const at = (name: Field) => {
    const field = fields.get(name);
    return field?.timeNs === timeNs ? field : undefined;
  };
  const number = (name: Field): number | null => {
    const field = at(name);
    const value =
      field === undefined || field.text === '' || field.type === 'boolean' ? Number.NaN : Number(field.text);
    return Number.isFinite(value) ? value : null;
  };
  const record: ParamRecord = {
    pair,
    side,
    atMs: msOf(timeNs),
    stopLossPct: number('stop_loss_pct') ?? Number.NaN,
    takeProfitPct: number('take_profit_pct') ?? Number.NaN,
    winRate: number('win_rate'),
    profitFactor: number('profit_factor'),
    totalTrades: number('total_trades'),
    validated: truth(at('validated')?.text),
    studyId: at('study_id')?.text ?? null,
    pbo: number('pbo'),
    oosProfitFactor: number('oos_profit_factor'),
  };
  return { timeNs, record };
}

/** A writer may say it as a boolean, a number or a word; what is neither said is null. */
function truth(text: string | undefined): boolean | null {
  if (text === undefined || text === '') return null;
  if (/^(true|t|1|1\.0|yes)$/i.test(text)) return true;
  return /^(false|f|0|0\.0|no)$/i.test(text) ? false : null;
}
