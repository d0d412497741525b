// The loaders of one request: keys asked for in the same tick travel to a door in one call. A loader never outlives its request.
import DataLoader from 'dataloader';
import type { Decision, Delivery, SignalFate } from '#domain/decision.ts';
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import type { Pause } from '#domain/pause.ts';
import type { Signal } from '#domain/signal.ts';
import type { History, Pauses } from '#ensemble/ensemble.ts';
import type { Exits } from '#exits/exits.ts';

const keyOf = ({ pair, leverage, side }: ExitParamsRequest) => `${leverage} ${side ?? ''} ${pair}`;

/** The doors that loaders lead to. */
export interface LoadersParts {
  readonly exits: Exits;
  readonly history: History;
  readonly pauses: Pick<Pauses, 'byIds'>;
}

/** Each loader is made when it is first used: most requests need one of them. */
export class Loaders {
  readonly #exits: Exits;
  readonly #history: History;
  readonly #pauses: LoadersParts['pauses'];
  #exitParams: DataLoader<ExitParamsRequest, ExitParams, string> | undefined;
  #signal: DataLoader<string, Signal | undefined> | undefined;
  #fate: DataLoader<string, SignalFate | undefined> | undefined;
  #decision: DataLoader<string, Decision | undefined> | undefined;
  #signalsOf: DataLoader<string, readonly Signal[]> | undefined;
  #pause: DataLoader<string, Pause | undefined> | undefined;
  #deliveriesOf: DataLoader<string, readonly Delivery[]> | undefined;

  constructor({ exits, history, pauses }: LoadersParts) {
    this.#exits = exits;
    this.#history = history;
    this.#pauses = pauses;
  }

  /** Rejects with the Fault of a request that can never be answered. */
  get exitParams() {
    this.#exitParams ??= new DataLoader<ExitParamsRequest, ExitParams, string>(
      (requests) => this.#exits.answer(requests),
      { cacheKeyFn: keyOf },
    );
    return this.#exitParams;
  }

  get signal() {
    this.#signal ??= new DataLoader((ids) => this.#history.signals(ids));
    return this.#signal;
  }

  /** By signal id; undefined while its window is open. */
  get fate() {
    this.#fate ??= new DataLoader((ids) => this.#history.fates(ids));
    return this.#fate;
  }

  get decision() {
    this.#decision ??= new DataLoader((ids) => this.#history.decisions(ids));
    return this.#decision;
  }

  get pause() {
    this.#pause ??= new DataLoader((ids) => this.#pauses.byIds(ids));
    return this.#pause;
  }

  /** By decision id, in journal order. */
  get signalsOf() {
    this.#signalsOf ??= new DataLoader((ids) => this.#history.signalsOf(ids));
    return this.#signalsOf;
  }

  /** By decision id, by bot. */
  get deliveriesOf() {
    this.#deliveriesOf ??= new DataLoader((ids) => this.#history.deliveriesOf(ids));
    return this.#deliveriesOf;
  }
}
