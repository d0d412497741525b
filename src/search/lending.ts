// Pairs that are searched together lend each other trades where theirs are few, which is so where entries are somebody's opinions and not every candle.
// What is lent depends on the pairs and their candles alone: not on the number of threads, nor on who has finished already.
import { Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import { lends, mergedPools, type PairPools } from './pair-pools.ts';
import type { StudyPool } from './study-pool.ts';
import { materialFor, type StudySources } from './study-sources.ts';
import type { StudyTask } from './thread-messages.ts';

/** Pairs that one piece of work looks at. */
const CHUNK = 8;
/** The most groups of pairs with candles of one period that lend: each costs a few megabytes for each of its ranges while studies run. */
const GROUPS = 3;

/** The tasks of `pairs` searched as `spec`, made when they are needed. */
export type TaskOf = (pair: string) => Promise<StudyTask | undefined>;

/** What `pairs` lend each other; empty when they lend nothing. */
export async function lentBy(
  pairs: readonly string[],
  taskOf: TaskOf,
  pool: Pick<StudyPool, 'lend' | 'periods' | 'threads'>,
): Promise<PairPools> {
  const periods = await chunked([...pairs].sort(), taskOf, {
    threads: pool.threads,
    work: async (tasks, of) => (await pool.periods(tasks)).map((period, at) => ({ pair: of[at] as string, period })),
  });
  const groups = new Map<string, string[]>();
  for (const { pair, period } of periods.flat()) {
    if (period !== null) groups.set(period, [...(groups.get(period) ?? []), pair]);
  }
  const lenders = [...groups.values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length || ((a[0] as string) < (b[0] as string) ? -1 : 1))
    .slice(0, GROUPS);
  const pools = await chunked(lenders.flat(), taskOf, { threads: pool.threads, work: (tasks) => pool.lend(tasks) });
  return mergedPools(pools);
}

/** Pools of the last pairs that were searched together, so that the study of each has them. */
export class Lender {
  readonly #sources: StudySources;
  readonly #pool: StudyPool;
  readonly #entriesFile: string | null;
  #last: { readonly key: string; readonly pools: Promise<PairPools> } | undefined;

  /** `entriesFile`: a CSV that all pairs are entered by. */
  constructor(sources: StudySources, pool: StudyPool, entriesFile: string | null = null) {
    this.#sources = sources;
    this.#pool = pool;
    this.#entriesFile = entriesFile;
  }

  /** What the study of `spec` may borrow from `pairs`; undefined: nothing. */
  async poolsFor(spec: StudySpec, pairs: readonly string[]): Promise<PairPools | undefined> {
    if (pairs.length < 2 || !lends(spec)) return undefined;
    const key = JSON.stringify([pairs, { ...spec, pair: '' }]);
    if (this.#last?.key !== key)
      this.#last = { key, pools: lentBy(pairs, (pair) => this.#taskOf(spec, pair), this.#pool) };
    const pools = await this.#last.pools;
    return pools.size === 0 ? undefined : pools;
  }

  async #taskOf(spec: StudySpec, pair: string): Promise<StudyTask | undefined> {
    const material = await materialFor({ ...spec, pair }, this.#sources).catch((error: unknown) => {
      if (error instanceof Fault) return undefined;
      throw error;
    });
    if (material === undefined || (this.#entriesFile === null && material.signals?.length === 0)) return undefined;
    const { basis: _basis, ...found } = material;
    return { ...found, spec: { ...spec, pair }, entriesFile: this.#entriesFile, fallback: NOBODY, incumbent: null };
  }
}

/** Sums of trades know no rivals. */
const NOBODY = { stopLossPct: -1, takeProfitPct: 1 };

/** Does `work` on portions of the tasks of `pairs`, as many portions at a time as there are threads; the results in order. */
async function chunked<T>(
  pairs: readonly string[],
  taskOf: TaskOf,
  { threads, work }: { readonly threads: number; work(tasks: readonly StudyTask[], of: readonly string[]): Promise<T> },
): Promise<readonly T[]> {
  const results: T[] = [];
  const portions = Array.from({ length: Math.ceil(pairs.length / CHUNK) }, (_, at) => at);
  const lane = async () => {
    for (let at = portions.shift(); at !== undefined; at = portions.shift()) {
      const found: { readonly pair: string; readonly task: StudyTask }[] = [];
      for (const pair of pairs.slice(at * CHUNK, (at + 1) * CHUNK)) {
        const task = await taskOf(pair);
        if (task !== undefined) found.push({ pair, task });
      }
      results[at] = await work(
        found.map(({ task }) => task),
        found.map(({ pair }) => pair),
      );
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  return results;
}
