// Trades by their identity: exactly those asked for, in the order asked, and none that only looks alike.
import { expect, test } from 'vitest';
import type { ClosedTrade } from '#domain/trade.ts';
import { opened } from './opened.ts';

const trade = (tradeId: string, more: Partial<ClosedTrade> = {}): ClosedTrade => ({
  bot: 'BOT3',
  tradeId,
  pair: 'BTC/USDT:USDT',
  side: 'SHORT',
  leverage: 3.4,
  profitPct: -0.25,
  stopLossPct: -1.48,
  takeProfitPct: null,
  openedAtMs: 1_767_600_000_123,
  closedAtMs: 1_767_600_900_456,
  enterTag: 'long "x"',
  exitReason: null,
  ...more,
});

test('a trade is found by bot, id, pair and opening, as it was recorded last', async () => {
  await using store = await opened();
  const { recorded, trades } = store.gateway;
  expect(await recorded.byKeys([trade('1')])).toEqual([undefined]);
  await trades.record([trade('1'), trade('2', { leverage: 1 })]);
  await trades.record([trade('1', { profitPct: 0.5 })]);
  const asked = [
    trade('2'),
    trade('3'),
    trade('1'),
    trade('1', { bot: 'BOT1' }),
    trade('1', { pair: 'ETH/USDT:USDT' }),
    trade('1', { openedAtMs: 1_767_600_000_124 }),
  ];
  expect(await recorded.byKeys(asked)).toEqual([
    trade('2', { leverage: 1 }),
    undefined,
    trade('1', { profitPct: 0.5 }),
    undefined,
    undefined,
    undefined,
  ]);
});

test('more keys than one question takes are answered in order', async () => {
  await using store = await opened();
  const { recorded, trades } = store.gateway;
  const all = Array.from({ length: 1_203 }, (_, index) => trade(String(index)));
  await trades.record(all);
  expect(await recorded.byKeys([...all].reverse())).toEqual([...all].reverse());
});
