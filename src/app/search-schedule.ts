// All pairs searched by the worker at the times the configuration names. Only the holder of the worker's lock has a schedule. Times that passed while nobody
// ran are made up for once; what was queued and not finished goes on by itself, and is not queued again.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault, type FaultCode } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Study } from '#domain/study.ts';
import { type Clock, isoTime, type Now } from '#domain/time.ts';
import { planAllPairs, queuedStudy, type StudyRunner, type StudySources } from '#search/search.ts';
import type { StudyJournal } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { type PairEnd, pairCounts, pairRows } from './all-pairs-summary.ts';
import { scheduledSpec } from './search-defaults.ts';
import { nextTimeMs, type SearchPlan } from './search-plan.ts';

export interface SearchScheduleOptions {
  readonly plan: SearchPlan;
  readonly sources: StudySources;
  readonly studies: Pick<StudyJournal, 'page' | 'byIds'>;
  readonly runner: Pick<StudyRunner, 'add'>;
  readonly fallback: ExitLevels;
  /** How long published levels are served, hours. */
  readonly optunaMaxAgeHours: number;
  /** The data folder, where the last time is kept. */
  readonly folder: string;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/** A schedule under way. */
export interface SearchSchedule {
  /** Queues all pairs when their time has come, and says how the last ones ended. Does not wait for studies. Rejects when something broke. */
  tick(now: Now): Promise<void>;
  /** When all pairs are searched next, epoch ms; undefined: never. */
  nextMs(): number | undefined;
  /** Waits for the queueing under way. */
  drain(): Promise<void>;
}

/** How often ends are looked for. */
const LOOK_MS = 2_000;
/** A last time that lies further ahead was kept by a clock that has been set back since. */
const AHEAD_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Faults that pass by themselves, and how long after one it is tried again. */
const AWAY: readonly FaultCode[] = ['HUB_UNAVAILABLE', 'JOURNAL_UNAVAILABLE'];
const RETRY_MS = 60_000;

/** The schedule of `options.plan`, which goes on where the last holder of the lock stopped. */
export function openSearchSchedule(options: SearchScheduleOptions): SearchSchedule {
  const schedule = new Schedule(options);
  return { tick: (now) => schedule.tick(now), nextMs: () => schedule.nextMs, drain: () => schedule.drain() };
}

/** Studies queued together, and the pairs that needed none. */
interface Queued {
  readonly ids: readonly string[];
  readonly others: readonly PairEnd[];
}

class Schedule {
  readonly #with: SearchScheduleOptions;
  nextMs: number | undefined;
  #queueing: Promise<void> | undefined;
  #broken: { readonly error: unknown } | undefined;
  /** Queued together and not all ended. */
  #open: Queued | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SearchScheduleOptions) {
    this.#with = options;
    const { plan, folder, clock, log, optunaMaxAgeHours } = options;
    if (plan.schedule === undefined) return;
    const { wallMs } = clock.now();
    const keptMs = readLast(folder, plan);
    if (keptMs === undefined) writeLast(folder, plan, wallMs);
    this.nextMs = nextTimeMs(plan, keptMs === undefined || keptMs > wallMs + AHEAD_MS ? wallMs : keptMs);
    const next = this.nextMs;
    const second = next === undefined ? undefined : nextTimeMs(plan, next);
    if (next !== undefined && second !== undefined && second - next >= optunaMaxAgeHours * HOUR_MS) {
      const apart = `${(second - next) / HOUR_MS} h apart, and levels are served for ${optunaMaxAgeHours} h`;
      log.warn({ schedule: plan.schedule }, `searches are ${apart}: they will lapse in between`);
    }
    const at = next === undefined ? null : isoTime(Math.max(next, wallMs));
    log.info({ schedule: plan.schedule, next: at }, 'all pairs are searched on a schedule');
  }

  async tick({ wallMs, monotonicMs }: Now): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken.error;
    if (this.nextMs !== undefined && wallMs >= this.nextMs && this.#queueing === undefined) {
      this.nextMs = nextTimeMs(this.#with.plan, wallMs);
      this.#queueing = this.#queueAt(wallMs).finally(() => {
        this.#queueing = undefined;
      });
    }
    if (this.#open === undefined || monotonicMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = monotonicMs;
    await this.#look(this.#open, wallMs);
  }

  async drain(): Promise<void> {
    await this.#queueing;
  }

  /** Queues and keeps the time. While hub or journal are away it is tried again: what was queued by then is not queued twice. */
  async #queueAt(wallMs: number): Promise<void> {
    const { plan, folder, log } = this.#with;
    try {
      await this.#queue();
    } catch (error) {
      if (!(error instanceof Fault)) this.#broken = { error };
      else log.error({ error: error.message }, 'the scheduled search of all pairs cannot begin');
      if (error instanceof Fault && AWAY.includes(error.code)) {
        this.nextMs = Math.min(this.nextMs ?? Number.POSITIVE_INFINITY, wallMs + RETRY_MS);
        return;
      }
    }
    writeLast(folder, plan, wallMs);
  }

  async #queue(): Promise<void> {
    const { plan, sources, studies, fallback, runner, newId, clock, log } = this.#with;
    const { searched, skipped, failed } = await planAllPairs({ spec: scheduledSpec(plan), sources, studies, fallback });
    const together = searched.map(({ pair }) => pair);
    const queued = searched.map((spec) => ({ ...queuedStudy(newId(), spec, clock.now().wallMs), together }));
    await runner.add(queued);
    log.info(
      { searched: queued.length, unchanged: skipped.length, failed: failed.length },
      'all pairs are searched, as scheduled',
    );
    const others = [...failed, ...skipped.map((study) => ({ pair: study.spec.pair, study, skipped: true }))];
    const before = this.#open;
    this.#open = { ids: [...(before?.ids ?? []), ...queued.map(({ id }) => id)], others };
  }

  async #look({ ids, others }: Queued, nowMs: number): Promise<void> {
    const { studies, plan, log } = this.#with;
    const found = (await studies.byIds(ids)).filter((study) => study !== undefined);
    if (found.some(isUnfinished)) return;
    this.#open = undefined;
    const ends = found.map((study) => ({ pair: study.spec.pair, study, skipped: false }));
    // What the next time found still under way has come to its end here.
    const left = others.filter(({ pair }) => ends.every((end) => end.pair !== pair));
    const rows = pairRows([...left, ...ends], { nowMs, staleHours: plan.staleHours });
    const counts = pairCounts(rows);
    const oldestHours = Math.max(0, ...rows.map(({ candlesAgeHours }) => candlesAgeHours ?? 0));
    mark('pairs.searched', { ...counts, oldestCandlesSeconds: oldestHours * 3_600 });
    log.info(counts, 'all pairs have been searched');
    for (const { pair, error } of rows) if (error !== null) log.warn({ pair, error }, 'a pair could not be searched');
    const stale = rows.filter((row) => row.stale).map(({ pair, candlesTo }) => `${pair} (${candlesTo})`);
    if (stale.length > 0) log.warn({ pairs: stale }, `candles are older than ${plan.staleHours} h`);
  }
}

function isUnfinished({ state }: Study): boolean {
  return state === 'QUEUED' || state === 'RUNNING';
}

const KEPT = v.object({ schedule: v.string(), timezone: v.string(), lastMs: v.number() });
const FILE = 'schedule.json';

/** When this schedule's time came last, or when it was first seen; undefined: never, or it was another one. */
function readLast(folder: string, { schedule, timezone }: SearchPlan): number | undefined {
  try {
    const kept = v.safeParse(KEPT, JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
    if (!kept.success || kept.output.schedule !== schedule || kept.output.timezone !== timezone) return undefined;
    return kept.output.lastMs;
  } catch {
    return undefined;
  }
}

/** A time that cannot be kept (a full disk) is made up for after the next start: searching again does no harm. */
function writeLast(folder: string, { schedule, timezone }: SearchPlan, lastMs: number): void {
  try {
    const file = join(folder, FILE);
    writeFileSync(`${file}.new`, JSON.stringify({ schedule, timezone, lastMs }));
    renameSync(`${file}.new`, file);
  } catch {
    return;
  }
}
