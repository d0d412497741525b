// The worker's half of the ensemble: folds the signal journal into windows and journals the decision of each due one.
// Crash-only: what a failure leaves in doubt is dropped from memory and read again from the journals, as after a crash.
import type { Log } from '#domain/log.ts';
import type { Signal } from '#domain/signal.ts';
import type { Now } from '#domain/time.ts';
import type { Closing, DecisionHistory, DecisionLog, PauseJournal, SignalJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { closingOf } from './closing.ts';
import { markDecidedNeighbours } from './neighbours.ts';
import { PAGE, type Recovered, recoverMore } from './recovery.ts';
import { type EnsembleSettings, longestWindowMs } from './settings.ts';
import type { Taker } from './verdict.ts';
import { type OpenWindow, OpenWindows } from './window.ts';

export interface AggregatorParts {
  readonly signals: Pick<SignalJournal, 'after'>;
  readonly decisions: DecisionLog & Pick<DecisionHistory, 'page'>;
  readonly pauses: Pick<PauseJournal, 'inForce'>;
  readonly settings: EnsembleSettings;
  readonly bots: readonly Taker[];
  readonly log: Log;
}

/** At most this many pages are read in one tick; more than that waits for the next. */
const PAGES_PER_TICK = 64;
/** One commit holds at most this many decisions, and about this many fates. */
const CLOSINGS_PER_COMMIT = 1_000;
const FATES_PER_COMMIT = 20_000;
/** A decision's log line names at most this many of its signals. */
const SIGNALS_PER_LINE = 100;

interface Memory {
  readonly windows: OpenWindows;
  /** Every signal up to here is decided or in `windows`. */
  seq: number;
}

export class SignalAggregator {
  readonly #parts: AggregatorParts;
  #memory: Memory | undefined;
  #recovered: Recovered | undefined;
  /** Every signal up to here is decided and journaled as such; survives the loss of memory. */
  #decidedUpToSeq = 0;
  /** How many windows were open after the last step. */
  #open = 0;
  #running: Promise<{ open: number; decided: number }> | undefined;

  constructor(parts: AggregatorParts) {
    this.#parts = parts;
  }

  /** One step; a call during another one gets that one's end. */
  tick(now: Now): Promise<{ readonly open: number; readonly decided: number }> {
    this.#running ??= this.#step(now).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #step(now: Now): Promise<{ open: number; decided: number }> {
    try {
      this.#memory ??= await this.#recover(now);
      if (this.#memory === undefined) return { open: 0, decided: 0 };
      const decided = await this.#advance(this.#memory, now);
      this.#decidedUpToSeq = decidedUpTo(this.#memory);
      const open = this.#memory.windows.size;
      if (open !== this.#open) mark('windows.counted', { open });
      this.#open = open;
      return { open, decided };
    } catch (error) {
      this.#memory = undefined;
      this.#recovered = undefined;
      throw error;
    }
  }

  /** Where looking through history begins: what is decided by the journal, or, later than its last mark, by this process. */
  async #mark(): Promise<number> {
    return Math.max(this.#decidedUpToSeq, await this.#parts.decisions.decidedUpToSeq());
  }

  /** Undefined while there is more history to look through. */
  async #recover(now: Now): Promise<Memory | undefined> {
    this.#recovered ??= { signals: [], readUpToSeq: await this.#mark(), isComplete: false };
    this.#recovered = await recoverMore(this.#recovered, this.#parts);
    if (!this.#recovered.isComplete) return undefined;
    const { signals, readUpToSeq } = this.#recovered;
    this.#recovered = undefined;
    const memory = { windows: new OpenWindows(), seq: readUpToSeq };
    await this.#fold(memory.windows, signals, now);
    if (signals.length > 0) {
      this.#parts.log.info({ signals: signals.length, open: memory.windows.size }, 'open windows recovered');
    }
    return memory;
  }

  /** Reads to the journal's end, deciding on the way what can get no more signals, then decides all that is due. */
  async #advance(memory: Memory, now: Now): Promise<number> {
    let decided = 0;
    for (let pages = 0; pages < PAGES_PER_TICK; pages += 1) {
      const signals = await this.#parts.signals.after(memory.seq, PAGE);
      await this.#fold(memory.windows, signals, now);
      const last = signals.at(-1);
      memory.seq = last?.seq ?? memory.seq;
      const atEnd = last === undefined || signals.length < PAGE;
      const due = memory.windows.due(now, atEnd ? Number.POSITIVE_INFINITY : last.receivedAtMs);
      decided += due.length;
      await this.#decide(memory, due, now);
      if (atEnd) break;
    }
    return decided;
  }

  async #fold(windows: OpenWindows, signals: readonly Signal[], now: Now): Promise<void> {
    const opened: OpenWindow[] = [];
    for (const signal of signals) {
      const open = windows.add(signal, now);
      if (open === undefined) continue;
      opened.push(open);
      const { pair, side } = signal;
      mark('window.opened', { pair, side, open: windows.size });
      this.#parts.log.debug({ signalId: signal.id, pair, side, ...open.window }, 'window opened');
    }
    await markDecidedNeighbours(opened, this.#parts.decisions, longestWindowMs(this.#parts.settings));
  }

  async #decide(memory: Memory, due: readonly OpenWindow[], now: Now): Promise<void> {
    for (const batch of batchesOf(due)) {
      // Read for each commit: a pause counts for every window decided after it was acknowledged.
      const pauses = await this.#parts.pauses.inForce(now.wallMs);
      const by = { ...this.#parts, pauses };
      const closings = batch.map((open) => closingOf(open, by, now));
      mark('decision.deciding', { count: closings.length });
      // Should the commit fail, memory is dropped as a whole.
      memory.windows.remove(batch);
      await this.#parts.decisions.decide(closings, decidedUpTo(memory));
      this.#tell(closings);
    }
  }

  #tell(closings: readonly Closing[]): void {
    const counts = new Map<string, { outcome: string; reason: string | null; count: number }>();
    for (const { decision, fates, owedTo } of closings) {
      const { id, pair, side, outcome, reason, detail, votes, enterTag } = decision;
      const signalIds = fates.slice(0, SIGNALS_PER_LINE).map((fate) => fate.signalId);
      const fields = { decisionId: id, pair, side, outcome, reason, detail, votes, enterTag, owedTo };
      this.#parts.log.info({ ...fields, signals: fates.length, signalIds }, 'window decided');
      const key = `${outcome} ${reason}`;
      const count = (counts.get(key)?.count ?? 0) + 1;
      counts.set(key, { outcome, reason, count });
    }
    for (const detail of counts.values()) mark('decision.committed', detail);
  }
}

/** Every signal up to this seq is in no window of `memory` any more: decided. */
function decidedUpTo({ windows, seq }: Memory): number {
  const lowest = windows.lowestSeq();
  return lowest === undefined ? seq : lowest - 1;
}

function* batchesOf(due: readonly OpenWindow[]): Generator<readonly OpenWindow[]> {
  let batch: OpenWindow[] = [];
  let fates = 0;
  for (const open of due) {
    batch.push(open);
    fates += open.signals.length;
    if (batch.length < CLOSINGS_PER_COMMIT && fates < FATES_PER_COMMIT) continue;
    yield batch;
    batch = [];
    fates = 0;
  }
  if (batch.length > 0) yield batch;
}
