// The study as a chart in the library's words: a heatmap on the left, curves on the right. Plain data: the same in a picture and in a page.
import { roundHalfAway } from '#domain/decimal.ts';
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Plane } from '#domain/study.ts';
import { samples } from '#search/search.ts';
import { chosenText } from './plan-text.ts';
import type { Drawn } from './plot.ts';

/** The most cells each way; more are smaller than a pixel or two and make pictures large. */
const COLUMNS = 110;
const ROWS = 90;
/** A plateau reaches so many grid steps each way. */
const REACH = 5;
const FONT = 'DejaVu Sans, Verdana, sans-serif';
const COLOURS = { folds: '#1b4f9c', fallback: '#d9822b', served: '#2c8c57' } as const;

/** The option of the chart. */
export function plotOption({ spec, result, rivals, plane, trials, curves }: Drawn): Record<string, unknown> {
  const rows = spread(plane.stops.length, ROWS);
  const columns = spread(plane.targets.length, COLUMNS);
  const isSample = samples(spec);
  const cells = isSample
    ? triedLevels(plane, trials)
    : rows.flatMap((row) =>
        columns.flatMap((column) => {
          const value = plane.values[row]?.[column] ?? null;
          return value === null ? [] : [[plane.targets[column] as number, plane.stops[row] as number, value] as const];
        }),
      );
  const values = cells.map(([, , value]) => value).sort((a, b) => a - b);
  // A few extreme cells would leave all others one colour.
  const low = values[Math.floor(values.length * 0.02)] ?? 0;
  const high = values.at(-1) ?? 1;
  const nearest = (levels: readonly number[], of: readonly number[], wanted: number) =>
    String(
      of
        .map((at) => levels[at] as number)
        .reduce((best, level) => (Math.abs(level - wanted) < Math.abs(best - wanted) ? level : best)),
    );
  const indexed = cells.map(([target, stop, value]) => [
    nearest(plane.targets, columns, target),
    nearest(plane.stops, rows, stop),
    value,
  ]);
  const place = ({ stopLossPct, takeProfitPct }: ExitLevels) => [
    nearest(plane.targets, columns, takeProfitPct),
    nearest(plane.stops, rows, stopLossPct),
  ];
  const mark = (name: string, levels: ExitLevels, [symbol, color]: readonly [string, string]) => ({
    name: `${name} ${levels.stopLossPct} / ${levels.takeProfitPct}`,
    type: 'scatter',
    data: [[...place(levels), 0]],
    symbol,
    symbolSize: 11,
    itemStyle: { color, borderColor: '#ffffff', borderWidth: 1.5, opacity: 1 },
    z: 10,
  });
  const { best, validation, validated } = result;
  const beside = chosenText(best);
  const plateau = [-REACH, REACH].map((steps) =>
    place({
      stopLossPct: best.stopLossPct + steps * Math.abs(spec.stop.step),
      takeProfitPct: best.takeProfitPct + steps * Math.abs(spec.target.step),
    }),
  );
  const [[left, top], [right, bottom]] = plateau as [string[], string[]];
  const around = {
    name: 'plateau',
    type: 'line',
    data: [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
      [left, top],
    ],
    showSymbol: false,
    silent: true,
    lineStyle: { color: '#d02f5b', width: 2 },
    itemStyle: { color: '#d02f5b' },
    z: 9,
  };
  const marks = [
    mark('winner', best, ['diamond', '#d02f5b']),
    // A sample of the points has no plateau.
    ...(isSample ? [] : [around]),
    mark('fallback', rivals.fallback, ['rect', COLOURS.fallback]),
    ...(rivals.incumbent === null ? [] : [mark('served now', rivals.incumbent, ['triangle', COLOURS.served])]),
  ];
  const lines = curves.map(({ name, points }, index) => ({
    name: `${name} (${(points.at(-1)?.[1] ?? 0).toFixed(1)} %)`,
    type: 'line',
    xAxisIndex: 1,
    yAxisIndex: 1,
    showSymbol: false,
    step: 'end',
    lineStyle: { width: index === 0 ? 2.5 : 1.5 },
    itemStyle: { color: [COLOURS.folds, COLOURS.fallback, COLOURS.served][index] },
    data: points.map(([atMs, sum]) => [atMs, roundHalfAway(sum, 4)]),
  }));
  const text = { fontFamily: FONT, color: '#333333' };
  const failed = validation.conditions.filter(({ passed }) => !passed).length;
  const verdict = validated
    ? 'validated'
    : `not validated: ${failed} of ${validation.conditions.length} conditions failed`;
  const objective = spec.objective.toLowerCase().replace('_', ' ');
  const axis = (name: string, gap: number) => ({
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: text,
    axisLabel: { ...text, hideOverlap: true },
  });
  const level = (of: readonly number[], at: readonly number[]) => at.map((index) => String(of[index]));
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: text,
    title: [
      { text: `${spec.pair} ${spec.timeframe} - ${verdict}`, left: 20, top: 10, textStyle: { ...text, fontSize: 17 } },
      {
        text: `${objective} of each ${isSample ? 'trial at its stop and target' : 'stop and target'}, whole period${beside === undefined ? '' : `\nwinner with ${beside}`}`,
        left: 70,
        top: beside === undefined ? 44 : 34,
        textStyle: { ...text, fontSize: beside === undefined ? 13 : 11, lineHeight: 17 },
      },
      { text: 'out of sample, net profit %', left: '58%', top: 44, textStyle: { ...text, fontSize: 13 } },
    ],
    legend: [
      { data: marks.map(({ name }) => name), left: 65, bottom: 6, textStyle: text, selectedMode: false, itemGap: 45 },
      {
        data: lines.map(({ name }) => name),
        left: '58%',
        bottom: 6,
        textStyle: text,
        selectedMode: false,
        itemGap: 45,
      },
    ],
    grid: [
      { left: 75, top: 72, width: '41%', bottom: 92 },
      { left: '59%', right: 40, top: 72, bottom: 92 },
    ],
    xAxis: [
      { type: 'category', data: level(plane.targets, columns), ...axis('target %', 28) },
      {
        type: 'time',
        gridIndex: 1,
        axisLabel: { ...text, hideOverlap: true, formatter: '{yyyy}-{MM}-{dd}' },
        splitNumber: 4,
      },
    ],
    yAxis: [
      { type: 'category', data: level(plane.stops, rows), inverse: true, ...axis('stop %', 46) },
      { type: 'value', gridIndex: 1, scale: true, axisLabel: text },
    ],
    visualMap: {
      seriesIndex: 0,
      min: low,
      max: high > low ? high : low + 1,
      calculable: false,
      precision: 2,
      left: '51.5%',
      top: 'middle',
      itemHeight: 300,
      textStyle: text,
      formatter: undefined,
      text: [shown(high), shown(low)],
      inRange: { color: ['#f4f1ec', '#c9dcea', '#86b6d6', '#3f88bf', '#124e87', '#082c52'] },
    },
    series: [
      isSample
        ? { type: 'scatter', name: objective, data: indexed, symbolSize: 9 }
        : { type: 'heatmap', name: objective, data: indexed, progressive: 0, silent: false },
      ...marks,
      ...lines,
    ],
  };
}

/** Where the trials of the whole period lie: target, stop and objective, the greatest last, so that it is on top. */
function triedLevels(
  { stops, targets }: Plane,
  trials: Drawn['trials'],
): readonly (readonly [number, number, number])[] {
  return trials
    .flatMap(({ search, objective, point: { stop, target } }) => {
      const [stopPct, targetPct] = [stops[stop ?? -1], targets[target ?? -1]];
      if (search !== 0 || objective === null || stopPct === undefined || targetPct === undefined) return [];
      return [[targetPct, stopPct, objective] as const];
    })
    .sort(([, , a], [, , b]) => a - b);
}

function shown(value: number): string {
  return String(roundHalfAway(value, Math.abs(value) >= 100 ? 0 : 2));
}

/** At most `most` indexes of `count`, evenly spread, with both ends. */
function spread(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: most }, (_, at) => Math.round((at * (count - 1)) / (most - 1)));
}
