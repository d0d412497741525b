// Fills the holes of a series as freqtrade does before it simulates: flat candles at the previous close, without volume.
import { Fault } from '#domain/fault.ts';
import type { Candles } from '#domain/market.ts';

/** The most candles a filled series may have: 19 years of minutes. A file with a stray date must not take all memory. */
const MOST = 10_000_000;

/** `candles` with a candle at every timeframe from the first to the last; the same object when none is missing. Throws UNUSABLE_INPUT for more than 10 million. */
export function withoutHoles(candles: Candles): Candles {
  const { openTimeMs, timeframeMs } = candles;
  const missing = missingBefore(openTimeMs, timeframeMs);
  const count = missing.reduce((sum, each) => sum + each, openTimeMs.length);
  if (count === openTimeMs.length) return candles;
  if (count > MOST) {
    const found = `${candles.pair} ${candles.timeframe}: ${count} candles once its holes are filled`;
    throw new Fault('UNUSABLE_INPUT', `${found}; at most ${MOST} can be simulated`);
  }
  const column = () => new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  const filled = {
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  };
  let at = 0;
  for (let row = 0; row < openTimeMs.length; row += 1) {
    const before = row === 0 ? 0 : (candles.close[row - 1] as number);
    for (let step = 0; step < (missing[row] as number); step += 1) {
      filled.openTimeMs[at] = (filled.openTimeMs[at - 1] as number) + timeframeMs;
      for (const prices of [filled.open, filled.high, filled.low, filled.close]) prices[at] = before;
      at += 1;
    }
    for (const name of COLUMNS) filled[name][at] = candles[name][row] as number;
    at += 1;
  }
  return { ...candles, ...filled };
}

const COLUMNS = ['openTimeMs', 'open', 'high', 'low', 'close', 'volume'] as const;

/** For each row how many candles are missing right before it. */
function missingBefore(openTimeMs: Float64Array, timeframeMs: number): Float64Array {
  const missing = new Float64Array(openTimeMs.length);
  for (let row = 1; row < openTimeMs.length; row += 1) {
    const apart = (openTimeMs[row] as number) - (openTimeMs[row - 1] as number);
    missing[row] = Math.max(0, Math.ceil(apart / timeframeMs) - 1);
  }
  return missing;
}
