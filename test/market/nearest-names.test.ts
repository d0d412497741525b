// Names that somebody may have meant.
import { expect, it } from 'vitest';
import { nearestNames } from '#market/candles.ts';

it('puts the names first that need the fewest changes, and of equal ones the first by name', () => {
  const names = ['ADA/USDT', 'BTC/USDT', 'BTC/USDT:USDT', 'ETH/USDT', 'BTC/USDC'];
  expect(nearestNames('BTC/USDX', names)).toEqual(['BTC/USDC', 'BTC/USDT', 'ETH/USDT', 'ADA/USDT', 'BTC/USDT:USDT']);
  expect(nearestNames('BTC/USDT', [])).toEqual([]);
});
