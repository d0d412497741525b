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

/** The loaders over these doors, each made when it is first used: most requests need one of them. */
export function openLoaders(exits: Exits, history: History): Loaders {
  let exitParams: Loaders['exitParams'] | undefined;
  let signal: Loaders['signal'] | undefined;
  let fate: Loaders['fate'] | undefined;
  let decision: Loaders['decision'] | undefined;
  let signalsOf: Loaders['signalsOf'] | undefined;
  let deliveriesOf: Loaders['deliveriesOf'] | undefined;
  return {
    get exitParams() {
      exitParams ??= new DataLoader<ExitParamsRequest, ExitParams, string>((asked) => exits.answer(asked), {
        cacheKeyFn: keyOf,
      });
      return exitParams;
    },
    get signal() {
      signal ??= new DataLoader((ids) => history.signals(ids));
      return signal;
    },
    get fate() {
      fate ??= new DataLoader((ids) => history.fates(ids));
      return fate;
    },
    get decision() {
      decision ??= new DataLoader((ids) => history.decisions(ids));
      return decision;
    },
    get signalsOf() {
      signalsOf ??= new DataLoader((ids) => history.signalsOf(ids));
      return signalsOf;
    },
    get deliveriesOf() {
      deliveriesOf ??= new DataLoader((ids) => history.deliveriesOf(ids));
      return deliveriesOf;
    },
  };
}
