// One point judged step by step over a range of entries, as far as anybody wants to know it.
import type { Metrics, Objective } from '#domain/study.ts';
import type { Entries } from './entries.ts';
import { metricsOf, type TradeColumns } from './metrics.ts';
import { objectiveOf } from './objective.ts';
import { BLOCKS } from './overfit.ts';
import type { SimulatedTrades } from './simulate.ts';
import { entriesWithin } from './trades.ts';

/** The end of a step: the entries before `to` belong to it or an earlier one; `days` is D from the beginning of the range. */
export interface StepEnd {
  readonly to: number;
  readonly days: number;
}

/** The range of entries a point is judged on. */
export interface JudgedRange {
  /** Of the range alone. */
  readonly entries: Entries;
  /** Ascending; the last one is the end of the range. */
  readonly steps: readonly StepEnd[];
  /** Whether a step tells the objective of its own entries alone, or of all up to its end. */
  readonly alone: boolean;
  readonly objective: Objective;
  readonly minTrades: number;
  /** Where the blocks of the overfitting test end; empty: nobody asks. */
  readonly blockEnds: readonly number[];
}

/** A point on its way through a range. Trades are simulated when a step asks for them, each once. */
export class Evaluation {
  readonly #range: JudgedRange;
  readonly #replay: (entries: Entries) => SimulatedTrades;
  readonly #trades: { profit: Float64Array; entryCandle: Int32Array; exitCandle: Int32Array; reason: Uint8Array };
  #taken = 0;

  constructor(range: JudgedRange, replay: (entries: Entries) => SimulatedTrades) {
    const count = range.entries.candle.length;
    this.#range = range;
    this.#replay = replay;
    this.#trades = {
      profit: new Float64Array(count),
      entryCandle: new Int32Array(count),
      exitCandle: new Int32Array(count),
      reason: new Uint8Array(count),
    };
  }

  /** What step `index` tells; null where there is no objective. Asked in order. */
  step(index: number): number | null {
    const { steps, alone } = this.#range;
    const end = steps[index] as StepEnd;
    const before = steps[index - 1];
    this.#take(end.to);
    if (!alone) return this.#objective(this.#metrics(0, end));
    const days = Math.max(1, end.days - (before?.days ?? 0));
    return this.#objective(this.#metrics(before?.to ?? 0, { to: end.to, days }));
  }

  /** The figures over all entries up to the end of step `index`. */
  metrics(index: number): Metrics {
    return this.#metrics(0, this.#range.steps[index] as StepEnd);
  }

  /** The objective over the whole range. */
  objective(): number | null {
    const last = this.#range.steps.length - 1;
    this.#take((this.#range.steps[last] as StepEnd).to);
    return this.#objective(this.metrics(last));
  }

  /** The sum of profit ratios in each block of the overfitting test; simulates the whole range. */
  blockSums(): Float64Array {
    const { blockEnds, entries } = this.#range;
    this.#take(entries.candle.length);
    const sums = new Float64Array(BLOCKS);
    let block = 0;
    this.#trades.profit.forEach((r, index) => {
      while (index >= (blockEnds[block] as number)) block += 1;
      sums[block] = (sums[block] as number) + r;
    });
    return sums;
  }

  #objective(metrics: Metrics): number | null {
    const { objective, minTrades } = this.#range;
    return metrics.trades < minTrades ? null : objectiveOf(metrics, objective);
  }

  #metrics(from: number, { to, days }: StepEnd): Metrics {
    const { profit, entryCandle, exitCandle, reason } = this.#trades;
    const part: TradeColumns = {
      profit: profit.subarray(from, to),
      entryCandle: entryCandle.subarray(from, to),
      exitCandle: exitCandle.subarray(from, to),
      reason: reason.subarray(from, to),
    };
    return metricsOf(part, days);
  }

  #take(to: number): void {
    if (to <= this.#taken) return;
    const trades = this.#replay(entriesWithin(this.#range.entries, this.#taken, to));
    this.#trades.profit.set(trades.profit, this.#taken);
    this.#trades.entryCandle.set(trades.entryCandle, this.#taken);
    this.#trades.exitCandle.set(trades.exitCandle, this.#taken);
    this.#trades.reason.set(trades.reason, this.#taken);
    this.#taken = to;
  }
}
