// What is made of a task's sources: candles and entries read and cut to the period, ready to run.
import { Fault } from '#domain/fault.ts';
import { INSTANT_ALLOWED } from '#domain/instant.ts';
import type { CandleReport, Candles, HistoricalSignal } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
import { type CandleFile, candlesStamp, cutCandles, readCandles, readEntries } from '#market/candles.ts';
import type { StudyInput } from './study-run.ts';
import type { Material } from './study-sources.ts';
import type { ReadCandles, StudyTask } from './thread-messages.ts';

/** What candles and entries are read for. */
type Asked = Pick<StudySpec, 'pair' | 'timeframe' | 'fromMs' | 'toMs'>;

/** Candles of the period with the entries meant for them. */
export interface MaterialRead {
  readonly candles: Candles;
  readonly report: CandleReport;
  /** null: an entry at every candle and side. */
  readonly signals: readonly HistoricalSignal[] | null;
  readonly from: 'file' | 'hub';
  /** Why no entry of the file can be taken, where it has some and all are of another time than the candles. */
  readonly outside?: string;
}

/**
 * The task's study. `atHand` are candles of its market that somebody has read; `onRead` is told those read here. Rejects with the Fault of what cannot be
 * used.
 */
export async function inputOf(
  task: StudyTask,
  atHand: ReadCandles | undefined = undefined,
  onRead: (candles: ReadCandles) => void = () => undefined,
): Promise<StudyInput> {
  const { spec, fallback, incumbent, renewable, pools } = task;
  const whole = task.candles ?? (await candlesOf(task, atHand, onRead));
  const asked = { ...spec, entriesFile: task.entriesFile };
  const { from, outside, ...read } = await cutAndEntered(whole, task.signals ?? [], asked);
  if (outside !== undefined) throw new Fault('UNUSABLE_INPUT', `entries (--entries): ${outside}`, { field: 'entries' });
  return { ...read, source: from, spec, fallback, incumbent, renewable, ...(pools === undefined ? {} : { pools }) };
}

/** `material` read for `asked`, with the entries of a CSV file where one is named. Rejects with the Fault of what cannot be used. */
export async function readMaterial(
  { candlesFolder, candles, signals = [] }: Omit<Material, 'basis'>,
  asked: Asked,
  entriesFile: string | null,
): Promise<MaterialRead> {
  const whole = candles ?? (await readCandles(candlesFolder, asked.pair, asked.timeframe));
  return cutAndEntered(whole, signals, { ...asked, entriesFile });
}

async function cutAndEntered(
  whole: CandleFile,
  ofHub: readonly HistoricalSignal[],
  asked: Asked & { readonly entriesFile: string | null },
): Promise<MaterialRead> {
  const { fromMs, toMs, entriesFile } = asked;
  const { candles, report } = fromMs === null && toMs === null ? whole : cutCandles(whole, fromMs, toMs);
  if (entriesFile !== null) {
    const entries = await readEntries(entriesFile);
    const signals = within(entries, asked);
    const read = { candles, report, signals, from: 'file' as const };
    return entries.length === 0 || anyInside(entries, candles)
      ? read
      : { ...read, outside: outsideText(entries, candles) };
  }
  // Entries of another time than the candles' are no reason to try nothing.
  const signals = within(ofHub, asked);
  return { candles, report, signals: anyInside(signals, candles) ? signals : null, from: 'hub' };
}

function anyInside(signals: readonly HistoricalSignal[], { openTimeMs, timeframeMs }: Candles): boolean {
  const firstMs = (openTimeMs[0] as number) - timeframeMs;
  const lastMs = openTimeMs.at(-1) as number;
  return signals.some(({ timeMs }) => timeMs >= firstMs && timeMs <= lastMs);
}

function outsideText(entries: readonly HistoricalSignal[], { openTimeMs }: Candles): string {
  const [firstMs, lastMs] = entries.reduce(
    ([first, last], { timeMs }) => [Math.min(first, timeMs), Math.max(last, timeMs)] as const,
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const,
  );
  const span = (fromMs: number, toMs: number) => `${isoTime(fromMs)} to ${isoTime(toMs)}`;
  const candles = span(openTimeMs[0] as number, openTimeMs.at(-1) as number);
  const found = `none of the ${entries.length} entries lie inside the candles (${candles})`;
  return `${found}: they are of ${span(firstMs, lastMs)}; times are read as ${INSTANT_ALLOWED}`;
}

function within(
  signals: readonly HistoricalSignal[],
  { fromMs, toMs }: Pick<Asked, 'fromMs' | 'toMs'>,
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
