// What the trades of a day say per (bin, side, pair). One population: leverage inside the edges, a finite profit, both levels with right signs, and a
// pair that is one. A trade whose side nobody recorded has none, and counts for both sides together only.
import { binIndex, type TradeSums } from '#domain/leverage-bin.ts';
import type { DayFold } from './day-fold.ts';
import { addTo, type Column, DaySums } from './day-sums.ts';
import { SIDES_BY_CODE } from './trade-columns.ts';
import type { TradeRows } from './trade-rows.ts';

const LAYOUT: readonly Column[] = [
  ...(['add', 'add', 'add'] as const),
  ...(['high', 'low', 'high', 'low', 'high', 'low', 'high', 'low'] as const),
  ...(['least', 'most'] as const),
];
const [TRADES, WINS, LOSSES, STOP, TARGET, WON, LOST, FIRST, LAST] = [0, 1, 2, 3, 5, 7, 9, 11, 12] as const;

/** Names that are no pairs are counted up to here. */
const MOST_IGNORED = 10_000;

/** Folds days into `TradeSums` over bins between `edges`. */
export function binFold(edges: readonly number[]): DayFold<TradeSums> {
  const pairs: string[] = [];
  const indexOf = new Map<string, number>();
  const ignored = new Set<string>();
  const bins = Math.max(1, edges.length - 1);
  const groupsOf = (rows: TradeRows) =>
    rows.series.map(({ pair, isPair }) => {
      if (pair !== null && !isPair && ignored.size < MOST_IGNORED) ignored.add(pair);
      if (pair === null || !isPair) return -1;
      const index = indexOf.get(pair) ?? pairs.push(pair) - 1;
      indexOf.set(pair, index);
      return index * 3 * bins;
    });
  return {
    fields: [
      'leverage',
      'profit_pct',
      'profit',
      'stop_loss_pct',
      'take_profit_pct',
      'superseded',
      'side',
      'bot',
      'trade_id',
      'opened_at',
    ],
    anchor: 'leverage',
    ignored: () => ignored.size,
    empty: () => new DaySums(LAYOUT),
    fold: (rows, alive, { fromNs, toNs }) => {
      const sums = new DaySums(LAYOUT);
      const groups = groupsOf(rows);
      const { ns, numbers, series, side } = rows.columns;
      const {
        leverage: leverages,
        profit_pct: profits,
        profit: oldProfits,
        stop_loss_pct: stops,
        take_profit_pct: targets,
      } = numbers;
      for (let row = 0; row < rows.count; row += 1) {
        const time = ns[row] as number;
        const stop = stops[row] as number;
        const target = targets[row] as number;
        const named = profits[row] as number;
        const profit = Number.isNaN(named) ? (oldProfits[row] as number) : named;
        if (alive[row] === 0 || time < fromNs || time >= toNs || !(stop < 0) || !(target > 0)) continue;
        if (!Number.isFinite(profit) || !Number.isFinite(stop) || !Number.isFinite(target)) continue;
        const bin = binIndex(edges, leverages[row] as number);
        const group = groups[series[row] as number] as number;
        if (bin < 0 || group < 0) continue;
        const at = sums.at(group + (side[row] as number) * bins + bin);
        const values = sums.values;
        const closedAtMs = rows.dayMs + Math.floor(time / 1e6);
        values[at + TRADES] = (values[at + TRADES] as number) + 1;
        addTo(values, at + STOP, stop);
        addTo(values, at + TARGET, target);
        if (profit > 0) {
          values[at + WINS] = (values[at + WINS] as number) + 1;
          addTo(values, at + WON, profit);
        } else if (profit < 0) {
          values[at + LOSSES] = (values[at + LOSSES] as number) + 1;
          addTo(values, at + LOST, profit);
        }
        if (closedAtMs < (values[at + FIRST] as number)) values[at + FIRST] = closedAtMs;
        if (closedAtMs > (values[at + LAST] as number)) values[at + LAST] = closedAtMs;
      }
      return sums;
    },
    result: (sums) => {
      const found = sums.groups.map((group, index): TradeSums => {
        const value = (column: number) => (sums.values[index * LAYOUT.length + column] as number) + 0;
        return {
          bin: group % bins,
          side: SIDES_BY_CODE[Math.trunc(group / bins) % 3] ?? null,
          pair: pairs[Math.trunc(group / (3 * bins))] as string,
          trades: value(TRADES),
          wins: value(WINS),
          losses: value(LOSSES),
          sumStopLossPct: value(STOP),
          sumTakeProfitPct: value(TARGET),
          sumWinPct: value(WON),
          sumLossPct: value(LOST),
          firstClosedAtMs: value(FIRST),
          lastClosedAtMs: value(LAST),
        };
      });
      return found.sort((a, b) => a.bin - b.bin || byText(a.side ?? '', b.side ?? '') || byText(a.pair, b.pair));
    },
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
