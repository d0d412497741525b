// Candles nearer to each other than their timeframe: a file of another timeframe or unit is refused, a few are counted and told.
import { Int64, TimestampMicrosecond } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { type CandleFile, candleWarnings, cutCandles, readCandles, seriesCandles } from '#market/candles.ts';
import { feather, folderOf, type Row } from './candle-folder.ts';

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);
const at = (timeMs: number): Row => [timeMs, 100, 101, 99, 100.5, 7];
/** Candles at so many minutes after START. */
const minutes = (...times: readonly number[]): readonly Row[] => times.map((time) => at(START + time * MINUTE));
const every = (step: number, count: number) => Array.from({ length: count }, (_, index) => index * step);

async function reading(name: string, content: string | Uint8Array, timeframe: string): Promise<CandleFile> {
  await using made = await folderOf({ [`AAA_USDT-${timeframe}.${name}`]: content });
  return await readCandles(made.folder, 'AAA/USDT', timeframe);
}

/** The words of the refusal after the folder. */
async function refusal(name: string, content: string | Uint8Array, timeframe: string): Promise<string> {
  const error: unknown = await reading(name, content, timeframe).catch((thrown: unknown) => thrown);
  if (!(error instanceof Fault)) throw new Error('not refused with a Fault', { cause: error });
  expect(error.code).toBe('UNUSABLE_INPUT');
  return error.message.slice(error.message.indexOf('AAA_USDT'));
}

describe('a file is refused', () => {
  it('that holds candles of a shorter timeframe, by the row and the two times', async () => {
    const bytes = feather(minutes(...every(5, 300)), new TimestampMicrosecond('UTC'));
    expect(await refusal('feather', bytes, '1h')).toBe(
      'AAA_USDT-1h.feather, row 2: 2024-01-01T00:05:00.000Z is 5m after 2024-01-01T00:00:00.000Z, but candles of 1h are 1h apart; ' +
        'so are 299 of 300; most are 5m apart: these are candles of another timeframe',
    );
  });

  it.each([
    [
      'csv',
      (rows: readonly Row[]) => `date,open,high,low,close,volume\n${rows.map((row) => row.join(',')).join('\n')}\n`,
    ],
    ['json', (rows: readonly Row[]) => JSON.stringify(rows)],
    ['feather', (rows: readonly Row[]) => feather(rows, new Int64())],
  ] as const)('whose dates are in seconds, and says so: %s', async (format, content) => {
    const rows = every(3_600, 300).map((seconds) => at(START / 1_000 + seconds));
    expect(await refusal(format, content(rows), '1h')).toBe(
      `AAA_USDT-1h.${format}, row 2: 1970-01-20T17:21:10.800Z is 3600 ms after 1970-01-20T17:21:07.200Z, but candles of 1h are 1h apart; ` +
        'so are 299 of 300; the dates are probably in seconds; allowed: ISO 8601 (without a zone: UTC) or Unix epoch milliseconds',
    );
  });

  it('of two series that stand one minute beside each other, in whatever order, by the row of the file', async () => {
    const rows = minutes(...every(5, 10), ...every(5, 10).map((time) => time + 1));
    expect(await refusal('json', JSON.stringify(rows), '5m')).toContain(
      'row 11: 2024-01-01T00:01:00.000Z is 1m after 2024-01-01T00:00:00.000Z',
    );
  });
});

it('what the hub or a bot gives is refused as a file is, by where it came from', async () => {
  const { candles } = await reading('json', JSON.stringify(minutes(...every(5, 30))), '5m');
  const misnamed = { ...candles, timeframe: '1h', timeframeMs: 60 * MINUTE };
  expect(() => seriesCandles(misnamed, 'http://bot:8080')).toThrow(/^http:\/\/bot:8080, row 2: .* is 5m after /);
});

describe('a candle off the grid', () => {
  const times = every(5, 50).map((time) => (time === 100 ? 99 : time));

  it('among many is counted and told with its row, in a cut period too', async () => {
    const file = await reading('json', JSON.stringify(minutes(...times)), '5m');
    const tooClose = { count: 1, row: 21, timeMs: START + 99 * MINUTE, beforeMs: START + 95 * MINUTE };
    expect(file.report).toMatchObject({ count: 50, gaps: 0, tooClose });
    expect(candleWarnings(file.report, '5m')).toEqual([
      '1 candle is nearer to the one before than 5m: row 21, 2024-01-01T01:39:00.000Z is 4m after 2024-01-01T01:35:00.000Z',
    ]);
    expect(cutCandles(file, START + 50 * MINUTE, null).report).toMatchObject({ count: 40, tooClose });
    expect(cutCandles(file, START + 105 * MINUTE, null).report).not.toHaveProperty('tooClose');
  });

  it('is found by its row where the rows are in disorder', async () => {
    const file = await reading('json', JSON.stringify(minutes(...times).toReversed()), '5m');
    expect(file.report.tooClose).toMatchObject({ count: 1, row: 30 });
  });
});

it('candles of a longer timeframe are holes, and told', async () => {
  const file = await reading('json', JSON.stringify(minutes(...every(60, 30))), '5m');
  expect(file.report).toMatchObject({ count: 30, gaps: 29, missing: 29 * 11 });
  expect(candleWarnings(file.report, '5m')).toEqual([
    'no two of 30 candles are 5m apart: they are probably of a longer timeframe',
  ]);
});

it.each(['1w', '1d', '5m', '30s'])('%s as it should be is told nothing of', async (timeframe) => {
  const stepMs = { '1w': 7 * 1_440, '1d': 1_440, '5m': 5, '30s': 0.5 }[timeframe] ?? 0;
  const { report } = await reading('json', JSON.stringify(minutes(...every(stepMs, 30))), timeframe);
  expect(report).not.toHaveProperty('tooClose');
  expect(candleWarnings(report, timeframe)).toEqual([]);
});
