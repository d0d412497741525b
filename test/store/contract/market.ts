// What every hub promises about candles and historical entries, whatever it is built on.
import { describe, expect, test } from 'vitest';
import type { Candles, HistoricalSignal } from '#domain/market.ts';
import type { CandleStore, EntryStore, WorkerStore } from '#store/store.ts';
import { closing, decision, T0 } from '../samples.ts';
import type { HubUnderTest } from './hub.ts';

const FIVE_MS = 300_000;
const DAY_MS = 86_400_000;

/** `count` candles from `fromMs`; every 7th has no recorded volume. */
export function series(count: number, fromMs = T0, pair = 'BTC/USDT:USDT', timeframe = '5m'): Candles {
  const column = (value: (index: number) => number) => {
    const values = new Float64Array(new SharedArrayBuffer(count * 8));
    return values.map((_, index) => value(index));
  };
  return {
    pair,
    timeframe,
    timeframeMs: FIVE_MS,
    openTimeMs: column((index) => fromMs + index * FIVE_MS),
    open: column((index) => 100 + index),
    high: column((index) => 101.25 + index),
    low: column((index) => 99.5 + index),
    close: column((index) => 100.5 + index / 3),
    volume: column((index) => (index % 7 === 6 ? Number.NaN : index * 1.5)),
  };
}

function rowsOf({ openTimeMs, open, high, low, close, volume }: Candles) {
  return Array.from(openTimeMs, (timeMs, index) => [
    timeMs,
    open[index],
    high[index],
    low[index],
    close[index],
    volume[index],
  ]);
}

export function candleStoreContract(open: () => Promise<HubUnderTest<CandleStore>>): void {
  describe('candles', () => {
    test('what was written comes back to the last digit, cut as asked', async () => {
      await using hub = await open();
      const all = series(1_000, T0 - DAY_MS);
      await hub.port.write(all);
      await hub.port.write(series(3, T0, 'ETH/USDT'));
      await hub.reopen();
      const { pair, timeframe } = all;
      const whole = await hub.port.read({ pair, timeframe, fromMs: 0, toMs: T0 + 365 * DAY_MS });
      expect(rowsOf(whole)).toEqual(rowsOf(all));
      expect(whole).toMatchObject({ pair, timeframe, timeframeMs: FIVE_MS });
      const [fromMs, toMs] = [T0 - DAY_MS + FIVE_MS, T0 - DAY_MS + 3 * FIVE_MS];
      expect(rowsOf(await hub.port.read({ pair, timeframe, fromMs, toMs }))).toEqual(rowsOf(all).slice(1, 3));
      expect(rowsOf(await hub.port.read({ pair, timeframe: '1h', fromMs: 0, toMs: T0 }))).toEqual([]);
    });

    test('a candle written again replaces itself, and the others stay', async () => {
      await using hub = await open();
      const first = series(4);
      await hub.port.write(first);
      const again = { ...series(1, T0 + FIVE_MS), close: Float64Array.of(77) };
      await hub.port.write(again);
      const read = await hub.port.read({ pair: first.pair, timeframe: '5m', fromMs: T0, toMs: T0 + DAY_MS });
      expect([...read.close]).toEqual([first.close[0], 77, first.close[2], first.close[3]]);
    });

    test('lists what there is', async () => {
      await using hub = await open();
      expect(await hub.port.list()).toEqual([]);
      await hub.port.write(series(2, T0, 'ETH/USDT', '1h'));
      await hub.port.write(series(2, T0, 'BTC/USDT', '5m'));
      await hub.port.write(series(2, T0, 'BTC/USDT', '1h'));
      await hub.port.write(series(2, T0, 'no pair', '1h'));
      await hub.port.write(series(2, T0, 'BTC/USDT', 'soon'));
      expect(await hub.port.list()).toEqual([
        { pair: 'BTC/USDT', timeframe: '1h' },
        { pair: 'BTC/USDT', timeframe: '5m' },
        { pair: 'ETH/USDT', timeframe: '1h' },
      ]);
    });
  });
}

export function entryStoreContract(
  open: () => Promise<HubUnderTest<EntryStore> & { readonly decisions: WorkerStore['decisions'] }>,
): void {
  describe('entries', () => {
    test('history and forwarded decisions come together, in order, each once', async () => {
      await using hub = await open();
      const pair = 'BTC/USDT:USDT';
      const history: HistoricalSignal[] = [
        { timeMs: T0 - 40 * DAY_MS, side: 'SHORT' },
        { timeMs: T0 + 60_000, side: 'SHORT' },
        { timeMs: T0, side: 'LONG' },
      ];
      await hub.port.remember(pair, history);
      await hub.port.remember(pair, history.slice(1));
      await hub.port.remember('ETH/USDT', [{ timeMs: T0, side: 'LONG' }]);
      const forwarded = decision({ outcome: 'FORWARDED', reason: 'FORWARDED' });
      const others = [
        decision({ outcome: 'REJECTED', reason: 'NO_BOT', window: { openedAtMs: T0 + 1, closesAtMs: T0 + 61_000 } }),
        decision({ pair: 'ETH/USDT', outcome: 'FORWARDED', reason: 'FORWARDED' }),
      ];
      await hub.decisions.decide(
        [forwarded, ...others].map((made) => closing(made)),
        0,
      );
      await hub.reopen();
      const all = await hub.port.read({ pair, fromMs: 0, toMs: T0 + DAY_MS });
      expect(all).toEqual([
        { timeMs: T0 - 40 * DAY_MS, side: 'SHORT' },
        { timeMs: T0, side: 'LONG' },
        { timeMs: T0 + 60_000, side: 'LONG' },
        { timeMs: T0 + 60_000, side: 'SHORT' },
      ]);
      expect(await hub.port.read({ pair, fromMs: T0, toMs: T0 + 60_000 })).toEqual([{ timeMs: T0, side: 'LONG' }]);
    });
  });
}
