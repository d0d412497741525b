// freqtrade's figures become position-level percentages; nothing is invented, and what cannot be right says why.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BotFigures, closedTradeOf, isSkip } from '#trades/bot-figures.ts';

const figures = (more: Partial<BotFigures> = {}): BotFigures => ({
  tradeId: 7,
  pair: 'BTC/USDT:USDT',
  isShort: true,
  leverage: 3.4,
  profitRatio: 0.0305,
  stopRatio: -0.05032,
  targetRatio: undefined,
  openedAtMs: 1_767_600_000_123,
  closedAtMs: 1_767_600_900_456,
  enterTag: 'long from 75b conf=0.89',
  exitReason: 'roi',
  ...more,
});

test('account-level ratios are divided by leverage: -0.05032 at 3.4x is -1.48 %', () => {
  expect(closedTradeOf('BOT3', figures())).toEqual({
    bot: 'BOT3',
    tradeId: '7',
    pair: 'BTC/USDT:USDT',
    side: 'SHORT',
    leverage: 3.4,
    profitPct: 0.8970588235,
    stopLossPct: -1.48,
    takeProfitPct: null,
    openedAtMs: 1_767_600_000_123,
    closedAtMs: 1_767_600_900_456,
    enterTag: 'long from 75b conf=0.89',
    exitReason: 'roi',
  });
  expect(closedTradeOf('BOT3', figures({ leverage: 3, profitRatio: 0, targetRatio: 0.03 }))).toMatchObject({
    profitPct: 0,
    takeProfitPct: 1,
  });
});

test('whatever the leverage, the percentage times the leverage is the ratio again', () => {
  const leverage = fc.double({ min: 0.1, max: 125, noNaN: true });
  const ratio = fc.double({ min: -0.09, max: 0.19, noNaN: true });
  fc.assert(
    fc.property(leverage, ratio, (times, profitRatio) => {
      const read = closedTradeOf('BOT3', figures({ leverage: times, profitRatio }));
      if (isSkip(read)) throw new Error(read.reason);
      expect(Math.abs(read.profitPct * times - profitRatio * 100)).toBeLessThan(1e-7);
    }),
  );
});

describe('what the bot did not record stays unknown', () => {
  test.each([[null], [undefined], [0]])('a stop of %s is none', (stopRatio) => {
    expect(closedTradeOf('BOT3', figures({ stopRatio }))).toMatchObject({ stopLossPct: null });
  });
  test('a tag and a reason that are no texts are none', () => {
    expect(closedTradeOf('BOT3', figures({ enterTag: 5, exitReason: undefined }))).toMatchObject({
      enterTag: null,
      exitReason: null,
    });
  });
});

test.each<[string, Partial<BotFigures>, object]>([
  [
    'a long that lost all of it, fees and funding too',
    { isShort: false, leverage: 1, profitRatio: -1.1 },
    { profitPct: -110 },
  ],
  ['a coin at ninety times its price', { isShort: false, leverage: 1, profitRatio: 89 }, { profitPct: 8_900 }],
  [
    'a short whose coin rose tenfold',
    { leverage: 1, profitRatio: -9, stopRatio: -9 },
    { profitPct: -900, stopLossPct: -900 },
  ],
  ['a short that earned funding for a year', { leverage: 1, profitRatio: 1.5 }, { profitPct: 150 }],
  [
    'much at high leverage',
    { isShort: false, leverage: 125, profitRatio: 100, stopRatio: -9 },
    { profitPct: 80, stopLossPct: -7.2 },
  ],
  ['a stop at the very price, which ended the trade at once', { stopRatio: -1e-17 }, { stopLossPct: null }],
  ['a target of nothing', { targetRatio: 1e-17 }, { takeProfitPct: null }],
  ['`stoploss = -1`: none wanted', { isShort: false, leverage: 1, stopRatio: -1 }, { stopLossPct: null }],
])('%s can be, and is taken', (_what, more, taken) => {
  expect(closedTradeOf('BOT3', figures(more))).toMatchObject(taken);
});

test.each<[Partial<BotFigures>, string]>([
  [{ tradeId: null }, 'no trade id'],
  [{ tradeId: 1.5 }, 'no trade id'],
  [{ pair: 'BTCUSDT' }, '"BTCUSDT" is not a pair'],
  [{ pair: 'btc usdt/x' }, '"btc usdt/x" is not a pair'],
  [{ pair: null }, 'null is not a pair'],
  [{ leverage: null }, 'no leverage recorded'],
  [{ leverage: undefined }, 'no leverage recorded'],
  [{ leverage: 0 }, 'leverage 0 is not above 0 and at most 125'],
  [{ leverage: 126 }, 'leverage 126 is not above 0 and at most 125'],
  [{ profitRatio: null }, 'no profit recorded'],
  [{ profitRatio: Number.POSITIVE_INFINITY }, 'a profit that is no finite number'],
  [{ profitRatio: Number.NaN }, 'a profit that is no finite number'],
  [{ leverage: Number.NaN }, 'leverage NaN is not above 0 and at most 125'],
  [
    { leverage: 1, profitRatio: 2 },
    'a profit that no price can bring; a SHORT earns between -10000 % and 200 % at leverage 1',
  ],
  [
    { leverage: 1, profitRatio: 100, isShort: false },
    'a profit that no price can bring; a LONG earns between -200 % and 10000 % at leverage 1',
  ],
  [
    { leverage: 3, profitRatio: -6, isShort: false },
    'a profit that no price can bring; a LONG earns between -200 % and 10000 % at leverage 1',
  ],
  [{ stopRatio: Number.NEGATIVE_INFINITY }, 'a stop-loss that is no finite number'],
  [{ stopRatio: Number.NaN }, 'a stop-loss that is no finite number'],
  [
    { leverage: 1, stopRatio: -9, isShort: false },
    'a stop-loss that is no price; that of a LONG is not below -100 % at leverage 1',
  ],
  [
    { leverage: 1, stopRatio: -101 },
    'a stop-loss that is no price; that of a SHORT is not below -10000 % at leverage 1',
  ],
  [{ targetRatio: Number.POSITIVE_INFINITY }, 'a take-profit that is no finite number'],
  [{ openedAtMs: undefined }, 'no opening time'],
  [{ closedAtMs: undefined }, 'no closing time'],
  [{ closedAtMs: 1_767_600_000_122 }, 'closed before it was opened'],
  [{ stopRatio: 0.05 }, 'a stop-loss with a positive sign'],
  [{ targetRatio: -0.05 }, 'a take-profit with a negative sign'],
  [{ enterTag: 'x'.repeat(1_001) }, 'enterTag: 1001 characters; allowed: 0 to 1000 characters'],
])('%o is left out: %s', (wrong, reason) => {
  expect(closedTradeOf('BOT3', figures(wrong))).toMatchObject({ reason });
});
