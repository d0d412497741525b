// What of a study is published, and how: its winner as a record of the hub, before the study counts as complete.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { Log } from '#domain/log.ts';
import type { Study, StudyResult } from '#domain/study.ts';
import type { ParamStore, StudyJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { incumbentOf } from './incumbent.ts';

/** Whether levels are to be served as of this study, which asked for it: its validated winner, or the served ones that stand. */
export function wantsPublishing({ spec, result }: Study): boolean {
  return spec.publish && result !== null && (result.validated || result.standing !== undefined);
}

/** The record of a finished study's best levels, or of those that stand, as of its end; a one-sided study's record is of its side. */
export function paramRecord(study: Study): ParamRecord {
  const { result, finishedAtMs, spec } = study;
  if (result === null || finishedAtMs === null) throw new Error(`study ${study.id} has no result to publish`);
  const { best, tested } = servedBy(study.id, result);
  const { validation } = result;
  return {
    pair: spec.pair,
    side: spec.side,
    atMs: finishedAtMs,
    stopLossPct: best.stopLossPct,
    takeProfitPct: best.takeProfitPct,
    winRate: best.metrics.winRate,
    profitFactor: best.metrics.profitFactor,
    totalTrades: best.metrics.trades,
    validated: true,
    studyId: study.id,
    pbo: validation.pbo,
    oosProfitFactor: tested.profitFactor,
  };
}

/** The levels a result gives to serve, and their figures on the tests. */
function servedBy(id: string, { best, validated, standing, incumbent, validation }: StudyResult) {
  if (validated) return { best, tested: validation.outOfSample };
  if (standing === undefined || incumbent === null) throw new Error(`study ${id} found nothing to be served`);
  return { best: standing, tested: incumbent };
}

/** Publishes, one after the other, what ended well. */
export class StudyPublisher {
  readonly #studies: Pick<StudyJournal, 'save'>;
  readonly #params: Pick<ParamStore, 'publish' | 'newest'>;
  readonly #log: Log;
  /** Journaled with their results, and not complete yet. */
  readonly #waiting: Study[] = [];

  constructor(to: {
    readonly studies: Pick<StudyJournal, 'save'>;
    readonly params: Pick<ParamStore, 'publish' | 'newest'>;
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
    await this.#studies.save({ ...study, state: 'COMPLETE', ...(await this.give(study)) });
    this.#waiting.shift();
    return study.id;
  }

  /**
   * Publishes the study's levels and says what the study then is. Again after a crash: the record is the same, to the millisecond. Levels that stand are
   * not published over others that somebody has published meanwhile.
   */
  async give(study: Study): Promise<Pick<Study, 'published' | 'renewed'>> {
    const { id, result, spec } = study;
    const isRenewal = result?.validated !== true;
    if (isRenewal && !(await this.#isServed(paramRecord(study)))) {
      this.#log.warn({ studyId: id, pair: spec.pair }, 'other levels were published meanwhile: they stay');
      return { published: false };
    }
    await this.#params.publish(paramRecord(study));
    mark('params.published', { pair: spec.pair });
    this.#log.info({ studyId: id, pair: spec.pair }, isRenewal ? 'levels published anew' : 'levels published');
    return isRenewal ? { published: false, renewed: true } : { published: true };
  }

  async #isServed({ pair, side, stopLossPct, takeProfitPct }: ParamRecord): Promise<boolean> {
    const served = incumbentOf((await this.#params.newest()).records, pair, side);
    return served?.stopLossPct === stopLossPct && served.takeProfitPct === takeProfitPct;
  }
}
