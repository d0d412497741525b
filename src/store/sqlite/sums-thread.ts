// The reader thread of the embedded hub: long walks over closed trades happen here and keep nobody waiting. It ends after each answer,
// for figures are asked rarely and a thread costs memory.
import { parentPort, workerData } from 'node:worker_threads';
import { ReadFile } from './read-file.ts';
import { type SourcesQuery, sourceSums } from './trade-sources.ts';
import { type SumsQuery, tradeSums } from './trade-sums.ts';
import { toFailure } from './writer-protocol.ts';

type Walk =
  | { readonly walk: 'sums'; readonly query: SumsQuery }
  | { readonly walk: 'bySource'; readonly query: SourcesQuery };

const { folder, ...asked } = workerData as Walk & { readonly folder: string };
const trades = new ReadFile(folder, 'trades');
try {
  const sums = asked.walk === 'sums' ? tradeSums(trades, asked.query) : sourceSums(trades, asked.query);
  parentPort?.postMessage({ sums });
} catch (error) {
  parentPort?.postMessage({ failure: toFailure(error) });
} finally {
  trades.close();
}
