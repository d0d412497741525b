// Historical entries from CSV files: read in file order, refused by file and data row.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries } from '#market/candles.ts';
import { folderOf } from './candle-folder.ts';

async function read(text: string) {
  await using made = await folderOf({ 'entries.csv': text });
  return await readEntries(join(made.folder, 'entries.csv'));
}

async function refusal(text: string): Promise<string> {
  await using made = await folderOf({ 'entries.csv': text });
  const error: unknown = await readEntries(join(made.folder, 'entries.csv')).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'Fault', code: 'UNUSABLE_INPUT' });
  return error instanceof Error ? error.message.replaceAll(made.folder, 'FOLDER') : '';
}

describe('entries from CSV', () => {
  it('are read in file order, times in every allowed form', async () => {
    const text =
      '\uFEFFtime,side\r\n2024-01-01T00:05:00Z,long\r\n1704067200000,short\r\n\r\n"2024-01-01 02:00:00+02:00", LONG \r\n2024-01-01,short\r\n';
    const midnight = Date.UTC(2024, 0, 1);
    expect(await read(text)).toEqual([
      { timeMs: midnight + 300_000, side: 'LONG' },
      { timeMs: midnight, side: 'SHORT' },
      { timeMs: midnight, side: 'LONG' },
      { timeMs: midnight, side: 'SHORT' },
    ]);
  });

  it('are found by their columns, whatever stands beside them', async () => {
    expect(await read('pair,Side,Time\nBTC/USDT,short,5\n')).toEqual([{ timeMs: 5, side: 'SHORT' }]);
  });

  it('may be none', async () => {
    expect(await read('time,side\n')).toEqual([]);
  });

  it.each([
    ['an empty file', '', ': empty; allowed: a header time,side and one entry a row'],
    ['a wrong header', 'date,side\n1,long\n', ': the header is "date,side"; allowed: time,side'],
    ['a time that is none', 'time,side\n1,long\nnoon,long\n', ', row 2: time "noon" is none; allowed: ISO 8601'],
    ['a side that is none', 'time,side\n1,up\n', ', row 1: side "up" is none; allowed: long, short'],
    ['a row without a side', 'time,side\n1\n', ', row 1: side "" is none; allowed: long, short'],
    ['broken quotes', 'time,side\n"1,long\n', ': not CSV ('],
  ])('%s is refused', async (_, text, words) => {
    const message = await refusal(text);
    expect(message).toContain(`FOLDER/entries.csv${words}`);
    expect(message).not.toContain('\n');
  });

  it('of a file that is not there are refused', async () => {
    await expect(readEntries('/nowhere/entries.csv')).rejects.toMatchObject({
      code: 'UNUSABLE_INPUT',
      message: '/nowhere/entries.csv: cannot be read (it does not exist)',
    });
  });
});
