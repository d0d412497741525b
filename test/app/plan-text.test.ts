// What a search chose beside the levels: in words, and as options with which `simulate` comes to the very figures of the study.
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DimensionName, Study } from '#domain/study.ts';
import { readMaterial, specFrom } from '#search/search.ts';
import { runStudy } from '#search/study-run.ts';
import { addSimulateCommand } from '../../src/app/commands/simulate.ts';
import { chosenText, replayOptions } from '../../src/app/plan-text.ts';
import { studyJson } from '../../src/app/study-json.ts';
import { studyText } from '../../src/app/study-text.ts';
import { folderOf } from '../market/candle-folder.ts';
import { randomMarket } from '../support/random-market.ts';

const { openTimeMs, open, high, low, close } = randomMarket({ seed: 11, count: 700, volatility: 0.006 });
const CANDLES = Array.from(openTimeMs, (time, at) => [time, open[at], high[at], low[at], close[at], 1]);
const CUT_MS = openTimeMs[100] as number;
const RIVALS = { fallback: { stopLossPct: -2, takeProfitPct: 1 }, incumbent: null };
const at = (name: DimensionName, min: number, max = min, step = 1) => ({ name, min, max, step });
const SPEC = specFrom({
  pair: 'BTC/USDT',
  timeframe: '1h',
  sampler: 'RANDOM',
  trials: 8,
  feePct: 0.02,
  side: 'LONG',
  fromMs: CUT_MS,
  stop: { min: -1, max: -4, step: 0.5 },
  target: { min: 1, max: 4, step: 0.5 },
  space: [
    at('maxHold', 6, 24, 6),
    at('trailing', 0.4, 1.2, 0.2),
    at('trailingBeyond', 0.1, 0.3, 0.1),
    at('onlyOffset', 1),
    at('breakEven', 0.5),
    at('roi1After', 60, 180, 60),
    at('roi1', 0.2),
    at('roi2After', 120),
    at('roi2', -0.1),
  ],
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function studied(fills: 'CONSERVATIVE' | 'FREQTRADE') {
  const made = await folderOf({ 'BTC_USDT-1h.json': JSON.stringify(CANDLES) });
  const spec = { ...SPEC, fills };
  const read = await readMaterial({ candlesFolder: made.folder }, spec, null);
  return { made, spec, result: runStudy({ ...read, spec, ...RIVALS }, () => undefined).result };
}

describe.each(['CONSERVATIVE', 'FREQTRADE'] as const)('with %s fills', (fills) => {
  it('simulate with the options of the winner comes to its figures', async () => {
    const { made, spec, result } = await studied(fills);
    await using _folder = made;
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const program = new Command('paramgate').exitOverride();
    addSimulateCommand(program);
    const words = `--json ${replayOptions(spec, result.best)}`;
    await program.parseAsync(['simulate', '--candles', made.folder, ...words.split(' ')], { from: 'user' });
    const { metrics, plan } = JSON.parse(printed);
    expect(metrics.trades).toBe(result.best.metrics.trades);
    expect(metrics.netProfitPct).toBeCloseTo(result.best.metrics.netProfitPct ?? Number.NaN, 4);
    expect(metrics.exits.trailing_stop_loss).toBe(result.best.metrics.exits.trailingStopLoss);
    expect(plan.targets).toHaveLength(2);
    expect(studyJson(study(spec, result), result, 1).best).toMatchObject({ plan });
  });
});

function study(spec: typeof SPEC, result: Study['result']): Study {
  const times = { createdAtMs: 0, startedAtMs: 0, finishedAtMs: 1 };
  return { id: 's', spec, ...times, state: 'COMPLETE', progress: 1, result, published: false, error: null };
}

it('a study of more than levels says what it chose, how to replay it, and why it is not published', async () => {
  const { made, spec, result } = await studied('CONSERVATIVE');
  await using _folder = made;
  const text = studyText(study(spec, { ...result, validated: true }), result, RIVALS);
  expect(text).toContain(`best trial with ${chosenText(result.best)}\n`);
  expect(text).toContain(`by: simulate ${replayOptions(spec, result.best)}\n`);
  for (const fold of result.validation.folds) expect(text).toContain(`${chosenText(fold)}\n`);
  expect(text).toMatch(
    /not published: maxHold, trailing, .+ cannot be published: bots are served a stop and a target.+\.\n$/,
  );
  expect(studyJson(study(spec, result), result, 1)).toMatchObject({ unpublishable: expect.stringContaining('roi2') });
});

it('a study of levels says none of it', () => {
  expect(chosenText({})).toBeUndefined();
  const spec = { ...SPEC, space: [] };
  const result = { ...studyOfLevels(spec) };
  expect(studyText(study(spec, result), result, RIVALS)).not.toMatch(/(trial|plateau|peak) with|replayed/);
  expect(studyJson(study(spec, result), result, 1)).not.toHaveProperty('unpublishable');
});

function studyOfLevels(spec: typeof SPEC) {
  const candles = randomMarket({ seed: 11, count: 300 });
  const report = { count: 300, fromMs: 0, toMs: 1, gaps: 0, missing: 0, duplicates: 0, unordered: 0 };
  return runStudy({ spec, candles, report, signals: null, ...RIVALS }, () => undefined).result;
}
