// How the bots are doing, on the gateway side: what the worker last told of each, the orders at it, and what it refused.
import type { BotState } from '#domain/bot-state.ts';
import type { Side } from '#domain/market.ts';
import type { Clock } from '#domain/time.ts';
import type { BotJournal } from '#store/store.ts';

/** One bot: its state, requests without a known end, deliveries that are not final and unsettled ones, and the last day's refused orders, the most frequent text first. */
export interface BotHealth extends BotState {
  readonly inFlight: number;
  readonly owed: number;
  readonly unsettled: number;
  readonly refusals: readonly { readonly text: string; readonly count: number }[];
}

export interface Bots {
  /** By name: those the worker serves, those configured here, and those that are owed something all the same. */
  all(): Promise<readonly BotHealth[]>;
  /** The names of the bots that are served or configured. */
  names(): Promise<readonly string[]>;
}

const DAY_MS = 86_400_000;
/** Texts that are told of one bot. */
const TEXTS = 100;

export function openBots(parts: {
  readonly journal: Omit<BotJournal, 'save'>;
  readonly configured: readonly { readonly name: string; readonly sides: readonly Side[] }[];
  readonly clock: Pick<Clock, 'now'>;
}): Bots {
  const { journal, configured, clock } = parts;
  const known = async () => {
    const unheard = configured.map(({ name, sides }) => stateless(name, sides));
    return new Map([...unheard, ...(await journal.states())].map((state) => [state.name, state]));
  };
  return {
    names: async () => [...(await known()).keys()].toSorted(),
    all: async () => {
      const states = await known();
      const work = new Map((await journal.work()).map((one) => [one.bot, one]));
      const refusals = Map.groupBy(await journal.refusals(clock.now().wallMs - DAY_MS), ({ bot }) => bot);
      return [...new Set([...states.keys(), ...work.keys()])].toSorted().map((name) => ({
        ...(states.get(name) ?? stateless(name, [])),
        inFlight: work.get(name)?.inFlight ?? 0,
        owed: work.get(name)?.owed ?? 0,
        unsettled: work.get(name)?.unsettled ?? 0,
        refusals: (refusals.get(name) ?? []).slice(0, TEXTS).map(({ text, count }) => ({ text, count })),
      }));
    },
  };
}

function stateless(name: string, sides: readonly Side[]): BotState {
  const unknown = { state: null, forceEntryEnabled: null, positionAdjustment: null, clockOffsetMs: null };
  return { name, sides, reachable: null, ...unknown, lastAnswerAtMs: null };
}
