// Pictures of a study: each kind is what its name says, holds what is to be seen, and any other name is refused.
import { expect, it } from 'vitest';
import type { DimensionName, Plane, StudyResult } from '#domain/study.ts';
import { type FinishedTrial, specFrom } from '#search/search.ts';
import { runStudy } from '#search/study-run.ts';
import { type Drawn, drawStudy, requirePictureFile } from '../../src/app/plot.ts';
import { equityCurves } from '../../src/app/plot-curves.ts';
import { plotOption } from '../../src/app/plot-option.ts';
import { randomMarket } from '../support/random-market.ts';

const candles = randomMarket({ seed: 4, count: 800, volatility: 0.006 });
const spec = specFrom({
  pair: 'BTC/USDT',
  timeframe: '1h',
  maxHold: 24,
  stop: { min: -1, max: -4, step: 0.5 },
  target: { min: 1, max: 4, step: 0.5 },
});
const rivals = { fallback: { stopLossPct: -2, takeProfitPct: 1 }, incumbent: { stopLossPct: -3, takeProfitPct: 2 } };
const report = { count: 800, fromMs: 0, toMs: 1, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };

function drawn(asked = spec): Drawn & { readonly result: StudyResult; readonly plane: Plane } {
  const trials: FinishedTrial[] = [];
  const { result, plane } = runStudy({ spec: asked, candles, report, signals: null, ...rivals }, () => undefined, {
    known: [],
    told: (trial) => trials.push(trial),
  });
  const curves = equityCurves(asked, result, { read: { candles, report, signals: null, from: 'hub' }, rivals });
  return { spec: asked, result, rivals, plane, trials, curves };
}

it('shows winner, fallback and served levels, and curves that end where the figures out of sample do', async () => {
  const picture = drawn();
  const ends = picture.curves.map(({ points }) => points.at(-1)?.[1]);
  expect(ends[0]).toBeCloseTo(picture.result.validation.outOfSample.netProfitPct ?? Number.NaN, 2);
  expect(ends[1]).toBeCloseTo(picture.result.fallback.netProfitPct ?? Number.NaN, 2);
  expect(ends[2]).toBeCloseTo(picture.result.incumbent?.netProfitPct ?? Number.NaN, 2);
  const svg = String(await drawStudy(picture, requirePictureFile('p.svg')));
  expect(svg.startsWith('<svg')).toBe(true);
  const { stopLossPct, takeProfitPct } = picture.result.best;
  for (const words of [`winner ${stopLossPct} / ${takeProfitPct}`, 'fallback -2 / 1', 'served now -3 / 2'])
    expect(svg).toContain(words);
  const png = await drawStudy(picture, requirePictureFile('p.PNG'));
  expect([...png.slice(1, 4)]).toEqual([...Buffer.from('PNG')]);
  const html = String(await drawStudy(picture, requirePictureFile('p.html')));
  expect(html).not.toMatch(/<script[^>]+src=|<link/);
  expect(html).toContain('echarts.init');
});

it.each(['CONSERVATIVE', 'FREQTRADE'] as const)(
  'replays what was chosen beside the levels, with %s fills',
  async (fills) => {
    const at = (name: DimensionName, min: number, max = min, step = 1) => ({ name, min, max, step });
    const space = [
      at('maxHold', 6, 24, 6),
      at('trailing', 0.4, 1.2, 0.2),
      at('breakEven', 0.5),
      at('roi1After', 180),
      at('roi1', 0.2),
    ];
    const picture = drawn(specFrom({ ...spec, fills, space, sampler: 'RANDOM', trials: 12 }));
    const ends = picture.curves.map(({ points }) => points.at(-1)?.[1]);
    const { validation, fallback, incumbent, best } = picture.result;
    expect(ends[0]).toBeCloseTo(validation.outOfSample.netProfitPct ?? Number.NaN, 2);
    expect(ends[1]).toBeCloseTo(fallback.netProfitPct ?? Number.NaN, 2);
    expect(ends[2]).toBeCloseTo(incumbent?.netProfitPct ?? Number.NaN, 2);
    expect(validation.outOfSample.exits.trailingStopLoss).toBeGreaterThan(0);
    const svg = String(await drawStudy(picture, requirePictureFile('p.svg')));
    expect(svg).toContain(
      `stop trails ${best.space?.trailing} % behind; to break even above 0.5 %; target 0.2 % after 180 min`,
    );
    expect(svg).not.toContain('plateau');
    const { series } = plotOption(picture) as { series: { type: string; data: unknown[] }[] };
    expect(series[0]?.type).toBe('scatter');
    const levels = [String(best.takeProfitPct), String(best.stopLossPct)];
    expect(series[0]?.data).toHaveLength(12);
    expect(series[0]?.data.at(-1)).toEqual([...levels, expect.closeTo(best.objective, 9)]);
  },
);

it('refuses a name of no kind', () => {
  expect(() => requirePictureFile('p.jpg')).toThrow('.svg, .png or .html');
});
