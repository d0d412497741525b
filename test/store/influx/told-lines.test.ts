// Which acknowledged lines a hub is asked for later.
import { expect, test } from 'vitest';
import { Anchors, toldLines } from '#store/influx/told-lines.ts';

const signal = (line: string) => [{ place: 'signals' as const, line }];

test('while none is kept, the first acknowledged line is, also by a batch that was on its way meanwhile', () => {
  const anchors = new Anchors();
  anchors.note(signal('a'));
  expect(toldLines(anchors.over({}), 'signals')).toEqual({ signals: 'a' });
  // The hub may have lost `a` before it acknowledged `b`; to keep `b` would hide that.
  anchors.note(signal('b'));
  expect(toldLines(anchors.over({}), 'signals')).toEqual({ signals: 'a' });
  expect(anchors.newest).toEqual({ signals: 'b' });
  expect(anchors.over({ signals: 'a' })).toBeNull();
  anchors.forget();
  expect([anchors.newest, anchors.over({})]).toEqual([{}, null]);
});

test('a text of before places were told apart is a line of the first place', () => {
  expect(toldLines('signals,pair=A v=1.0 1', 'signals')).toEqual({ signals: 'signals,pair=A v=1.0 1' });
  expect(toldLines(null, 'signals')).toEqual({});
});
