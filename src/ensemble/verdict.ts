// Who decides what: votes become a verdict under the rules, then under the pauses. Pure; the order of the conditions stands here and nowhere else.
import type { DecisionEnd, DecisionReason } from '#domain/decision.ts';
import type { Side } from '#domain/market.ts';
import { coversMarket, type Pause, pausedText, pauseOf } from '#domain/pause.ts';
import type { Withheld } from '#store/store.ts';
import type { Rules } from './settings.ts';
import { type Shortfall, shortfallOf, type Tally, tallyOf } from './tally.ts';
import type { Vote } from './window.ts';

/** A bot as a decision sees it: who, and the sides it takes. */
export interface Taker {
  readonly name: string;
  readonly sides: readonly Side[];
}

/** What a market's votes are judged by: the rules, the bots there are, and the pauses in force, oldest first. */
export interface Circumstances {
  readonly rules: Rules;
  readonly bots: readonly Taker[];
  readonly pauses: readonly Pause[];
}

/** What the votes became. `counted` are the votes behind `tally`; bots are owed the decision, or it is withheld from them, only while PENDING. */
export interface Verdict {
  readonly end: DecisionEnd;
  readonly tally: Tally;
  readonly counted: readonly Vote[];
  readonly owedTo: readonly string[];
  readonly withheld: readonly Withheld[];
}

/**
 * The verdict on `votes`, at least one, for one pair and side: votes, then confidence, then pauses, then whether a bot takes the side.
 * Votes of a paused source do not count, as if it had said nothing; when that alone made the others too few or too weak, the pause is what stopped the
 * decision, and the tally shows the votes as they were cast. A bot that is paused is passed over; when every bot is, the decision is stopped.
 */
export function verdictOf(
  votes: readonly Vote[],
  market: { readonly pair: string; readonly side: Side },
  { rules, bots, pauses }: Circumstances,
): Verdict {
  const { pair, side } = market;
  const ofMarket = pauses.filter((pause) => coversMarket(pause, pair, side));
  const ofSources = ofMarket.filter((pause) => pause.source !== null && pause.bot === null);
  const silencing = ofSources.find((pause) => votes.some((vote) => vote.source === pause.source));
  const heard = votes.filter((vote) => ofSources.every((pause) => pause.source !== vote.source));
  const counted = heard.length === 0 ? votes : heard;
  const tally = tallyOf(counted);
  const shortfall = shortfallOf(tally, rules);
  if (silencing !== undefined && (heard.length === 0 || shortfall !== undefined)) {
    const asCast = tallyOf(votes);
    if (shortfallOf(asCast, rules) === undefined) return stopped(paused(silencing), asCast, votes);
  }
  if (shortfall !== undefined) return stopped(rejected(shortfall), tally, counted);

  const ofAll = ofMarket.find((pause) => pause.source === null && pause.bot === null);
  if (ofAll !== undefined) return stopped(paused(ofAll), tally, counted);
  const takers = bots.filter((bot) => bot.sides.includes(side)).map((bot) => bot.name);
  if (takers.length === 0)
    return stopped(rejected({ reason: 'NO_BOT', detail: 'no bot takes this side' }), tally, counted);
  const keeping = takers.map((bot) => pauseOf({ pair, side, sources: tally.sources, bot }, ofMarket));
  const first = keeping[0];
  if (first !== undefined && !keeping.includes(undefined)) return stopped(paused(first), tally, counted);
  return {
    end: { outcome: 'PENDING', reason: null, detail: null, pauseId: null },
    tally,
    counted,
    owedTo: takers.filter((_, index) => keeping[index] === undefined),
    withheld: takers.flatMap((bot, index) => {
      const pause = keeping[index];
      return pause === undefined ? [] : [{ bot, pauseId: pause.id, detail: pausedText(pause) }];
    }),
  };
}

function stopped(end: DecisionEnd, tally: Tally, counted: readonly Vote[]): Verdict {
  return { end, tally, counted, owedTo: [], withheld: [] };
}

function paused(pause: Pause): DecisionEnd {
  return { outcome: 'REJECTED', reason: 'PAUSED', detail: pausedText(pause), pauseId: pause.id };
}

function rejected({ reason, detail }: Omit<Shortfall, 'reason'> & { readonly reason: DecisionReason }): DecisionEnd {
  return { outcome: 'REJECTED', reason, detail, pauseId: null };
}
