// What the worker tells of its bots, for those who ask the gateway: written when something changed, and at most once a second for an answer that changed nothing.
import type { BotState } from '#domain/bot-state.ts';
import type { Log } from '#domain/log.ts';
import type { Side } from '#domain/market.ts';
import type { Now } from '#domain/time.ts';
import type { BotJournal } from '#store/store.ts';

const QUIET_MS = 1_000;

interface ReportParts {
  readonly states: Pick<BotJournal, 'save'>;
  readonly bots: readonly { readonly name: string; readonly sides: readonly Side[] }[];
  readonly log: Log;
}

/** Takes the states of all bots, as often as one likes; returns at once. What could not be written is written the next time. */
export function botReport(
  parts: ReportParts,
): (states: readonly Omit<BotState, 'sides'>[], now: Pick<Now, 'monotonicMs'>) => void {
  const sidesOf = new Map(parts.bots.map(({ name, sides }) => [name, sides]));
  let told = '';
  let toldOfChange = '';
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let writing = false;
  return (states, now) => {
    const all = states.map((state) => ({ ...state, sides: sidesOf.get(state.name) ?? [] }));
    const text = JSON.stringify(all);
    if (writing || text === told) return;
    const ofChange = JSON.stringify(all.map(({ clockOffsetMs: _, lastAnswerAtMs: __, ...state }) => state));
    if (ofChange === toldOfChange && now.monotonicMs - toldAtMs < QUIET_MS) return;
    writing = true;
    toldAtMs = now.monotonicMs;
    parts.states
      .save(all)
      .then(() => {
        told = text;
        toldOfChange = ofChange;
      })
      .catch((error: unknown) => parts.log.debug({ error: String(error) }, 'the states of bots could not be kept'))
      .finally(() => {
        writing = false;
      });
  };
}
