// What reading candles costs: `node bench/candles.ts`. 200,000 candles in feather as freqtrade writes it (LZ4, dates in microseconds, batches of 65,536
// rows), from the file to checked, typed columns, beside apache-arrow's own iteration over the rows of the same file. Exits with 1 above 200 ms of the
// thread's own time (the best of a few rounds), and when it is not faster than those rows.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompressionType,
  compressionRegistry,
  type DataType,
  makeVector,
  Table,
  TimestampMicrosecond,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { compress } from 'lz4js';
import type { Candles } from '#domain/market.ts';
import { readCandles } from '#market/candles.ts';
import { decodeLz4 } from '#market/lz4-frame.ts';
import { randomMarket } from '../test/support/random-market.ts';

const CANDLES = 200_000;
const BATCH = 65_536;
const ROUNDS = 7;
const MOST_MS = 200;
const FIGURES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** The candles as the bytes of a feather file. */
function featherOf(candles: Candles): Uint8Array {
  compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: compress, decode: decodeLz4 });
  const batches: Table[] = [];
  for (let first = 0; first < CANDLES; first += BATCH) {
    const part = (column: Float64Array) => column.slice(first, first + BATCH);
    const columns = FIGURES.map((name) => [name, makeVector(part(candles[name]))] as const);
    const date = vectorFromArray<DataType>([...part(candles.openTimeMs)], new TimestampMicrosecond('UTC'));
    batches.push(new Table({ date, ...Object.fromEntries(columns) }));
  }
  const [head, ...others] = batches;
  if (head === undefined) throw new Error('there are candles');
  return tableToIPC(head.concat(...others), 'file', CompressionType.LZ4_FRAME);
}

/** All figures of all rows, row by row, as apache-arrow gives them. */
async function arrowRows(file: string): Promise<number> {
  const table = tableFromIPC(await readFile(file));
  const columns = Object.fromEntries(['date', ...FIGURES].map((name) => [name, new Float64Array(table.numRows)]));
  let at = 0;
  for (const row of table) {
    for (const [name, value] of row ?? []) (columns[name] as Float64Array)[at] = Number(value);
    at += 1;
  }
  return at;
}

/** The thread's own time of the best round. */
async function leastMs(read: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.threadCpuUsage();
    const rows = await read();
    const { user, system } = process.threadCpuUsage(before);
    if (rows !== CANDLES) throw new Error(`${rows} of ${CANDLES} rows were read`);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const folder = await mkdtemp(join(tmpdir(), 'paramgate-candles-'));
try {
  const file = join(folder, 'BTC_USDT-5m.feather');
  await writeFile(file, featherOf(randomMarket({ seed: 1, count: CANDLES, decimals: 2, timeframe: '5m' })));
  const ours = await leastMs(async () => (await readCandles(folder, 'BTC/USDT', '5m')).candles.close.length);
  const rows = await leastMs(() => arrowRows(file));
  const shown = (value: number) => value.toFixed(0).padStart(5);
  process.stdout.write(`typed columns  ${shown(ours)} ms\nrows of Arrow  ${shown(rows)} ms\n`);
  process.stdout.write(`ratio          ${(rows / ours).toFixed(1).padStart(5)}\n`);
  if (ours > MOST_MS || rows <= ours) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
