// Entry of a thread that runs studies, one after the other: reads candles and entries, runs the study, and tells progress, trials and end to its owner
// (study-pool.ts). It gives way to everything else.
import { parentPort } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import { flatPlane } from '#domain/plane.ts';
import { candlesStamp, cutCandles, readCandles, readEntries } from '#market/candles.ts';
import { becomeGentle } from './gentle-thread.ts';
import { runStudy } from './study-run.ts';
import { type FromThread, plainFault, type ReadCandles, type StudyTask, type ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');

/** The least advance worth telling. */
const ADVANCE = 0.005;

becomeGentle();
port.on('message', async ({ task, candles }: ToThread) => {
  try {
    const { result, plane } = await run(task, candles);
    const columns = flatPlane(plane);
    tell({ kind: 'done', result, plane: columns }, [columns.trades.buffer, columns.values.buffer]);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    tell({ kind: 'fault', ...plainFault(error) });
  }
});

function tell(message: FromThread, handedOver: readonly ArrayBufferLike[] = []): void {
  port?.postMessage(
    message,
    handedOver.filter((buffer) => buffer instanceof ArrayBuffer),
  );
}

async function run(task: StudyTask, atHand: ReadCandles | undefined) {
  const { spec, entriesFile, fallback, incumbent, known = [], pools } = task;
  const lent = pools === undefined ? {} : { pools };
  const { fromMs, toMs } = spec;
  const whole = await candlesOf(task, atHand);
  const { candles, report } = fromMs === null && toMs === null ? whole : cutCandles(whole, fromMs, toMs);
  const signals = entriesFile === null ? null : await readEntries(entriesFile);
  const within =
    signals?.filter(({ timeMs }) => timeMs >= (fromMs ?? timeMs) && timeMs < (toMs ?? Number.POSITIVE_INFINITY)) ??
    null;
  let told = 0;
  return runStudy(
    { spec, candles, report, signals: within, fallback, incumbent, ...lent },
    (share) => {
      if (share - told < ADVANCE) return;
      told = share;
      tell({ kind: 'progress', share });
    },
    { known, told: (trial) => tell({ kind: 'trial', trial }) },
  );
}

/** The candles at hand when their file has not changed since; read, and handed to the others, otherwise. */
async function candlesOf({ candlesFolder, spec }: StudyTask, atHand: ReadCandles | undefined) {
  const stamp = await candlesStamp(candlesFolder, spec.pair, spec.timeframe);
  if (atHand?.stamp === stamp) return atHand.file;
  const file = await readCandles(candlesFolder, spec.pair, spec.timeframe);
  tell({ kind: 'candles', candles: { stamp, file } });
  return file;
}
