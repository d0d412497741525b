// The fold: which window a signal goes to, and what is held of it.
import { expect, test } from 'vitest';
import { OpenWindows, overlap } from '#ensemble/window.ts';
import { sampleSignal } from './samples.ts';

const NOW = { wallMs: 0, monotonicMs: 0 };
const window = (openedAtMs: number, lengthMs = 60) => ({ openedAtMs, closesAtMs: openedAtMs + lengthMs });

test('overlap is that of half-open spans, both ways', () => {
  expect([overlap(window(0), window(59)), overlap(window(59), window(0))]).toEqual([true, true]);
  expect([overlap(window(0), window(60)), overlap(window(60), window(0))]).toEqual([false, false]);
});

test('a signal goes to the window stamped on it, beside another open one of its market', () => {
  const windows = new OpenWindows();
  const first = windows.add(sampleSignal({ seq: 1, receivedAtMs: 0, window: window(0) }), NOW);
  const second = windows.add(sampleSignal({ seq: 2, receivedAtMs: 60, window: window(60) }), NOW);
  expect(windows.add(sampleSignal({ seq: 3, receivedAtMs: 59, window: window(0) }), NOW)).toBeUndefined();
  expect(windows.add(sampleSignal({ seq: 4, receivedAtMs: 60, window: window(60) }), NOW)).toBeUndefined();
  expect(first?.signals.map(({ seq }) => seq)).toEqual([1, 3]);
  expect(second?.signals.map(({ seq }) => seq)).toEqual([2, 4]);
  expect([windows.size, windows.lowestSeq()]).toEqual([2, 1]);
});

test('windows that close together but opened apart are two', () => {
  const windows = new OpenWindows();
  windows.add(sampleSignal({ seq: 1, receivedAtMs: 0, window: window(0, 60) }), NOW);
  expect(windows.add(sampleSignal({ seq: 2, receivedAtMs: 30, window: window(30, 30) }), NOW)).toBeDefined();
});

test('a straggler goes to the newest open window of its own market, else to one of its own', () => {
  const windows = new OpenWindows();
  const late = (seq: number) => sampleSignal({ seq, receivedAtMs: 150, window: window(100) });
  windows.add(sampleSignal({ seq: 1, receivedAtMs: 200, window: window(200), side: 'SHORT' }), NOW);
  windows.add(sampleSignal({ seq: 2, receivedAtMs: 200, window: window(200), pair: 'ETH/USDT' }), NOW);
  const own = windows.add(late(3), NOW);
  expect(own?.window).toEqual(window(150));
  const newest = windows.add(sampleSignal({ seq: 4, receivedAtMs: 300, window: window(300) }), NOW);
  expect(windows.add(late(5), NOW)).toBeUndefined();
  expect(newest?.signals.map(({ seq }) => seq)).toEqual([4, 5]);
});

test('what is removed is forgotten', () => {
  const windows = new OpenWindows();
  for (let seq = 1; seq <= 3; seq += 1) {
    windows.add(sampleSignal({ seq, receivedAtMs: seq * 60, window: window(seq * 60) }), NOW);
  }
  const later = { wallMs: 0, monotonicMs: 1_000 };
  expect(windows.due(later, 180).map(({ signals }) => signals[0]?.seq)).toEqual([1, 2]);
  windows.remove(windows.due(later, 180));
  expect([windows.size, windows.lowestSeq()]).toEqual([1, 3]);
  windows.remove(windows.due(later, Number.POSITIVE_INFINITY));
  expect([windows.size, windows.lowestSeq()]).toEqual([0, undefined]);
});
