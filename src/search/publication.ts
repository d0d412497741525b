// What of a study is published, and how: its winner as a record of the hub, before the study counts as complete.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import type { ParamStore, StudyJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';

/** Whether the study's winner is to be served: validated, and asked for. */
export function wantsPublishing(study: Study): boolean {
  return study.spec.publish && study.result?.validated === true;
}

/** The record of a finished study's best levels, as of its end; a one-sided study's record is of its side. */
export function paramRecord(study: Study): ParamRecord {
  const { result, finishedAtMs, spec } = study;
  if (result === null || finishedAtMs === null) throw new Error(`study ${study.id} has no result to publish`);
  const { best, validation, validated } = result;
  return {
    pair: spec.pair,
    side: spec.side,
    atMs: finishedAtMs,
    stopLossPct: best.stopLossPct,
    takeProfitPct: best.takeProfitPct,
    winRate: best.metrics.winRate,
    profitFactor: best.metrics.profitFactor,
    totalTrades: best.metrics.trades,
    validated,
    studyId: study.id,
    pbo: validation.pbo,
    oosProfitFactor: validation.outOfSample.profitFactor,
  };
}

/** Publishes, one after the other, what ended well. */
export class StudyPublisher {
  readonly #studies: Pick<StudyJournal, 'save'>;
  readonly #params: Pick<ParamStore, 'publish'>;
  readonly #log: Log;
  /** Journaled with their results, and not complete yet. */
  readonly #waiting: Study[] = [];

  constructor(to: {
    readonly studies: Pick<StudyJournal, 'save'>;
    readonly params: Pick<ParamStore, 'publish'>;
    readonly log: Log;
  }) {
    this.#studies = to.studies;
    this.#params = to.params;
    this.#log = to.log;
  }

  /** A study that is journaled with its result. */
  add(study: Study): void {
    this.#waiting.push(study);
  }

  has(id: string): boolean {
    return this.#waiting.some((study) => study.id === id);
  }

  /** Publishes the next study and journals it as complete; its id, or undefined when none waits. When that fails it waits on. */
  async next(): Promise<string | undefined> {
    const [study] = this.#waiting;
    if (study === undefined) return undefined;
    const published = await this.give(study);
    await this.#studies.save({ ...study, state: 'COMPLETE', published });
    this.#waiting.shift();
    return study.id;
  }

  /** Publishes the study's levels. Again after a crash: the record is the same, to the millisecond. */
  async give(study: Study): Promise<true> {
    await this.#params.publish(paramRecord(study));
    mark('params.published', { pair: study.spec.pair });
    this.#log.info({ studyId: study.id, pair: study.spec.pair }, 'levels published');
    return true;
  }
}
