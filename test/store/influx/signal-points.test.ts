// Each signal is one point of the hub: of two of a pair and side that were received in one millisecond and want the same nanosecond one moves on, for good.
import { expect, test } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { signalNano } from '#store/influx/signal-lines.ts';
import { outboxFiles } from '#store/sqlite/outbox-files.ts';
import { WALK_START } from '#store/sqlite/outbox-table.ts';
import { signalPoints } from '#store/sqlite/signal-points.ts';
import { openWriter } from '#store/sqlite/writer.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { meeting } from '../meeting-trades.ts';
import { newSignal, T0 } from '../samples.ts';
import { AMPLE } from './outboxes.ts';

const timeOf = (line: string) => line.split(' ').at(-1);

test('two that meet are two points, the same ones when all is told again after a restart', async () => {
  await using folder = tempFolder();
  const clock = manualClock(T0);
  const outbox = { names: DEFAULT_HUB_NAMES, bounds: AMPLE };
  const kinds = ['gateway'] as const;
  const open = () => openWriter({ folder: folder.path, kinds, sharedTime: clock.shared, outbox }, recordingLog());
  const [first, second] = meeting(signalNano);
  let writer = await open();
  await writer.call('appendSignals', [newSignal({ id: first })]);
  await writer.call('appendSignals', [
    newSignal({ id: second, source: '75b' }),
    newSignal({ id: `${second}s`, source: '75c' }),
  ]);
  await writer.close();
  writer = await open();
  const { readers, close } = outboxFiles(folder.path, DEFAULT_HUB_NAMES, null);
  const told = readers.gateway.rows(0, 9).map(({ line }) => line);
  expect(new Set(told.map(timeOf)).size).toBe(3);
  expect(readers.gateway.walk(WALK_START, 9, 'told').lines.map(({ line }) => line)).toEqual(told);
  close();
  await writer.close();
});

test('only those of one pair, side and millisecond make room', () => {
  const points = signalPoints(() => 999_999);
  const signal = (change: object) => ({ id: 'x', pair: 'A/B', side: 'LONG' as const, receivedAtMs: T0, ...change });
  expect(points.take(signal({}))).toBeNull();
  expect(points.take(signal({ side: 'SHORT' }))).toBeNull();
  expect(points.take(signal({ pair: 'C/B' }))).toBeNull();
  expect(points.take(signal({}))).toBe(0);
  expect(points.take(signal({}))).toBe(1);
  expect(points.take(signal({ receivedAtMs: T0 + 1 }))).toBeNull();
});
