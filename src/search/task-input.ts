// What a study's thread makes of its task: candles and entries read and cut to the period, ready to run.
import type { HistoricalSignal } from '#domain/market.ts';
import { type CandleFile, candlesStamp, cutCandles, readCandles, readEntries } from '#market/candles.ts';
import type { StudyInput } from './study-run.ts';
import type { ReadCandles, StudyTask } from './thread-messages.ts';

/**
 * The task's study. `atHand` are candles of its market that somebody has read; `onRead` is told those read here. Rejects with the Fault of what cannot be
 * used.
 */
export async function inputOf(
  task: StudyTask,
  atHand: ReadCandles | undefined = undefined,
  onRead: (candles: ReadCandles) => void = () => undefined,
): Promise<StudyInput> {
  const { spec, fallback, incumbent, pools } = task;
  const { fromMs, toMs } = spec;
  const whole = task.candles ?? (await candlesOf(task, atHand, onRead));
  const { candles, report } = fromMs === null && toMs === null ? whole : cutCandles(whole, fromMs, toMs);
  const common = { spec, candles, report, fallback, incumbent, ...(pools === undefined ? {} : { pools }) };
  if (task.entriesFile !== null) return { ...common, signals: within(await readEntries(task.entriesFile), spec) };
  // Entries of another time than the candles' are no reason to try nothing.
  const signals = within(task.signals ?? [], spec);
  const firstMs = (candles.openTimeMs[0] as number) - candles.timeframeMs;
  const lastMs = candles.openTimeMs.at(-1) as number;
  const usable = signals.some(({ timeMs }) => timeMs >= firstMs && timeMs <= lastMs);
  return usable ? { ...common, signals, source: 'hub' } : { ...common, signals: null };
}

function within(
  signals: readonly HistoricalSignal[],
  { fromMs, toMs }: StudyInput['spec'],
): readonly HistoricalSignal[] {
  return signals.filter(({ timeMs }) => timeMs >= (fromMs ?? timeMs) && timeMs < (toMs ?? Number.POSITIVE_INFINITY));
}

/** The candles at hand when their file has not changed since; read, and handed to the others, otherwise. */
async function candlesOf(
  { candlesFolder, spec }: StudyTask,
  atHand: ReadCandles | undefined,
  onRead: (candles: ReadCandles) => void,
): Promise<CandleFile> {
  const stamp = await candlesStamp(candlesFolder, spec.pair, spec.timeframe);
  if (atHand?.stamp === stamp) return atHand.file;
  const file = await readCandles(candlesFolder, spec.pair, spec.timeframe);
  onRead({ stamp, file });
  return file;
}
