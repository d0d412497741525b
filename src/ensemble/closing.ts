// A due window becomes a closing: the decision, what became of each signal, and which bots are owed. Pure: the same window gives the same ids
// after a crash, so that the journal recognises a decision it already holds.
import { createHash } from 'node:crypto';
import type { Side } from '#domain/market.ts';
import type { Closing } from '#store/store.ts';
import { type EnsembleSettings, rulesFor } from './settings.ts';
import { printTag } from './tag.ts';
import { tallyOf, verdictOf } from './tally.ts';
import type { OpenWindow } from './window.ts';

/** A bot as a decision sees it: who, and the sides it takes. */
export interface Taker {
  readonly name: string;
  readonly sides: readonly Side[];
}

const TAG_ID_LENGTH = 4;

/** The closing of `open`, decided at `decidedAtMs` (epoch ms). */
export function closingOf(
  open: OpenWindow,
  by: { readonly settings: EnsembleSettings; readonly bots: readonly Taker[] },
  decidedAtMs: number,
): Closing {
  const { pair, side, window, conflict, signals } = open;
  const id = decisionId(pair, side, signals[0]?.id ?? '');
  const tally = tallyOf([...open.votes.values()]);
  const takers = by.bots.filter((bot) => bot.sides.includes(side)).map((bot) => bot.name);
  const end = verdictOf(tally, rulesFor(by.settings, pair, side), takers.length);
  const expectedFeeders = by.settings.expectedFeeders;
  const tagId = by.settings.tagId ? id.slice(0, TAG_ID_LENGTH) : undefined;
  const counted = new Set([...open.votes.values()].map((vote) => vote.signalId));
  return {
    decision: {
      ...end,
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
      decidedAtMs,
    },
    fates: signals.map(({ id: signalId, seq }) => ({ signalId, seq, decisionId: id, counted: counted.has(signalId) })),
    owedTo: end.outcome === 'PENDING' ? takers : [],
  };
}

/** The id of the decision of the window that `firstSignalId` opened: 25 characters of a-z0-9, the same whenever it is asked. */
export function decisionId(pair: string, side: Side, firstSignalId: string): string {
  const hash = createHash('sha256').update(`${pair}\n${side}\n${firstSignalId}`).digest('hex');
  return BigInt(`0x${hash.slice(0, 32)}`)
    .toString(36)
    .padStart(25, '0');
}
