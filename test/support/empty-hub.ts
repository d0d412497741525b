// A hub that holds neither candles nor entries.
import type { HubDesk } from '#store/open.ts';

const none = () => new Float64Array(0);

export async function emptyHub(): Promise<Pick<HubDesk, 'candles' | 'entries'> & AsyncDisposable> {
  const columns = () => ({
    openTimeMs: none(),
    open: none(),
    high: none(),
    low: none(),
    close: none(),
    volume: none(),
  });
  return {
    candles: {
      read: async ({ pair, timeframe }) => ({ pair, timeframe, timeframeMs: 0, ...columns() }),
      write: async () => undefined,
      list: async () => [],
    },
    entries: { read: async () => [], remember: async () => undefined },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
