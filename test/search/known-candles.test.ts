// A study of what has no candles is refused before it is queued, by names alone; what cannot be known soon is left to the worker.
import { describe, expect, it } from 'vitest';
import { type CandlePlaces, requireKnownCandles } from '#search/known-candles.ts';
import { folderOf } from '../market/candle-folder.ts';
import { manualClock } from '../support/manual-clock.ts';

const FILES = {
  'BTC_USDT-5m.json': '',
  'BTC_USDT-1h.feather': '',
  'ETH_USDT-5m.json': '',
  'futures/SOL_USDT_USDT-1h-futures.json': '',
};
const listing = (pair: string, timeframe: string) => ({ pair, timeframe });

/** What is refused of `pair` and `timeframe`; undefined: nothing. */
async function refused(pair: string, timeframe: string, change: Partial<CandlePlaces> = {}): Promise<unknown> {
  await using made = await folderOf(FILES);
  const places = { candlesFolder: made.folder, clock: manualClock(), ...change };
  return await requireKnownCandles({ pair, timeframe }, places).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('without a hub', () => {
  it.each([
    ['BTC/USDT', '5m'],
    ['SOL/USDT:USDT', '1h'],
  ])('takes %s %s', async (pair, timeframe) => {
    expect(await refused(pair, timeframe)).toBeUndefined();
  });

  it('names the nearest pairs, and neither the folder nor the files', async () => {
    expect(await refused('BTX/USDT', '5m')).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'pair',
      message:
        'pair: no candles of BTX/USDT 5m; allowed: a pair that has candles; nearest there: BTC/USDT (1h, 5m), ETH/USDT (5m)',
    });
  });

  it('names spot where there are no futures, and what the hub has where the folder has nothing', async () => {
    await using spot = await folderOf({ 'ETH_USDT-5m.json': '', 'BTC_USDT-5m.json': '' });
    const near = (pairs: string) => ({ allowed: `a pair that has candles; ${pairs}` });
    const asked = { candlesFolder: spot.folder };
    expect(await refused('BTC/USDT:USDT', '5m', asked)).toMatchObject(
      near('nearest there: BTC/USDT (5m), ETH/USDT (5m)'),
    );
    await using empty = await folderOf({ 'notes.txt': '' });
    const nothing = { candlesFolder: empty.folder };
    expect(await refused('BTC/USDT', '5m', nothing)).toMatchObject(near('there are none'));
    const candles = { list: async () => ['ETH/USDT', 'BTX/USDT', 'BTX/USDT'].map((pair) => listing(pair, '5m')) };
    const inHub = await refused('BTC/USDT', '5m', { ...nothing, candles });
    expect(inHub).toMatchObject(near('nearest there: BTX/USDT, ETH/USDT'));
  });

  it('names the timeframes there are of the pair', async () => {
    expect(await refused('BTC/USDT', '15m')).toMatchObject({ field: 'timeframe', allowed: '1h, 5m' });
  });

  it('refuses nothing without a folder, or with one that cannot be read', async () => {
    expect(await refused('BTX/USDT', '5m', { candlesFolder: undefined })).toBeUndefined();
    expect(await refused('BTX/USDT', '5m', { candlesFolder: '/nowhere/at/all' })).toBeUndefined();
  });
});

describe('with a hub', () => {
  const hub = (list: CandlePlaces['candles']) => ({ candles: list });

  it('takes what the hub has, and refuses what neither has', async () => {
    const candles = hub({ list: async () => [listing('XRP/USDT', '5m'), listing('BTC/USDT', '4h')] });
    expect(await refused('XRP/USDT', '5m', candles)).toBeUndefined();
    expect(await refused('BTX/USDT', '5m', candles)).toMatchObject({ field: 'pair' });
    expect(await refused('BTC/USDT', '15m', candles)).toMatchObject({ field: 'timeframe', allowed: '1h, 4h, 5m' });
  });

  it('refuses nothing where the hub fails or does not answer in time', async () => {
    expect(await refused('BTX/USDT', '5m', hub({ list: () => Promise.reject(new Error('down')) }))).toBeUndefined();
    const clock = manualClock();
    const slow = refused('BTX/USDT', '5m', { ...hub({ list: () => new Promise(() => undefined) }), clock });
    while (clock.sleeping() === 0) await new Promise((next) => setImmediate(next));
    await clock.advance(1_000);
    expect(await slow).toBeUndefined();
  });
});
