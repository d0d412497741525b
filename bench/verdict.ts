// What a full verdict of one pair costs: `node bench/verdict.ts`. The plane of 341 stops x 291 targets over 2,000 entries of up to 500 candles, 5 folds, the
// overfitting test of 10 blocks, the bootstrap and the stress of costs. Exits with 1 above half a second of the thread's own time (the best of a few rounds),
// which is the time that passes where nobody else wants the processor.
import { performance } from 'node:perf_hooks';
import type { HistoricalSignal } from '#domain/market.ts';
import { specFrom } from '#search/search.ts';
import { runStudy, type StudyInput } from '#search/study-run.ts';
import { randomMarket } from '../test/support/random-market.ts';

const ROUNDS = 7;
const MOST_MS = 500;
const CANDLES = 120_000;
const ENTRIES = 2_000;

const candles = randomMarket({ seed: 1, count: CANDLES, volatility: 0.003, timeframe: '5m' });
const step = Math.floor((CANDLES - 1) / ENTRIES);
const signals: readonly HistoricalSignal[] = Array.from({ length: ENTRIES }, (_, index) => ({
  timeMs: candles.openTimeMs[index * step] as number,
  side: index % 2 === 0 ? 'LONG' : 'SHORT',
}));
const nothingOdd = { gaps: 0, missing: 0, duplicates: 0, unordered: 0 };

/** The study by `change` of the default spec. */
function inputOf(change: Parameters<typeof specFrom>[0]): StudyInput {
  return {
    spec: specFrom(change),
    candles,
    report: {
      count: CANDLES,
      fromMs: candles.openTimeMs[0] ?? null,
      toMs: candles.openTimeMs.at(-1) ?? null,
      ...nothingOdd,
    },
    signals,
    fallback: { stopLossPct: -2, takeProfitPct: 1 },
    incumbent: { stopLossPct: -1.5, takeProfitPct: 2 },
  };
}

const objectives = ['NET_PROFIT', 'EXPECTANCY', 'PROFIT_FACTOR', 'SHARPE', 'SORTINO', 'WIN_RATE'] as const;
for (const objective of objectives) {
  const input = inputOf({ pair: 'BTC/USDT', objective });
  let ms = Number.POSITIVE_INFINITY;
  let passedMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    const before = process.threadCpuUsage();
    runStudy(input, () => undefined);
    const { user, system } = process.threadCpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
    passedMs = Math.min(passedMs, performance.now() - started);
  }
  const shown = (value: number) => value.toFixed(0).padStart(5);
  process.stdout.write(`${objective.toLowerCase().padEnd(14)} ${shown(ms)} ms, ${shown(passedMs)} ms passed\n`);
  if (ms > MOST_MS) process.exitCode = 1;
}
