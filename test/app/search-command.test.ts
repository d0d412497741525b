// `paramgate search`, from its flags to what it prints, keeps and publishes: one JSON document, or words and tables, or one line of refusal and nothing on
// standard output.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { KeptStudy } from '#search/search.ts';
import { addSearch, type SearchSurroundings } from '../../src/app/commands/search.ts';
import { NO_PLAN } from '../../src/app/search-plan.ts';
import { folderOf } from '../market/candle-folder.ts';
import { emptyHub } from '../support/empty-hub.ts';
import { manualClock } from '../support/manual-clock.ts';
import { randomMarket } from '../support/random-market.ts';

const market = randomMarket({ seed: 5, count: 2_500, volatility: 0.006, drift: () => 0.0006 });
const times = [...market.openTimeMs];
const FILES = {
  'BTC_USDT-1h.json': JSON.stringify(
    times.map((timeMs, index) => [
      timeMs,
      ...[market.open, market.high, market.low, market.close, market.volume].map((column) => column[index]),
    ]),
  ),
  'entries.csv': `time,side\n${times
    .filter((_, index) => index % 20 === 0)
    .map((timeMs, index) => `${timeMs},${index % 3 === 0 ? 'short' : 'long'}\n`)
    .join('')}`,
};
const BASE = ['--pair', 'BTC/USDT', '--timeframe', '1h', '--max-hold', '48'];
const SMALL = ['--stop', '-5:-1:0.5', '--target', '1:5:0.5'];

afterEach(() => {
  vi.restoreAllMocks();
});

interface Ran {
  readonly printed: string;
  readonly told: string;
  readonly error: unknown;
  readonly kept: readonly KeptStudy[];
  /** A file the command wrote into the folder. */
  readonly written: string | undefined;
}

/** Runs the command with `words`, FOLDER standing for a folder with candles and entries. */
async function run(words: readonly string[], change: Partial<SearchSurroundings> = {}): Promise<Ran> {
  await using made = await folderOf(FILES);
  const printed: string[] = [];
  const told: string[] = [];
  const kept: KeptStudy[] = [];
  const capture = (into: string[]) => (text: string | Uint8Array) => {
    into.push(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(capture(printed));
  vi.spyOn(process.stderr, 'write').mockImplementation(capture(told));
  const program = new Command('paramgate').exitOverride().configureOutput({ writeErr: () => undefined });
  addSearch(program, () => ({
    candlesFolder: made.folder,
    fallback: { stopLossPct: -2, takeProfitPct: 1 },
    plan: NO_PLAN,
    threads: 2,
    openHub: emptyHub,
    studies: { page: async () => [] },
    rivals: async () => ({ fallback: { stopLossPct: -2, takeProfitPct: 1 }, incumbent: null }),
    keepStudy: async (made) => {
      const { study } = made;
      kept.push(made);
      return { ...study, published: study.spec.publish && study.result?.validated === true };
    },
    newId: () => 'study-1',
    clock: manualClock(),
    ...change,
  }));
  for (const command of program.commands) command.exitOverride();
  const placed = words.map((word) => word.replace('FOLDER', made.folder));
  const error: unknown = await program.parseAsync(['search', ...BASE, ...placed], { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const written = await readFile(join(made.folder, 'plane.json'), 'utf8').catch(() => undefined);
  return { printed: printed.join(''), told: told.join(''), error, kept, written };
}

describe('search --json', () => {
  it('searches with freqtrade’s fills when asked: other figures, and the study says so', async () => {
    const conservative = await run([...SMALL, '--json']);
    const { printed, kept, error } = await run([...SMALL, '--fills', 'freqtrade', '--json']);
    expect(error).toBeUndefined();
    const document = JSON.parse(printed);
    expect(document.study.fills).toBe('freqtrade');
    expect(kept[0]?.study.spec.fills).toBe('FREQTRADE');
    expect(document.entries).toMatchObject({ count: 4_998, skipped: 2 });
    expect(document.best.metrics).not.toEqual(JSON.parse(conservative.printed).best.metrics);
    expect(document.validation.folds).toHaveLength(5);
  });

  it('prints the whole study as one document and keeps the same study', async () => {
    const { printed, kept, error } = await run([...SMALL, '--side', 'long', '--json', '--publish']);
    expect(error).toBeUndefined();
    const document = JSON.parse(printed);
    expect(Object.keys(document)).toEqual([
      'study',
      'candles',
      'entries',
      'best',
      'peak',
      'baseline',
      'validation',
      'validated',
      'published',
    ]);
    expect(document.study).toEqual({
      id: 'study-1',
      pair: 'BTC/USDT',
      timeframe: '1h',
      sampler: 'exact',
      objective: 'net_profit',
      fills: 'conservative',
      feePct: 0.05,
      seed: 0,
      state: 'COMPLETE',
      trials: 81,
      durationMs: 0,
    });
    expect(document.candles).toEqual({
      count: 2_500,
      from: '2024-01-01T00:00:00.000Z',
      to: '2024-04-14T03:00:00.000Z',
      gaps: 0,
      missing: 0,
      duplicates: 0,
      unordered: 0,
    });
    expect(document.entries).toEqual({ count: 2_499, long: 2_499, short: 0, skipped: 0, source: 'every_candle' });
    expect(document.baseline).toMatchObject({ fallback: { trades: expect.any(Number) }, incumbent: null });
    expect(document.validation.folds).toHaveLength(5);
    expect(Object.keys(document.validation.folds[0])).toEqual([
      'trainFrom',
      'trainTo',
      'testFrom',
      'testTo',
      'stopLossPct',
      'takeProfitPct',
      'inSample',
      'outOfSample',
    ]);
    expect(Object.keys(document.best.metrics.exits)).toEqual(['stop_loss', 'roi', 'max_hold', 'force_exit']);
    expect(document.validation).toMatchObject({ reasons: [], warnings: expect.any(Array), pbo: expect.any(Number) });
    const { interval, slope, lossShare, stressed, outOfSample } = document.validation;
    expect(interval).toEqual({
      lowerPct: expect.any(Number),
      upperPct: expect.any(Number),
      confidence: 0.95,
      blockTrades: expect.any(Number),
    });
    expect(interval.lowerPct).toBeGreaterThan(0);
    expect([typeof slope, lossShare]).toEqual(['number', 0]);
    expect(stressed.trades).toBe(outOfSample.trades);
    expect(stressed.expectancyPct).toBeLessThan(outOfSample.expectancyPct);
    expect([document.validated, document.published]).toEqual([true, true]);
    const [only] = kept;
    expect(only?.study).toMatchObject({
      id: 'study-1',
      state: 'COMPLETE',
      published: false,
      spec: { side: 'LONG', publish: true },
    });
    expect(only?.study.result?.best.stopLossPct).toBe(document.best.stopLossPct);
    expect(only?.plane?.stops).toEqual([-1, -1.5, -2, -2.5, -3, -3.5, -4, -4.5, -5]);
  });

  it('gives the failed conditions as reasons, and percentages with 4 decimals', async () => {
    const { printed } = await run([
      ...SMALL,
      '--json',
      '--min-oos-trades',
      '1000000',
      '--objective',
      'sharpe',
      '--seed',
      '7',
    ]);
    const { study, best, validation, validated, published } = JSON.parse(printed);
    expect(study).toMatchObject({ objective: 'sharpe', seed: 7 });
    expect(best.objective).toBe(best.metrics.sharpe);
    expect(best.metrics.netProfitPct).toBe(Number(best.metrics.netProfitPct.toFixed(4)));
    const failed = validation.conditions.filter(({ passed }: { passed: boolean }) => !passed);
    expect(validation.reasons).toEqual(failed.map(({ sentence }: { sentence: string }) => sentence));
    expect(validation.reasons[0]).toMatch(/^\d+ trades out of sample; at least 1000000 are needed$/);
    expect([validated, published]).toEqual([false, false]);
  });

  it('takes entries from a file, cut with the candles to the period', async () => {
    const { printed } = await run([
      ...SMALL,
      '--json',
      '--entries',
      'FOLDER/entries.csv',
      '--from',
      '2024-01-11',
      '--to',
      '2024-03-01T00:00:00Z',
    ]);
    const { entries, candles } = JSON.parse(printed);
    expect(candles).toMatchObject({ count: 1_200, from: '2024-01-11T00:00:00.000Z', to: '2024-02-29T23:00:00.000Z' });
    expect(entries).toEqual({ count: 60, long: 40, short: 20, skipped: 0, source: 'file' });
  });

  it('measures what is served now', async () => {
    const fallback = { stopLossPct: -2, takeProfitPct: 1 };
    const rivals = vi.fn(async () => ({ fallback, incumbent: { stopLossPct: -1.5, takeProfitPct: 2 } }));
    const { printed } = await run([...SMALL, '--json', '--side', 'short'], { rivals });
    expect(rivals).toHaveBeenCalledWith(expect.objectContaining({ pair: 'BTC/USDT', side: 'SHORT' }));
    const { baseline, validation } = JSON.parse(printed);
    expect(baseline.incumbent.trades).toBe(validation.outOfSample.trades);
  });
});

describe('search --plane', () => {
  it('writes the whole plane, nearest zero first', async () => {
    const { written, error } = await run([
      ...SMALL,
      '--json',
      '--objective',
      'win_rate',
      '--plane',
      'FOLDER/plane.json',
    ]);
    expect(error).toBeUndefined();
    const plane = JSON.parse(written ?? '');
    expect(Object.keys(plane)).toEqual(['stops', 'targets', 'objective', 'trades', 'values']);
    expect([plane.stops[0], plane.stops.at(-1), plane.objective]).toEqual([-1, -5, 'win_rate']);
    expect(plane.values).toHaveLength(9);
    expect(plane.trades.flat().every((trades: number) => trades === 4_998)).toBe(true);
    expect(plane.values.flat().every((rate: number) => rate >= 0 && rate <= 1)).toBe(true);
  });

  it('names the file it cannot write, and keeps nothing', async () => {
    const { error, printed, kept } = await run([...SMALL, '--plane', 'FOLDER/none/plane.json']);
    expect(error).toMatchObject({ code: 'UNUSABLE_INPUT', field: '--plane' });
    expect([printed, kept]).toEqual(['', []]);
  });
});

describe('search', () => {
  it('says the verdict in words, and how far it is on standard error in plain lines', async () => {
    const { printed, told } = await run([...SMALL, '--side', 'long', '--publish']);
    expect(printed).toMatch(/^BTC\/USDT 1h: 81 cells by net_profit, fee 0.05 %, conservative fills\n/);
    expect(printed).toMatch(/^best plateau +-\d/m);
    expect(printed).toMatch(/^folds, own levels +\d+ /m);
    expect(printed).toMatch(/^fallback +-2 +1 /m);
    expect(printed).toMatch(/^passed {2}\d+ trades out of sample; at least 30 are needed$/m);
    expect(printed).toMatch(/Validated and published: BTC\/USDT is served -?[\d.]+ \/ [\d.]+ from now on\.\n$/);
    expect(told).toMatch(/^(searching BTC\/USDT: (100 %|(25|50|75) %, about \d+ s left)\n)+$/);
    expect(told.endsWith('100 %\n')).toBe(true);
  });

  it.each([
    [['--publish'], { keepStudy: async ({ study }: KeptStudy) => study }, 'will be published when a worker runs.\n'],
    [[], {}, 'Not published, since --publish was not asked for.\n'],
    [['--publish', '--pbo-max', '0', '--min-test-days', '500'], {}, 'is not published.\n'],
  ])('ends with what became of the winner: %j', async (words, change, ending) => {
    const { printed } = await run([...SMALL, '--side', 'long', ...words], change);
    expect(printed.endsWith(ending)).toBe(true);
  });

  it('searches the configured folder unless another is given', async () => {
    const { error } = await run([...SMALL], { candlesFolder: undefined });
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', field: '--candles' });
    expect((await run([...SMALL, '--candles', 'FOLDER'], { candlesFolder: undefined })).error).toBeUndefined();
  });

  it.each([
    ['--stop', '-5:-1'],
    ['--stop', '-5:1:0.5'],
    ['--stop', '-5:-1:zero'],
    ['--stop', '-90:-1:0.0001'],
    ['--target', '0:5:0.5'],
    ['--fee', '-1'],
    ['--max-hold', '0'],
    ['--max-hold', '-3'],
    ['--folds', '0'],
    ['--min-trades', '0'],
    ['--pbo-max', '1.5'],
    ['--objective', 'luck'],
    ['--fills', 'hopeful'],
    ['--sampler', 'luck'],
    ['--pruner', 'median'],
    ['--pruner', 'luck'],
    ['--trials', '2.5'],
    ['--max-hold', '0:50:10'],
    ['--max-hold', '1:100000:1'],
    ['--space', 'trailing=1:2:0.5'],
    ['--space', 'luck=1'],
    ['--space', 'trailing'],
    ['--space', 'trailing=1:2'],
    ['--space', 'maxHold=1:9:1'],
    ['--side', 'up'],
    ['--seed', 'x'],
    ['--from', 'yesterday'],
  ])('refuses %s %s before it reads anything, printing nothing', async (flag, value) => {
    const { error, printed, told, kept } = await run([flag, value, '--candles', '/nowhere']);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', field: flag });
    expect([printed, told, kept]).toEqual(['', '', []]);
  });

  it('searches further dimensions by tpe, and tells their values with the levels', async () => {
    const beyond = ['--space', 'trailing=0.5:2:0.5', '--space', 'trailingBeyond=0.5', '--space', 'breakEven=0.4'];
    const { error, printed, told } = await run([...SMALL, '--sampler', 'tpe', '--trials', '12', ...beyond, '--json']);
    expect(error).toBeUndefined();
    expect(told).toMatch(/^paramgate: this search is kept when it ends; .*: startSearch\nsearching BTC\/USDT/);
    const { best } = JSON.parse(printed) as { best: Readonly<Record<string, number>> };
    expect([0.5, 1, 1.5, 2]).toContain(best.trailing);
    expect(best).toMatchObject({ trailingBeyond: 0.5, breakEven: 0.4 });
  });

  it('names what this version allows of fills and samplers', async () => {
    expect((await run(['--fills', 'hopeful'])).error).toMatchObject({ allowed: 'conservative, freqtrade' });
    expect((await run(['--sampler', 'luck'])).error).toMatchObject({ allowed: 'exact, tpe, random, grid' });
  });

  it.each([
    ['a pair without candles', ['--pair', 'ETH/USDT']],
    ['a folder that is none', ['--candles', 'FOLDER/none']],
    ['entries that are not there', ['--entries', 'FOLDER/none.csv']],
    ['a period without candles', ['--from', '2030-01-01']],
    ['trials without candles', ['--pair', 'ETH/USDT', '--sampler', 'tpe']],
  ])('fails for %s, printing nothing and keeping nothing', async (_, words) => {
    const { error, printed, told, kept } = await run([...SMALL, ...words]);
    expect(error).toMatchObject({ code: 'UNUSABLE_INPUT' });
    expect([printed, told, kept]).toEqual(['', '', []]);
  });
});
