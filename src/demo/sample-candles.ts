// Real candles for the demo: daily S&P 500 prices from 2000 to 2020, from the npm package vega-datasets, written as a freqtrade data folder.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#domain/fault.ts';

/** The pair and timeframe under which the sample stands in its folder. */
export const SAMPLE = { pair: 'SPX/USD', timeframe: '1d', words: 'real daily S&P 500 prices, 2000 to 2020' } as const;

/** Writes `SPX_USD-1d.json` into `folder`. Rejects when vega-datasets is not installed, as in a packed installation. */
export async function writeSampleCandles(folder: string): Promise<void> {
  const rows = (await sampleText()).trim().split('\n').slice(1);
  const candles = rows.map((row) => {
    const [date = '', open, high, low, close, , volume] = row.split(',');
    return [Date.parse(`${date}T00:00:00Z`), ...[open, high, low, close, volume].map(Number)];
  });
  await writeFile(join(folder, 'SPX_USD-1d.json'), JSON.stringify(candles));
}

async function sampleText(): Promise<string> {
  try {
    return await readFile(new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets')), 'utf8');
  } catch (cause) {
    const words = 'this installation carries no sample candles; name a freqtrade data folder with --candles FOLDER';
    throw new Fault('UNUSABLE_INPUT', words, { field: '--candles', cause });
  }
}
