// Which trade is ours: pair, side, tag (on the trade or an order) and time by the bot's clock, 2 s allowed.

import { describe, expect, test } from 'vitest';
import { findOurs, isOurs, wantedTrade } from '#fleet/settle.ts';
import { readTrade, readTrades, type TradeRow } from '#fleet/trade-row.ts';
import { decisionOf } from './deliveries.ts';

const SENT = 1_767_614_400_000;
const decision = decisionOf('d1', SENT);
const TAG = decision.enterTag;
const trade: TradeRow = {
  tradeId: '3',
  pair: decision.pair,
  isShort: false,
  enterTag: TAG,
  openedAtMs: SENT,
  orders: [],
};

describe('is a trade ours?', () => {
  test.each<[string, Partial<TradeRow>, boolean]>([
    ['made when sent', {}, true],
    ['2 s before, by a coarse clock', { openedAtMs: SENT - 2_000 }, true],
    ['earlier than that', { openedAtMs: SENT - 2_001 }, false],
    ['long after: it waited for the lock', { openedAtMs: SENT + 200_000 }, true],
    ['another pair', { pair: 'ETH/USDT:USDT' }, false],
    ['another side', { isShort: true }, false],
    ['another tag', { enterTag: `${TAG},75c` }, false],
    ['no tag', { enterTag: null }, false],
    ['our tag on an order', { enterTag: 'force_entry', orders: [{ tag: TAG, atMs: SENT + 5 }] }, true],
    ['our tag on an older order', { enterTag: 'x', orders: [{ tag: TAG, atMs: SENT - 60_000 }] }, false],
    ['our tag on an order without a time', { enterTag: 'x', orders: [{ tag: TAG, atMs: null }] }, false],
    ['the same tag a window ago', { openedAtMs: SENT - 60_000, orders: [{ tag: TAG, atMs: SENT - 60_000 }] }, false],
  ])('%s', (_name, change, ours) => {
    expect(isOurs({ ...trade, ...change }, wantedTrade(decision, SENT, 0))).toBe(ours);
  });

  test('the bot’s clock counts, not ours', () => {
    const behind = { ...trade, openedAtMs: SENT - 3_600_000 };
    expect(isOurs(behind, wantedTrade(decision, SENT, 0))).toBe(false);
    expect(isOurs(behind, wantedTrade(decision, SENT, -3_600_000))).toBe(true);
    expect(isOurs(trade, wantedTrade(decision, SENT, 3_600_000))).toBe(false);
  });

  test('several candidates are told earliest first', () => {
    const later = { ...trade, tradeId: '5', openedAtMs: SENT + 9 };
    const found = findOurs([later, { ...trade, pair: 'X/Y' }, trade], wantedTrade(decision, SENT, 0));
    expect(found.map(({ tradeId }) => tradeId)).toEqual(['3', '5']);
  });
});

describe('rows', () => {
  const row = { trade_id: 3, pair: 'BTC/USDT:USDT', is_short: true, open_timestamp: 5, enter_tag: null };

  test('a row is a trade when it has an identity', () => {
    expect(
      readTrade({ ...row, orders: [{ ft_order_tag: 't', order_timestamp: 7 }, 'junk', { ft_order_tag: 4 }] }),
    ).toEqual({
      tradeId: '3',
      pair: 'BTC/USDT:USDT',
      isShort: true,
      enterTag: null,
      openedAtMs: 5,
      orders: [
        { tag: 't', atMs: 7 },
        { tag: null, atMs: null },
      ],
    });
  });

  test.each([
    { ...row, trade_id: '3' },
    { ...row, pair: undefined },
    { ...row, is_short: 1 },
    { ...row, open_timestamp: null },
    [],
    null,
  ])('%j is none', (value) => {
    expect(readTrade(value)).toBeUndefined();
  });

  test('a list keeps what is a trade; what is no list is nothing', () => {
    expect(readTrades([row, null])).toHaveLength(1);
    expect(readTrades({ trades: [] })).toBeUndefined();
  });
});
