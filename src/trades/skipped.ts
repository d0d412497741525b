// What an import left out, counted by reason: nothing is left out silently, and a million times the same reason is one line.

/** A trade that cannot be taken: why, in words that hold for all of its kind, and its id at the bot where it has one. */
export interface Skip {
  readonly reason: string;
  readonly tradeId: string | null;
}

/** One reason and how often it was met, with the first few ids. */
export interface Skipped {
  readonly reason: string;
  readonly count: number;
  readonly tradeIds: readonly string[];
}

/** Ids that are kept of one reason. */
const IDS = 10;

export interface SkipTally {
  add(skip: Skip): void;
  /** By reason, the most frequent first. */
  list(): readonly Skipped[];
}

/** A tally, nothing skipped yet. */
export function skipTally(): SkipTally {
  const reasons = new Map<string, { count: number; ids: string[] }>();
  return {
    add: ({ reason, tradeId }) => {
      const known = reasons.get(reason) ?? { count: 0, ids: [] };
      known.count += 1;
      if (tradeId !== null && known.ids.length < IDS) known.ids.push(tradeId);
      reasons.set(reason, known);
    },
    list: () =>
      [...reasons]
        .map(([reason, { count, ids }]) => ({ reason, count, tradeIds: ids }))
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}
