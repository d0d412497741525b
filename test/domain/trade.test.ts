// Which closed trades may be remembered: every refusal names its trade and field.
import { expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { type ClosedTrade, requireTrades } from '#domain/trade.ts';

const TRADE: ClosedTrade = {
  bot: 'BOT3',
  tradeId: '17',
  pair: 'BTC/USDT:USDT',
  side: 'SHORT',
  leverage: 3,
  profitPct: -0.4,
  stopLossPct: -1.48,
  takeProfitPct: 1,
  openedAtMs: 1_767_000_000_000,
  closedAtMs: 1_767_000_060_000,
  enterTag: null,
  exitReason: 'stop_loss',
};

test.each<[string, Partial<ClosedTrade>]>([
  ['as bots send it', {}],
  ['without levels', { stopLossPct: null, takeProfitPct: null }],
  ['closed in the instant it opened', { closedAtMs: TRADE.openedAtMs }],
  ['without gain', { profitPct: 0 }],
  ['with an empty tag', { enterTag: '' }],
])('a trade %s is taken as it is', (_, change) => {
  const trades = [{ ...TRADE, ...change }];
  expect(requireTrades(trades)).toBe(trades);
});

test.each<[string, Partial<ClosedTrade>]>([
  ['bot', { bot: '' }],
  ['bot', { bot: 'B'.repeat(65) }],
  ['tradeId', { tradeId: '' }],
  ['tradeId', { tradeId: '1'.repeat(65) }],
  ['pair', { pair: 'BTC' }],
  ['leverage', { leverage: 0 }],
  ['leverage', { leverage: 126 }],
  ['profitPct', { profitPct: Number.NaN }],
  ['profitPct', { profitPct: Number.POSITIVE_INFINITY }],
  ['stopLossPct', { stopLossPct: 1.48 }],
  ['stopLossPct', { stopLossPct: 0 }],
  ['stopLossPct', { stopLossPct: -0 }],
  ['stopLossPct', { stopLossPct: Number.NEGATIVE_INFINITY }],
  ['takeProfitPct', { takeProfitPct: -1 }],
  ['takeProfitPct', { takeProfitPct: 0 }],
  ['takeProfitPct', { takeProfitPct: Number.NaN }],
  ['openedAt', { openedAtMs: Number.NaN }],
  ['openedAt', { openedAtMs: -1 }],
  ['closedAt', { closedAtMs: 1e20 }],
  ['closedAt', { closedAtMs: TRADE.openedAtMs - 1 }],
  ['enterTag', { enterTag: 'x'.repeat(1_001) }],
  ['exitReason', { exitReason: 'x'.repeat(1_001) }],
])('a wrong %s is refused by name: %j', (field, change) => {
  const refused = () => requireTrades([TRADE, { ...TRADE, ...change }]);
  expect(refused).toThrow(Fault);
  expect(refused).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: `trades[1].${field}` }));
});

test('a thousand trades are taken, one more is not', () => {
  expect(requireTrades(Array<ClosedTrade>(1_000).fill(TRADE))).toHaveLength(1_000);
  expect(() => requireTrades(Array<ClosedTrade>(1_001).fill(TRADE))).toThrow(
    expect.objectContaining({ field: 'trades', allowed: 'at most 1000' }),
  );
});
