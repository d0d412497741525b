// The reader thread of the embedded hub: long walks over closed trades happen here and keep nobody waiting. It ends after each answer,
// for figures are asked rarely and a thread costs memory.
import { parentPort, workerData } from 'node:worker_threads';
import { ReadFile } from './read-file.ts';
import { type SumsQuery, tradeSums } from './trade-sums.ts';
import { toFailure } from './writer-protocol.ts';

const { folder, query } = workerData as { readonly folder: string; readonly query: SumsQuery };
const trades = new ReadFile(folder, 'trades');
try {
  parentPort?.postMessage({ sums: tradeSums(trades, query) });
} catch (error) {
  parentPort?.postMessage({ failure: toFailure(error) });
} finally {
  trades.close();
}
