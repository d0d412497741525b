// Entry of a thread that works on studies, one piece of work after the other: reads candles and entries, runs the study, and tells progress, trials and
// end to its owner (study-pool.ts). It gives way to everything else.
import { parentPort } from 'node:worker_threads';
import { Fault } from '#domain/fault.ts';
import { flatPlane } from '#domain/plane.ts';
import { becomeGentle } from './gentle-thread.ts';
import { lends, mergedPools, type PairPools, poolPairs, rangeKey } from './pair-pools.ts';
import { runStudy, type StudyInput } from './study-run.ts';
import { inputOf } from './task-input.ts';
import { type FromThread, plainFault, type ReadCandles, type StudyTask, type ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a thread');

/** The least advance worth telling. */
const ADVANCE = 0.005;

becomeGentle();
port.on('message', async (work: ToThread) => {
  try {
    if (work.kind === 'study') await study(work.task, work.candles);
    else if (work.kind === 'lend') tell({ kind: 'lent', pools: await poolsOf(work.tasks) });
    else tell({ kind: 'found', periods: await periodsOf(work.tasks) });
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

async function study(task: StudyTask, atHand: ReadCandles | undefined): Promise<void> {
  const input = await inputOf(task, atHand, (candles) => tell({ kind: 'candles', candles }));
  let told = 0;
  const { result, plane } = runStudy(
    input,
    (share) => {
      if (share - told < ADVANCE) return;
      told = share;
      tell({ kind: 'progress', share });
    },
    { known: task.known ?? [], told: (trial) => tell({ kind: 'trial', trial }) },
  );
  const columns = flatPlane(plane);
  tell({ kind: 'done', result, plane: columns }, [columns.trades.buffer, columns.values.buffer]);
}

/** One pair after the other, so that the candles of one alone are in memory. */
async function poolsOf(tasks: readonly StudyTask[]): Promise<PairPools> {
  let pools: PairPools = new Map();
  for (const task of tasks) {
    const input = await lenderOf(task);
    if (input !== null) pools = mergedPools([pools, poolPairs([input])]);
  }
  return pools;
}

async function periodsOf(tasks: readonly StudyTask[]): Promise<readonly (string | null)[]> {
  const periods: (string | null)[] = [];
  for (const task of tasks) {
    const input = await lenderOf(task);
    periods.push(input === null ? null : rangeKey(input.candles));
  }
  return periods;
}

/** null: there is nothing to lend. What cannot be read is told by its own study. */
async function lenderOf(task: StudyTask): Promise<StudyInput | null> {
  if (!lends(task.spec)) return null;
  const input = await inputOf(task).catch((error: unknown) => {
    if (error instanceof Fault) return null;
    throw error;
  });
  return input === null || input.signals === null ? null : input;
}
