// Candles from real files in real folders: every way freqtrade writes them gives the same series, and what cannot be candles is refused by file and row.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Int64, TimestampMicrosecond, TimestampMillisecond, TimestampNanosecond, TimestampSecond } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { cutCandles, readCandles } from '#market/candles.ts';
import { readFeather } from '#market/feather.ts';
import { readParquet } from '#market/parquet.ts';
import { candlesFrom } from '#market/series.ts';
import { feather, folderOf, type Row } from './candle-folder.ts';

const MINUTES_5 = 300_000;
const START = Date.UTC(2024, 0, 1);
const row = (step: number, open = 100, high = 101, low = 99, close = 100.5, volume = 7): Row => [
  START + step * MINUTES_5,
  open,
  high,
  low,
  close,
  volume,
];
const ROWS = [row(0), row(1, 100.5, 102, 100, 101, 0), row(2, 101, 101.25, 100.125, 101.0625, 3.5)];

/** ROWS as CSV, each row as `cells` writes it. */
function csv(cells: (row: Row) => readonly unknown[], header = 'date,open,high,low,close,volume'): string {
  return `${header}\n${ROWS.map((each) => `${cells(each).join(',')}\n`).join('')}`;
}

/** What reading `files` for BTC/USDT 5m gives, as rows. */
async function read(files: Readonly<Record<string, string | Uint8Array>>, pair = 'BTC/USDT', timeframe = '5m') {
  await using made = await folderOf(files);
  const { candles, report, file } = await readCandles(made.folder, pair, timeframe);
  const { openTimeMs, open, high, low, close, volume } = candles;
  const rows = [...openTimeMs].map((time, at) => [time, open[at], high[at], low[at], close[at], volume[at]]);
  return { rows, report, file: file.slice(made.folder.length + 1), candles };
}

/** The fault that reading `files` ends with, its folder replaced by FOLDER. */
async function refusal(files: Readonly<Record<string, string | Uint8Array>>, pair = 'BTC/USDT', timeframe = '5m') {
  await using made = await folderOf(files);
  const error: unknown = await readCandles(made.folder, pair, timeframe).catch((thrown: unknown) => thrown);
  if (!(error instanceof Fault)) throw new Error('not refused with a Fault', { cause: error });
  expect(error.message).not.toContain('\n');
  return [error.code, error.message.replaceAll(made.folder, 'FOLDER')];
}

describe('the same candles come out of', () => {
  const json = JSON.stringify(ROWS);
  it.each([
    ['json', 'BTC_USDT-5m.json', json],
    ['json.gz', 'BTC_USDT-5m.json.gz', gzipSync(json)],
    ['csv', 'BTC_USDT-5m.csv', csv(([date, ...figures]) => [new Date(date ?? 0).toISOString(), ...figures])],
    [
      'csv with epoch ms and more columns',
      'BTC_USDT-5m.csv',
      csv((cells) => [...cells, 'x'], 'Date,Open,High,Low,Close,Volume,Note'),
    ],
    ['feather with dates in s', 'BTC_USDT-5m.feather', feather(ROWS, new TimestampSecond('UTC'))],
    ['feather with dates in ms', 'BTC_USDT-5m.feather', feather(ROWS, new TimestampMillisecond('UTC'))],
    ['feather with dates in us', 'BTC_USDT-5m.feather', feather(ROWS, new TimestampMicrosecond('UTC'))],
    ['feather with dates in ns', 'BTC_USDT-5m.feather', feather(ROWS, new TimestampNanosecond('UTC'))],
    ['feather with dates as int64 ms', 'BTC_USDT-5m.feather', feather(ROWS, new Int64())],
    ['feather in several record batches', 'BTC_USDT-5m.feather', feather(ROWS, new TimestampMicrosecond('UTC'), 1)],
  ])('%s', async (_, name, content) => {
    const found = await read({ [name]: content });
    expect(found.rows).toEqual(ROWS);
    expect(found.file).toBe(name);
    expect(found.candles).toMatchObject({ pair: 'BTC/USDT', timeframe: '5m', timeframeMs: MINUTES_5 });
    expect(found.candles.open.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  // Made by pandas 3.1 of the candles of the feather file below: to_parquet as it is (SNAPPY), with three rows a group and dates in ms (ZSTD), with
  // dates in ns (GZIP), and uncompressed with dates as int64 ms and no volume at all (PLAIN).
  it.each(['SNAPPY', 'ZSTD', 'GZIP', 'PLAIN'])('parquet as pandas writes it: %s', async (base) => {
    const folder = join(import.meta.dirname, 'pandas');
    const wanted = (await readCandles(folder, 'BTC/USDT', '5m')).candles;
    const { candles, file } = await readCandles(folder, `${base}/USDT`, '5m');
    expect(file).toBe(join(folder, `${base}_USDT-5m.parquet`));
    expect(candles.open.buffer).toBeInstanceOf(SharedArrayBuffer);
    for (const column of ['openTimeMs', 'open', 'high', 'low', 'close'] as const) {
      expect(candles[column]).toEqual(wanted[column]);
    }
    expect([...candles.volume]).toEqual(base === 'PLAIN' ? Array(8).fill(Number.NaN) : [...wanted.volume]);
  });

  // Made by pandas 3.1: frame.to_feather(path, compression='lz4', compression_level=9).
  it('a file that pandas wrote as freqtrade does (LZ4, microseconds, a volume that was never recorded)', async () => {
    const { candles, report } = await readCandles(join(import.meta.dirname, 'pandas'), 'BTC/USDT', '5m');
    expect(report).toMatchObject({ count: 8, fromMs: START, toMs: START + 7 * MINUTES_5, gaps: 0, duplicates: 0 });
    expect([candles.open[0], candles.high[0], candles.low[0], candles.close[0]]).toEqual([
      100.0346, 100.121, 99.9846, 100.071,
    ]);
    expect([...candles.volume.slice(2, 5)]).toEqual([21.142, Number.NaN, 75.286]);
  });
});

describe('the file read', () => {
  const other = (open: number) => JSON.stringify([row(0, open, 200, 1)]);

  it('is feather before parquet before json.gz before json before csv', async () => {
    const text = { 'BTC_USDT-5m.csv': csv((cells) => cells), 'BTC_USDT-5m.json': other(1.5) };
    expect((await read(text)).rows[0]?.[1]).toBe(1.5);
    const files = { ...text, 'BTC_USDT-5m.json.gz': gzipSync(other(2.5)) };
    expect((await read(files)).rows[0]?.[1]).toBe(2.5);
    const parquet = await readFile(join(import.meta.dirname, 'pandas', 'SNAPPY_USDT-5m.parquet'));
    expect((await read({ ...files, 'BTC_USDT-5m.parquet': parquet })).rows[0]?.[1]).toBe(100.0346);
    const withFeather = { ...files, 'BTC_USDT-5m.feather': feather([row(0, 3.5, 200, 1)], new Int64()) };
    expect((await read(withFeather)).rows[0]?.[1]).toBe(3.5);
  });

  it.each([
    ['BTC/USDT', 'BTC_USDT-5m.json'],
    ['BTC/USDT:USDT', 'futures/BTC_USDT_USDT-5m-futures.json'],
    ['BTC/USDT:USDT-240628', 'futures/BTC_USDT_USDT-240628-5m-futures.json'],
    ['B.C-2/USDT', 'B_C-2_USDT-5m.json'],
    ['кот/USDT', 'кот_USDT-5m.json'],
  ])('of %s is %s', async (pair, name) => {
    expect((await read({ [name]: other(2) }, pair)).file).toBe(name);
  });

  it('of a pair with a settlement currency is never the spot file, nor the other way round', async () => {
    const spot = { 'BTC_USDT-5m.json': other(2), 'BTC_USDT_USDT-5m-futures.json': other(2) };
    expect(await refusal(spot, 'BTC/USDT:USDT')).toEqual([
      'UNUSABLE_INPUT',
      expect.stringContaining('looked for futures/BTC_USDT_USDT-5m-futures.feather, futures/'),
    ]);
    const futures = { 'futures/BTC_USDT-5m.json': other(2), 'futures/BTC_USDT_USDT-5m-futures.json': other(2) };
    expect((await refusal(futures))[0]).toBe('UNUSABLE_INPUT');
  });

  it('that is missing is told with the names looked for and the nearest pairs there are', async () => {
    const there = { 'ETC_USDT-5m.json': '[]', 'BTC_USDT-1h.feather': '', 'BTC_USDT-1d.json.gz': '', 'notes.txt': '' };
    expect(await refusal(there)).toEqual([
      'UNUSABLE_INPUT',
      'no candles of BTC/USDT 5m in FOLDER: looked for BTC_USDT-5m.feather, BTC_USDT-5m.parquet, BTC_USDT-5m.json.gz, ' +
        'BTC_USDT-5m.json, BTC_USDT-5m.csv; nearest there: BTC/USDT (1d, 1h), ETC/USDT (5m)',
    ]);
    expect((await refusal({}))[1]).toContain('there are no candle files of such pairs');
  });

  it('is not looked for in a folder that does not exist, or for what is no pair or timeframe', async () => {
    await expect(readCandles('/nowhere/at/all', 'BTC/USDT', '5m')).rejects.toMatchObject({
      code: 'UNUSABLE_INPUT',
      message: '/nowhere/at/all: cannot be read as a folder of candles (it does not exist)',
    });
    expect((await refusal({}, '../../BTC'))[0]).toBe('BAD_USER_INPUT');
    expect((await refusal({}, 'BTC/USDT', '5x'))[0]).toBe('BAD_USER_INPUT');
  });
});

describe('refused by file', () => {
  const whole = feather(ROWS, new TimestampMicrosecond('UTC'));
  it.each([
    ['an empty feather', 'feather', new Uint8Array(), 'empty'],
    ['an empty json', 'json', '', 'empty'],
    ['a blank json', 'json', ' \n', 'empty'],
    ['a truncated feather', 'feather', whole.subarray(0, whole.length - 20), 'truncated (it does not end with ARROW1)'],
    ['a feather cut in the magic', 'feather', whole.subarray(0, 6), 'truncated (it does not end with ARROW1)'],
    ['what is not feather', 'feather', 'date,open', 'not a feather file (it does not begin with ARROW1)'],
    ['truncated json', 'json', JSON.stringify(ROWS).slice(0, -5), 'truncated or not JSON'],
    ['json of something else', 'json', '{"a": 1}', 'not an array of candles'],
    ['json without candles', 'json', '[]', 'holds no candles'],
    ['what is not gzip', 'json.gz', JSON.stringify(ROWS), 'not gzip, or damaged (its bytes do not fit)'],
    [
      'truncated gzip',
      'json.gz',
      gzipSync(JSON.stringify(ROWS)).subarray(0, -9),
      'not gzip, or damaged (it ends too early)',
    ],
  ])('%s', async (_, format, content, words) => {
    const file = `BTC_USDT-5m.${format}`;
    expect(await refusal({ [file]: content })).toEqual(['UNUSABLE_INPUT', `FOLDER/${file}: ${words}`]);
  });

  it('feather without a column', async () => {
    const { Table, tableToIPC, vectorFromArray } = await import('apache-arrow');
    const bytes = tableToIPC(new Table({ date: vectorFromArray([1n], new Int64()) }), 'file');
    expect((await refusal({ 'BTC_USDT-5m.feather': bytes }))[1]).toBe(
      'FOLDER/BTC_USDT-5m.feather: has no column open (there are: date)',
    );
  });

  it('feather whose figures are damaged gives a refusal or candles, never anything else', async () => {
    const pandas = await readFile(join(import.meta.dirname, 'pandas', 'BTC_USDT-5m.feather'));
    const firstFrame = pandas.indexOf(Buffer.from([0x04, 0x22, 0x4d, 0x18]));
    const lastFrame = pandas.lastIndexOf(Buffer.from([0x04, 0x22, 0x4d, 0x18]));
    expect(lastFrame).toBeGreaterThan(firstFrame);
    const refusals = new Set<string>();
    for (let at = firstFrame; at < lastFrame + 40; at += 1) {
      for (const flip of [0x01, 0x40, 0x80, 0xff]) {
        const damaged = Buffer.from(pandas);
        damaged.writeUInt8((damaged[at] as number) ^ flip, at);
        try {
          candlesFrom(readFeather(damaged, 'FILE'), {
            pair: 'A/B',
            timeframe: '5m',
            timeframeMs: MINUTES_5,
            file: 'FILE',
          });
        } catch (error) {
          expect(error).toMatchObject({ name: 'Fault', code: 'UNUSABLE_INPUT' });
          refusals.add(String(error));
        }
      }
    }
    expect([...refusals].join('\n')).toContain('FILE: damaged (LZ4 block longer than allowed)');
    expect([...refusals].join('\n')).toContain('FILE: damaged (LZ4 frame without its magic number)');
  });
});

describe('parquet', () => {
  const pandas = (base: string) => readFile(join(import.meta.dirname, 'pandas', `${base}_USDT-5m.parquet`));

  it('that is none, cut off, or of other columns is refused by name', async () => {
    const whole = await pandas('SNAPPY');
    const found = async (bytes: Uint8Array | string) => (await refusal({ 'BTC_USDT-5m.parquet': bytes }))[1];
    const named = (words: string) => `FOLDER/BTC_USDT-5m.parquet: ${words}`;
    expect(await found('date,open')).toBe(named('not a parquet file (it does not begin with PAR1)'));
    expect(await found(whole.subarray(0, 900))).toBe(named('truncated (it does not end with PAR1)'));
    expect(await found('')).toBe(named('empty'));
    const renamed = Buffer.from(whole.toString('latin1').replaceAll('volume', 'amount'), 'latin1');
    expect(await found(renamed)).toBe(named('has no column volume (there are: date, open, high, low, close, amount)'));
  });

  it.each(['SNAPPY', 'ZSTD', 'GZIP', 'PLAIN'])(
    'damaged anywhere gives a refusal or rows, never anything else: %s',
    async (base) => {
      const whole = await pandas(base);
      const refusals = new Set<string>();
      for (let at = 4; at < whole.length; at += 23) {
        for (const flip of [0x01, 0x80, 0xff]) {
          const damaged = Buffer.from(whole);
          damaged.writeUInt8((damaged[at] as number) ^ flip, at);
          await readParquet(damaged, 'FILE').catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'Fault', code: 'UNUSABLE_INPUT' });
            refusals.add(String(error));
          });
        }
      }
      expect(refusals.size).toBeGreaterThan(5);
    },
  );
});

describe('refused by file and data row', () => {
  it.each([
    ['an empty file', '', ': empty'],
    [
      'a header without volume',
      'date,open,high,low,close\n',
      ': the header is "date,open,high,low,close"; allowed: date,',
    ],
    ['a date that is none', 'noon,1,1,1,1,1', ', row 2: date "noon" is none; allowed: ISO 8601'],
    ['a price that is none', '1,1,nan,1,1,1', ', row 2: high "nan" is not a number'],
    ['a price that is missing', '1,1,1,,1,1', ', row 2: low "" is not a number'],
    ['a short row', '1,1,1', ', row 2: low "" is not a number'],
    ['an infinite price', '1,1e999,1,1,1,1', ', row 2: open is Infinity; allowed: a finite price above 0'],
    ['quotes that do not close', '1,"1,1,1,1,1', ': not CSV ('],
  ])('%s in csv', async (_, row, words) => {
    const text = row === '' || row.startsWith('date') ? row : `date,open,high,low,close,volume\n0,1,1,1,1,\n${row}\n`;
    expect((await refusal({ 'BTC_USDT-5m.csv': text }))[1]).toContain(`FOLDER/BTC_USDT-5m.csv${words}`);
  });

  it.each([
    ['high below low', row(1, 100, 99, 99.5), 'high 99 is below low 99.5'],
    ['a price of 0', row(1, 100, 101, 0), 'low is 0; allowed: a finite price above 0'],
    ['a negative price', row(1, -1), 'open is -1; allowed: a finite price above 0'],
    ['no close', [START + MINUTES_5, 1, 1, 1, null, 1], 'close is NaN; allowed: a finite price above 0'],
    ['a date before 1970', [-1, 1, 1, 1, 1, 1], 'date is -1; allowed: a time from 1970 to 9999'],
  ])('%s', async (_, bad, words) => {
    const rows = [row(0), bad, row(2, 1, 0, 1)];
    const message = `, row 2: ${words}`;
    expect((await refusal({ 'BTC_USDT-5m.json': JSON.stringify(rows) }))[1]).toBe(`FOLDER/BTC_USDT-5m.json${message}`);
    const bytes = feather(rows, new TimestampMicrosecond('UTC'));
    expect((await refusal({ 'BTC_USDT-5m.feather': bytes }))[1]).toBe(`FOLDER/BTC_USDT-5m.feather${message}`);
  });

  it.each([
    ['an infinite price', '[[0,1,1e999,1,1,1]]', 'row 1: high is Infinity; allowed: a finite price above 0'],
    ['an infinite volume', '[[0,1,1,1,1,1e999]]', 'row 1: volume is infinite'],
    ['a price in quotes', '[[0,"1",1,1,1,1]]', 'row 1: open is not a number'],
    ['a date in quotes', '[["2024-01-01",1,1,1,1,1]]', 'row 1: date is not a number'],
    ['a short row', '[[0,1,1,1,1,1],[1,1,1]]', 'row 2: not [date, open, high, low, close, volume]'],
    ['no row', '[7]', 'row 1: not [date, open, high, low, close, volume]'],
  ])('%s in json', async (_, text, words) => {
    expect((await refusal({ 'BTC_USDT-5m.json': text }))[1]).toBe(`FOLDER/BTC_USDT-5m.json, ${words}`);
  });
});

describe('a file in disorder', () => {
  const rows = [
    row(4, 10, 14, 9, 11, 5),
    row(0, 1, 2, 0.5, 1.5, 1),
    row(4, 12, 13, 8, 12.5, 9),
    row(1),
    row(8),
    row(4, 11, 15, 8.5, 13, 2),
  ];
  const disordered = { 'BTC_USDT-5m.json': JSON.stringify(rows) };

  it('is sorted, and rows of one time are merged as freqtrade merges them', async () => {
    const { rows: found, report } = await read(disordered);
    expect(found).toEqual([row(0, 1, 2, 0.5, 1.5, 1), row(1), row(4, 10, 15, 8, 13, 9), row(8)]);
    expect(report).toEqual({
      count: 4,
      fromMs: START,
      toMs: START + 8 * MINUTES_5,
      gaps: 2,
      missing: 5,
      duplicates: 2,
      unordered: 3,
    });
  });

  it('cut to a period reports what is in it, as if the file held nothing else', async () => {
    await using made = await folderOf(disordered);
    const whole = await readCandles(made.folder, 'BTC/USDT', '5m');
    for (let from = 0; from < 9; from += 1) {
      for (let to = from + 1; to < 10; to += 1) {
        const [fromMs, toMs] = [START + from * MINUTES_5, START + to * MINUTES_5];
        const inside = rows.filter(([time]) => Number(time) >= fromMs && Number(time) < toMs);
        if (inside.length === 0) {
          expect(() => cutCandles(whole, fromMs, toMs)).toThrow('holds no candles in the period asked for');
          continue;
        }
        const alone = await read({ 'BTC_USDT-5m.json': JSON.stringify(inside) });
        const cut = cutCandles(whole, fromMs, toMs);
        expect(cut.report).toEqual(alone.report);
        expect([...cut.candles.close]).toEqual([...alone.candles.close]);
      }
    }
    expect(cutCandles(whole, null, null).report).toEqual(whole.report);
  });

  it('keeps every time once, ascending, whatever the order of the rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { minLength: 1, maxLength: 40 }), async (steps) => {
        const { candles, report } = await read({ 'BTC_USDT-5m.json': JSON.stringify(steps.map((step) => row(step))) });
        const unique = [...new Set(steps)].sort((a, b) => a - b);
        expect([...candles.openTimeMs]).toEqual(unique.map((step) => START + step * MINUTES_5));
        const span = (unique.at(-1) as number) - (unique[0] as number) + 1;
        expect(report).toMatchObject({ count: unique.length, missing: span - unique.length });
        expect(report.duplicates).toBe(steps.length - unique.length);
        expect(report.unordered).toBe(steps.filter((step, at) => at > 0 && step < (steps[at - 1] as number)).length);
      }),
      { numRuns: 60 },
    );
  });
});
