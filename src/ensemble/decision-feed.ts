// Decisions as they are made, for readers in any process: the journal is looked at a few times a second while somebody waits, and each reader keeps
// only the place up to which it has read.
import type { Decision } from '#domain/decision.ts';
import type { Feed } from '#domain/feed.ts';
import type { Side } from '#domain/market.ts';
import type { Clock } from '#domain/time.ts';
import type { DecisionChanges, DecisionHistory } from '#store/store.ts';

/** How often the journal is asked whether anything changed. */
const LOOK_MS = 200;
/** Changes read at once, the most that a reader holds. */
const PAGE = 100;

/** Which decisions; absent: all. */
export interface DecisionFilter {
  readonly pair?: string | undefined;
  readonly side?: Side | undefined;
}

interface FeedParts {
  readonly changes: DecisionChanges;
  readonly decisions: Pick<DecisionHistory, 'byIds'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Opens feeds: each begins with the first change after it was opened, and tells every change once, in order, with the outcome it had then. */
export function decisionFeeds(parts: FeedParts): (filter: DecisionFilter) => Promise<Feed<Decision>> {
  const { changes, decisions, clock } = parts;
  const waiting = new Set<() => void>();

  /** Looks for all who wait, until nobody does. */
  const look = async (seenSeq: number) => {
    let lastSeq = seenSeq;
    while (waiting.size > 0 && lastSeq === seenSeq) {
      await clock.sleep(LOOK_MS);
      // A journal that cannot be read is the readers' to tell.
      lastSeq = await changes.lastSeq().catch(() => Number.POSITIVE_INFINITY);
    }
    for (const wake of [...waiting]) wake();
  };
  /** Resolves when there may be something after `seq`, or when `signal` aborts. */
  const somethingNew = (seq: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', wake);
      if (waiting.add(wake).size === 1) void look(seq);
    });

  const read = async (seq: number, { pair, side }: DecisionFilter) => {
    const fresh = await changes.after(seq, PAGE);
    const found = await decisions.byIds(fresh.map(({ decisionId }) => decisionId));
    const told = fresh.flatMap(({ seq: _, decisionId: __, ...end }, index): readonly Decision[] => {
      const decision = found[index];
      if (decision === undefined) return [];
      const isWanted = (pair ?? decision.pair) === decision.pair && (side ?? decision.side) === decision.side;
      return isWanted ? [{ ...decision, ...end }] : [];
    });
    return { seq: fresh.at(-1)?.seq ?? seq, told };
  };

  return async (filter) => {
    let seq = await changes.lastSeq();
    let ready: Decision[] = [];
    return {
      next: async (signal) => {
        while (ready.length === 0 && !signal.aborted) {
          const page = await read(seq, filter);
          if (page.seq === seq) await somethingNew(seq, signal);
          seq = page.seq;
          ready = [...page.told];
        }
        return signal.aborted ? undefined : ready.shift();
      },
    };
  };
}
