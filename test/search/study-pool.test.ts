// The threads of studies: as many as asked for, gentle to everything else, sharing candles, and ended wherever they are.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { StudySpec } from '#domain/study.ts';
import { openStudyPool, type StudyTask, specFrom } from '#search/search.ts';
import { randomMarket } from '../support/random-market.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const SMALL = { stop: { min: -1, max: -3, step: 0.5 }, target: { min: 1, max: 3, step: 0.5 }, maxHold: 24 };
/** Takes minutes: nothing waits for its end. */
const LONG: Partial<StudySpec> = { objective: 'CALMAR', fills: 'FREQTRADE' };
const quiet = { onProgress: () => undefined };

async function furnished(seed = 1): Promise<TempFolder> {
  const folder = tempFolder();
  await writeFile(fileIn(folder), rowsOf(seed));
  return folder;
}

const fileIn = (folder: TempFolder) => join(folder.path, 'BTC_USDT-1h.json');

function rowsOf(seed: number): string {
  const { openTimeMs, open, high, low, close, volume } = randomMarket({ seed, count: 600, decimals: 2 });
  return JSON.stringify(
    Array.from(openTimeMs, (timeMs, at) => [timeMs, open[at], high[at], low[at], close[at], volume[at]]),
  );
}

function taskOf(folder: TempFolder, change: Partial<StudySpec> = SMALL): StudyTask {
  const spec = specFrom({ pair: 'BTC/USDT', timeframe: '1h', ...change });
  const fallback = { stopLossPct: -2, takeProfitPct: 1 };
  return { spec, candlesFolder: folder.path, entriesFile: null, fallback, incumbent: null };
}

it('reads a market once for all its threads, and again when its file has changed', async () => {
  await using folder = await furnished();
  await using pool = openStudyPool(2);
  const changed = new Date('2026-01-02T03:04:05Z');
  await utimes(fileIn(folder), changed, changed);
  const first = await pool.run(taskOf(folder), quiet).end;
  const { size } = await stat(fileIn(folder));
  // As long and as old as it was, but nothing that could be read.
  await writeFile(fileIn(folder), 'x'.repeat(size));
  await utimes(fileIn(folder), changed, changed);
  const both = await Promise.all([1, 2].map(() => pool.run(taskOf(folder), quiet).end));
  expect(both.map(({ result }) => result)).toEqual([first.result, first.result]);

  await writeFile(fileIn(folder), rowsOf(2));
  const other = await pool.run(taskOf(folder), quiet).end;
  expect(other.result.best).not.toEqual(first.result.best);
  await writeFile(fileIn(folder), 'nothing');
  await expect(pool.run(taskOf(folder), quiet).end).rejects.toMatchObject({ code: 'UNUSABLE_INPUT' });
  await writeFile(fileIn(folder), rowsOf(1));
  expect((await pool.run(taskOf(folder), quiet).end).result).toEqual(first.result);
});

it('ends one that waits and one that runs; the next has its thread', async () => {
  await using folder = await furnished();
  await using pool = openStudyPool(1);
  let share = 0;
  const running = pool.run(taskOf(folder, LONG), {
    onProgress: (told) => {
      share = told;
    },
  });
  const waiting = pool.run(taskOf(folder), quiet);
  const next = pool.run(taskOf(folder), quiet);
  while (share === 0) await wait(5);
  await waiting.stop();
  await expect(waiting.end).rejects.toThrow('stopped');
  await running.stop();
  await expect(running.end).rejects.toThrow('stopped');
  expect((await next.end).result.trials).toBe(25);
});

it.skipIf(!existsSync('/proc/thread-self'))('lowers the priority of its threads alone', async () => {
  await using folder = await furnished();
  await using pool = openStudyPool(1);
  const nicenesses = () =>
    readdirSync('/proc/self/task').map((thread) => {
      const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(fields[16]);
    });
  const before = nicenesses();
  expect(before).not.toContain(10);
  await pool.run(taskOf(folder), quiet).end;
  expect(nicenesses().filter((niceness) => niceness === 10)).toHaveLength(1);
  expect(Number(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[16])).toBe(before[0]);
  pool.rest();
  while (nicenesses().includes(10)) await wait(5);
});
