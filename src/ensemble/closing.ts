// A due window becomes a closing: the decision, what became of each signal, and which bots are owed. Pure: the same window gives the same ids
// after a crash, so that the journal recognises a decision it already holds.
import { createHash } from 'node:crypto';
import type { Side } from '#domain/market.ts';
import type { Pause } from '#domain/pause.ts';
import type { Now } from '#domain/time.ts';
import type { Closing } from '#store/store.ts';
import { type EnsembleSettings, rulesFor } from './settings.ts';
import { printTag } from './tag.ts';
import { type Taker, verdictOf } from './verdict.ts';
import type { OpenWindow } from './window.ts';

const TAG_ID_LENGTH = 4;

/** How far the wall clock may be from the monotonic one before it counts as set, ms: signals are stamped in another thread. */
const STEP_MS = 100;

/** The closing of `open`, decided at `now` under the pauses in force then. */
export function closingOf(
  open: OpenWindow,
  by: { readonly settings: EnsembleSettings; readonly bots: readonly Taker[]; readonly pauses: readonly Pause[] },
  now: Now,
): Closing {
  const { pair, side, window, conflict, signals } = open;
  const id = decisionId(pair, side, signals[0]?.id ?? '');
  const { bots, pauses } = by;
  const rules = rulesFor(by.settings, pair, side);
  const verdict = verdictOf([...open.votes.values()], { pair, side }, { rules, bots, pauses });
  const { tally } = verdict;
  const expectedFeeders = by.settings.expectedFeeders;
  const tagId = by.settings.tagId ? id.slice(0, TAG_ID_LENGTH) : undefined;
  const counted = new Set(verdict.counted.map((vote) => vote.signalId));
  return {
    decision: {
      ...verdict.end,
      id,
      pair,
      side,
      votes: tally.votes,
      expectedFeeders,
      confidenceE4: tally.meanE4,
      confidenceDefaulted: tally.confidenceDefaulted,
      sources: tally.sources,
      leverage: tally.leverage,
      enterTag: printTag({ ...tally, side, expectedFeeders, id: tagId }),
      conflict,
      window,
      decidedAtMs: now.wallMs,
      dueAtMs: dueAt(open, now),
    },
    fates: signals.map(({ id: signalId, seq }) => ({ signalId, seq, decisionId: id, counted: counted.has(signalId) })),
    owedTo: verdict.owedTo,
    withheld: verdict.withheld,
  };
}

/**
 * The nominal close of `open` by the wall clock of now. A clock that was set while the window was open takes nothing of, and adds nothing to, the time
 * that bots have: it counts from the close by the monotonic clock.
 */
function dueAt({ window, closesAtMonotonicMs }: OpenWindow, now: Now): number {
  const byNow = Math.round(now.wallMs - (now.monotonicMs - closesAtMonotonicMs));
  return Math.abs(byNow - window.closesAtMs) < STEP_MS ? window.closesAtMs : byNow;
}

/** The id of the decision of the window that `firstSignalId` opened: 25 characters of a-z0-9, the same whenever it is asked. */
export function decisionId(pair: string, side: Side, firstSignalId: string): string {
  const hash = createHash('sha256').update(`${pair}\n${side}\n${firstSignalId}`).digest('hex');
  return BigInt(`0x${hash.slice(0, 32)}`)
    .toString(36)
    .padStart(25, '0');
}
