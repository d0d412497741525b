// What the trades of a day earned per source their tags name: every tagged trade with a finite profit, whatever else it lacks.
import type { SourceSums } from '../hub.ts';
import type { DayFold } from './day-fold.ts';
import { addTo, type Column, DaySums } from './day-sums.ts';

const LAYOUT: readonly Column[] = ['add', 'add', 'high', 'low'];
const [TRADES, WINS, PROFIT] = [0, 1, 2] as const;

export function sourceFold(): DayFold<SourceSums> {
  const sources: string[] = [];
  const indexOf = new Map<string, number>();
  const groupOf = (source: string) => {
    const index = indexOf.get(source) ?? sources.push(source) - 1;
    indexOf.set(source, index);
    return index;
  };
  return {
    fields: ['profit_pct', 'profit', 'superseded', 'enter_tag', 'bot', 'trade_id', 'opened_at'],
    anchor: 'enter_tag',
    ignored: () => 0,
    empty: () => new DaySums(LAYOUT),
    fold: (rows, alive, { fromNs, toNs }) => {
      const sums = new DaySums(LAYOUT);
      const { ns, numbers, series, tag } = rows.columns;
      const groups = rows.tags.map((named) => named.map(groupOf));
      for (let row = 0; row < rows.count; row += 1) {
        const time = ns[row] as number;
        const named = numbers.profit_pct[row] as number;
        const profit = Number.isNaN(named) ? (numbers.profit[row] as number) : named;
        const tagged = tag[row] as number;
        if (alive[row] === 0 || tagged === 0 || time < fromNs || time >= toNs || !Number.isFinite(profit)) continue;
        if (rows.series[series[row] as number]?.isPair !== true) continue;
        for (const group of groups[tagged - 1] ?? []) {
          const at = sums.at(group);
          const values = sums.values;
          values[at + TRADES] = (values[at + TRADES] as number) + 1;
          if (profit > 0) values[at + WINS] = (values[at + WINS] as number) + 1;
          addTo(values, at + PROFIT, profit);
        }
      }
      return sums;
    },
    result: (sums) =>
      sums.groups
        .map((group, index): SourceSums => {
          const value = (column: number) => (sums.values[index * LAYOUT.length + column] as number) + 0;
          return {
            source: sources[group] as string,
            trades: value(TRADES),
            wins: value(WINS),
            sumProfitPct: value(PROFIT),
          };
        })
        .sort((a, b) => (a.source < b.source ? -1 : 1)),
  };
}
