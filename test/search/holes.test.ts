// Holes as freqtrade fills them: a series with a candle at every timeframe.
import { expect, it } from 'vitest';
import { withoutHoles } from '#search/holes.ts';
import { HOUR_MS, handMade } from '../support/hand-made.ts';

const row = (price: number) => [price, price + 1, price - 1, price + 0.5] as const;

it('a hole is filled with flat candles at the previous close, without volume', () => {
  const filled = withoutHoles(handMade([row(10), row(20), row(30)], [0, 3, 4]));
  expect([...filled.openTimeMs].map((timeMs) => timeMs / HOUR_MS)).toEqual([0, 1, 2, 3, 4]);
  expect([...filled.open]).toEqual([10, 10.5, 10.5, 20, 30]);
  expect([...filled.high]).toEqual([11, 10.5, 10.5, 21, 31]);
  expect([...filled.low]).toEqual([9, 10.5, 10.5, 19, 29]);
  expect([...filled.close]).toEqual([10.5, 10.5, 10.5, 20.5, 30.5]);
  expect([...filled.volume]).toEqual([1, 0, 0, 1, 1]);
});

it('a series without holes is left as it is, also an empty one', () => {
  const candles = handMade([row(10), row(20)]);
  expect(withoutHoles(candles)).toBe(candles);
  const none = handMade([]);
  expect(withoutHoles(none)).toBe(none);
});

it('a hole of a thousand years is refused before memory is taken for it', () => {
  const candles = handMade([row(10), row(20)], [0, 1_400 * 365 * 24]);
  expect(() => withoutHoles(candles)).toThrow(expect.objectContaining({ code: 'UNUSABLE_INPUT' }));
});
