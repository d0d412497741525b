// One sampler's way through its trials over one range of entries. What is drawn for a trial follows from the ones before it alone, whether they were run here
// or by an earlier run.
import type { Metrics } from '#domain/study.ts';
import type { Choosing, Winner } from './choice.ts';
import { Evaluation, type JudgedRange } from './evaluation.ts';
import type { BlockSums } from './judge.ts';
import { BLOCKS } from './overfit.ts';
import { greatestCell } from './plateau.ts';
import { type Pruner, type Sampler, seenBy } from './samplers/sampler.ts';
import type { Space as SampledSpace } from './samplers/space.ts';
import type { Params, Trial as SampledTrial } from './samplers/trial.ts';
import { cellAt, dimensionsOf, prunerOf, samplerOf } from './sampling.ts';
import { pointAt } from './space.ts';
import { type FinishedTrial, sampledTrial } from './trial-log.ts';
import { type Replay, replayer } from './walk-forward.ts';

/** What is known of a cell that was judged to its end. */
interface Judged {
  readonly objective: number | null;
  readonly steps: readonly (number | null)[];
  readonly metrics: Metrics;
  /** undefined: judged by an earlier run. */
  readonly sums: Float64Array | undefined;
}

/** Trials follow one another: nothing is under way beside the one that is drawn for. */
const WIDTH = 1;

export class TrialSearch {
  readonly #choosing: Choosing;
  readonly #number: number;
  readonly #range: JudgedRange;
  readonly #dimensions: SampledSpace;
  readonly #sampler: Sampler;
  readonly #pruner: Pruner | undefined;
  readonly #replay: Replay;
  readonly #trials: SampledTrial[] = [];
  readonly #judged = new Map<number, Judged>();

  constructor(choosing: Choosing, number: number, range: JudgedRange) {
    const { spec, space, candles } = choosing;
    this.#choosing = choosing;
    this.#number = number;
    this.#range = range;
    this.#dimensions = dimensionsOf(space);
    this.#sampler = samplerOf(spec);
    this.#pruner = prunerOf(spec, number);
    this.#replay = replayer(candles, spec);
  }

  /** Takes up the next trial as an earlier run left it. */
  take(trial: FinishedTrial): void {
    this.#trials.push(sampledTrial(trial));
    if (trial.state === 'PRUNED') return;
    const { objective, steps, metrics } = trial;
    this.#judged.set(cellAt(this.#choosing.space, trial.point), { objective, steps, metrics, sums: undefined });
  }

  /** Draws and runs the next trial. */
  next(): FinishedTrial {
    const number = this.#trials.length;
    const seen = seenBy(this.#trials, number, WIDTH);
    const params = this.#sampler.suggest({
      space: this.#dimensions,
      direction: 'MAXIMIZE',
      seed: this.#choosing.spec.seed,
      number,
      trials: this.#pruner?.peers(seen, number) ?? seen,
    });
    const trial = this.#run(number, params, seen);
    this.#trials.push(sampledTrial(trial));
    return trial;
  }

  #run(number: number, point: Params, seen: readonly SampledTrial[]): FinishedTrial {
    const cell = cellAt(this.#choosing.space, point);
    const known = this.#judged.get(cell);
    const evaluation = known === undefined ? this.#evaluation(cell) : undefined;
    const steps: (number | null)[] = [];
    let rungs: readonly number[] = [];
    const trial = { search: this.#number, number, point };
    const last = this.#range.steps.length - 1;
    for (let step = 0; step <= last; step += 1) {
      steps.push(known === undefined ? (evaluation?.step(step) ?? null) : (known.steps[step] ?? null));
      if (this.#pruner === undefined) continue;
      const told = steps.map((value, index) => ({ step: index, value: value ?? Number.NaN }));
      const current = {
        number,
        state: 'RUNNING',
        params: point,
        value: null,
        steps: told,
        rungs,
        violation: 0,
      } as const;
      const judgement = this.#pruner.judge({ direction: 'MAXIMIZE', current, trials: seen });
      rungs = judgement.rungs;
      // After its last step there is nothing left to save.
      if (!judgement.prune || step === last) continue;
      const metrics = (evaluation ?? this.#evaluation(cell, step)).metrics(step);
      return { ...trial, state: 'PRUNED', objective: null, steps, rungs, metrics };
    }
    const { objective, metrics } = known ?? this.#judge(cell, evaluation ?? this.#evaluation(cell), steps);
    return { ...trial, state: objective === null ? 'FAILED' : 'COMPLETE', objective, steps, rungs, metrics };
  }

  #judge(cell: number, evaluation: Evaluation, steps: readonly (number | null)[]): Judged {
    const objective = evaluation.objective();
    const sums = this.#range.blockEnds.length === 0 ? undefined : evaluation.blockSums();
    const judged = { objective, steps, metrics: evaluation.metrics(this.#range.steps.length - 1), sums };
    this.#judged.set(cell, judged);
    return judged;
  }

  /** A point on its way, with its entries up to step `upTo` simulated already. */
  #evaluation(cell: number, upTo?: number): Evaluation {
    const point = pointAt(this.#choosing.space, cell);
    const evaluation = new Evaluation(this.#range, (entries) => this.#replay(entries, point));
    if (upTo !== undefined) evaluation.step(upTo);
    return evaluation;
  }

  /** The cells that have an objective, in the order in which ties are broken. */
  #completed(): readonly (readonly [cell: number, judged: Judged & { objective: number }])[] {
    return [...this.#judged]
      .flatMap(([cell, { objective, ...judged }]) =>
        objective === null ? [] : [[cell, { ...judged, objective }] as const],
      )
      .sort(([a], [b]) => a - b);
  }

  /** The greatest objective found; undefined when no trial has one. */
  winner(): Winner | undefined {
    const completed = this.#completed();
    const best = completed[greatestCell(Float64Array.from(completed, ([, { objective }]) => objective))];
    return best === undefined ? undefined : { cell: best[0], objective: best[1].objective };
  }

  /** The objective of a cell; NaN where it has none, undefined where it was not judged to the end. */
  valueOf(cell: number): number | undefined {
    const judged = this.#judged.get(cell);
    return judged === undefined ? undefined : (judged.objective ?? Number.NaN);
  }

  /** What tells overfitting among the points that were tried; null: too few entries. */
  blocks(): BlockSums | null {
    const { blockEnds } = this.#range;
    if (blockEnds.length === 0) return null;
    const sums = this.#completed().map(([cell, judged]) => judged.sums ?? this.#evaluation(cell).blockSums());
    return {
      sums: Array.from({ length: BLOCKS }, (_, block) => Float64Array.from(sums, (of) => of[block] as number)),
      trades: blockEnds.map((end, block) => end - (blockEnds[block - 1] ?? 0)),
    };
  }
}
