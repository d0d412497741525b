// Entry of the thread a study runs in: reads its candles and entries, runs it, and tells progress and end to whoever started it (study-thread.ts).
import { parentPort, workerData } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import { cutCandles, readCandles, readEntries } from '#market/candles.ts';
import { runStudy } from './study-run.ts';
import type { StudyTask, ThreadMessage } from './study-thread.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');
const tell = (message: ThreadMessage) => port.postMessage(message);

/** The least advance worth telling. */
const ADVANCE = 0.005;

try {
  tell({ kind: 'done', outcome: await run(workerData as StudyTask) });
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  const { code, message, field, allowed } = error;
  tell({ kind: 'fault', code, message, field, allowed });
}

async function run({ spec, candlesFolder, entriesFile, fallback, incumbent }: StudyTask) {
  const { fromMs, toMs } = spec;
  const whole = await readCandles(candlesFolder, spec.pair, spec.timeframe);
  const candles = fromMs === null && toMs === null ? whole : cutCandles(whole, fromMs, toMs);
  const signals = entriesFile === null ? null : await readEntries(entriesFile);
  const within =
    signals?.filter(({ timeMs }) => timeMs >= (fromMs ?? timeMs) && timeMs < (toMs ?? Number.POSITIVE_INFINITY)) ??
    null;
  let told = 0;
  return runStudy(
    { spec, candles: candles.candles, report: candles.report, signals: within, fallback, incumbent },
    (share) => {
      if (share - told < ADVANCE) return;
      told = share;
      tell({ kind: 'progress', share });
    },
  );
}
