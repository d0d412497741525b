// What the plane costs beside a direct loop over the same cells, in one run with the same figures: `node bench/plane.ts`.
// 341 stops x 291 targets, 2,000 entries, up to 500 candles each. Exits with 1 when the figures differ or the plane is less than 5 times faster.
import { performance } from 'node:perf_hooks';
import type { Candles } from '#domain/market.ts';
import type { Entries } from '#search/entries.ts';
import { gridOf } from '#search/grid.ts';
import { profitRatio, ratioE6, stopTouchedAt } from '#search/levels.ts';
import { noSums, type PlaneInput, PlaneTables } from '#search/plane.ts';
import { sideLevels } from '#search/touch.ts';

const ROUNDS = 7;
const LEAST_RATIO = 5;
const LEAST_DIRECT_PER_SECOND = 2e8;

const candles = walk(120_000);
const grid = gridOf({ min: -0.2, max: -7, step: 0.02 }, { min: 0.2, max: 6, step: 0.02 });
const input: PlaneInput = { candles, entries: spread(2_000), grid, feePct: 0.05, maxHold: 500 };
const evaluations = input.entries.candle.length * grid.stopsPct.length * grid.targetsPct.length;

const plane = best(() => byPlane(input));
const direct = best(() => byDirectLoop(input));
const difference = plane.result.reduce(
  (most, sum, cell) => Math.max(most, Math.abs(sum - (direct.result[cell] as number))),
  0,
);
const ratio = direct.ms / plane.ms;
const perSecond = evaluations / (direct.ms / 1000);

const figure = (value: number, digits = 1) => value.toFixed(digits).padStart(10);
process.stdout.write(
  [
    `${grid.stopsPct.length} stops x ${grid.targetsPct.length} targets, ${input.entries.candle.length} entries, up to ${input.maxHold} candles each`,
    `                     ms   evaluations/s`,
    `plane        ${figure(plane.ms)}   ${(evaluations / (plane.ms / 1000)).toExponential(2)}`,
    `direct loop  ${figure(direct.ms)}   ${perSecond.toExponential(2)}`,
    `ratio        ${figure(ratio)}`,
    `largest difference of a cell's sum of profit ratios: ${difference.toExponential(1)}`,
    `memory of the plane beyond the candles: ${figure(plane.megabytes).trim()} MB; peak resident: ${figure(process.resourceUsage().maxRSS / 1024).trim()} MB`,
    '',
  ].join('\n'),
);
const slow = ratio < LEAST_RATIO;
const strawMan = perSecond < LEAST_DIRECT_PER_SECOND;
if (strawMan)
  process.stdout.write('the direct loop is slower than 2e8 evaluations/s: the ratio says little on this machine\n');
if (slow || difference > 1e-9) process.exitCode = 1;

/** The fastest of a few rounds, and the memory its round took in buffers. */
function best(work: () => Float64Array): { result: Float64Array; ms: number; megabytes: number } {
  let ms = Number.POSITIVE_INFINITY;
  let result: Float64Array = new Float64Array();
  let megabytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    result = work();
    ms = Math.min(ms, performance.now() - started);
    megabytes = Math.max(megabytes, (process.memoryUsage().arrayBuffers - before) / 2 ** 20);
  }
  return { result, ms, megabytes };
}

function byPlane(of: PlaneInput): Float64Array {
  const tables = new PlaneTables(of, ['sum']);
  const sums = noSums(of.grid, ['sum']);
  tables.take(0, of.entries.candle.length);
  tables.addTo(sums);
  return sums.get('sum') as Float64Array;
}

/** Every cell of every entry: who is first, and what that earns. First touches are found once per entry and level, so the loop itself is bare. */
function byDirectLoop({
  candles: { open, high, low },
  entries,
  grid: levels,
  feePct,
  maxHold,
}: PlaneInput): Float64Array {
  const { fee, stopFactors, reachedAt } = sideLevels(levels, 'LONG', feePct);
  const stops = stopFactors.length;
  const targets = reachedAt.length;
  const last = open.length - 1;
  const sums = new Float64Array(stops * targets);
  const targetProfit = Float64Array.from(levels.targetsPct, (pct) => ratioE6(pct, 1) / 1e6);
  const targetAt = new Int32Array(targets);
  for (const entry of entries.candle) {
    const price = open[entry] as number;
    const end = Math.min(entry + maxHold - 1, last);
    const leave = Math.min(entry + maxHold, last);
    const left = profitRatio('LONG', { open: price, close: open[leave] as number }, fee);
    targetAt.fill(last + 2);
    let target = 0;
    for (let candle = entry; candle <= end && target < targets; candle += 1) {
      const profit = profitRatio('LONG', { open: price, close: high[candle] as number }, fee);
      while (target < targets && profit >= (reachedAt[target] as number)) targetAt[target++] = candle;
    }
    let candle = entry;
    for (let stop = 0; stop < stops; stop += 1) {
      const stopPrice = price * (stopFactors[stop] as number);
      const touched = stopTouchedAt(stopPrice, 'LONG');
      while (candle <= end && (low[candle] as number) > touched) candle += 1;
      const opened = candle <= end ? (open[candle] as number) : 0;
      const close = candle > entry && opened < stopPrice ? opened : stopPrice;
      const stopped = candle <= end ? profitRatio('LONG', { open: price, close }, fee) : left;
      const before = candle <= end ? candle : last + 1;
      const row = stop * targets;
      for (let column = 0; column < targets; column += 1) {
        sums[row + column] =
          (sums[row + column] as number) +
          ((targetAt[column] as number) < before ? (targetProfit[column] as number) : stopped);
      }
    }
  }
  return sums;
}

/** A random walk of five-minute candles; the same on every machine. */
function walk(count: number): Candles {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296 - 0.5;
  };
  const column = () => new Float64Array(new SharedArrayBuffer(count * 8));
  const made = {
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let price = 100;
  for (let index = 0; index < count; index += 1) {
    const close = price * (1 + 0.004 * random());
    made.openTimeMs[index] = index * 300_000;
    made.open[index] = price;
    made.close[index] = close;
    made.high[index] = Math.max(price, close) * (1 + 0.001 * Math.abs(random()));
    made.low[index] = Math.min(price, close) * (1 - 0.001 * Math.abs(random()));
    price = close * (1 + 0.0002 * random());
  }
  return { pair: 'BENCH/USDT', timeframe: '5m', timeframeMs: 300_000, ...made };
}

function spread(count: number): Entries {
  const step = Math.floor((candles.open.length - 1) / count);
  const candle = Int32Array.from({ length: count }, (_, index) => index * step);
  return { candle, short: new Uint8Array(count), signalAtMs: Float64Array.from(candle) };
}
