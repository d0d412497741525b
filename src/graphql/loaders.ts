// The loaders of one request: keys asked for in the same tick travel to a door in one call. A loader never outlives its request.
import DataLoader from 'dataloader';
import type { Decision, Delivery, SignalFate } from '#domain/decision.ts';
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import type { Signal } from '#domain/signal.ts';
import type { History } from '#ensemble/ensemble.ts';
import type { Exits } from '#exits/exits.ts';

export interface Loaders {
  /** Rejects with the Fault of a request that can never be answered. */
  readonly exitParams: DataLoader<ExitParamsRequest, ExitParams, string>;
  readonly signal: DataLoader<string, Signal | undefined>;
  /** By signal id; undefined while its window is open. */
  readonly fate: DataLoader<string, SignalFate | undefined>;
  readonly decision: DataLoader<string, Decision | undefined>;
  /** By decision id, in journal order. */
  readonly signalsOf: DataLoader<string, readonly Signal[]>;
  /** By decision id, by bot. */
  readonly deliveriesOf: DataLoader<string, readonly Delivery[]>;
}

const keyOf = ({ pair, leverage, side }: ExitParamsRequest) => `${leverage} ${side ?? ''} ${pair}`;

export function openLoaders(exits: Exits, history: History): Loaders {
  return {
    exitParams: new DataLoader<ExitParamsRequest, ExitParams, string>((requests) => exits.answer(requests), {
      cacheKeyFn: keyOf,
    }),
    signal: new DataLoader((ids) => history.signals(ids)),
    fate: new DataLoader((ids) => history.fates(ids)),
    decision: new DataLoader((ids) => history.decisions(ids)),
    signalsOf: new DataLoader((ids) => history.signalsOf(ids)),
    deliveriesOf: new DataLoader((ids) => history.deliveriesOf(ids)),
  };
}
