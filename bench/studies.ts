// How studies of many pairs use the cores: 100 pairs, each judged whole from its file to its verdict, once by one thread and once by two, in turns:
// `node bench/studies.ts`. Exits with 1 when two threads are less than 1.7 times as fast as one (on a machine with two cores to spare).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openStudyPool, specFrom } from '#search/search.ts';
import { randomMarket } from '../test/support/random-market.ts';
import { median } from './support/load.ts';

const PAIRS = 100;
const CANDLES = 2_000;
const ROUNDS = 3;
const LEAST_RATIO = 1.7;

await using opened = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
opened.defer(() => rm(folder, { recursive: true, force: true }));
const pairs = Array.from({ length: PAIRS }, (_, index) => `P${index}/USDT`);
for (const [seed, pair] of pairs.entries()) {
  const candles = randomMarket({ seed: seed + 1, count: CANDLES, volatility: 0.004, timeframe: '5m' });
  const { openTimeMs, open, high, low, close, volume } = candles;
  const rows = Array.from(openTimeMs, (timeMs, at) => [timeMs, open[at], high[at], low[at], close[at], volume[at]]);
  await writeFile(join(folder, `${pair.replace('/', '_')}-5m.json`), JSON.stringify(rows));
}

/** Seconds for all pairs by `threads` threads that are warm. */
async function secondsBy(threads: number): Promise<number> {
  await using pool = openStudyPool(threads);
  const run = (pair: string) => {
    const task = { spec: specFrom({ pair, side: 'LONG' }), candlesFolder: folder, entriesFile: null };
    const rivals = { fallback: { stopLossPct: -2, takeProfitPct: 1 }, incumbent: null };
    return pool.run({ ...task, ...rivals }, { onProgress: () => undefined }).end;
  };
  await Promise.all(pairs.slice(0, 2 * threads).map(run));
  const started = performance.now();
  await Promise.all(pairs.map(run));
  return (performance.now() - started) / 1_000;
}

const rounds: { readonly one: number; readonly two: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.push({ one: await secondsBy(1), two: await secondsBy(2) });
  const { one, two } = rounds.at(-1) ?? { one: Number.NaN, two: Number.NaN };
  process.stdout.write(`one thread ${one.toFixed(1)} s, two threads ${two.toFixed(1)} s: ${(one / two).toFixed(2)}\n`);
}
const ratio = median(rounds.map(({ one, two }) => one / two));
const rate = PAIRS / median(rounds.map(({ two }) => two));
process.stdout.write(
  `${PAIRS} pairs: two threads are ${ratio.toFixed(2)} times as fast as one, ${rate.toFixed(1)} pairs a second\n`,
);
if (ratio < LEAST_RATIO) process.exitCode = 1;
