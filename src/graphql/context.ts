// What every resolver is given: who asks, the doors, the loaders of this request, and how much it may still hand out.

import { Fault } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import type { Feeders, History, Intake, Pauses } from '#ensemble/ensemble.ts';
import type { Exits } from '#exits/exits.ts';
import type { Bots } from '#fleet/fleet.ts';
import type { Studies } from '#search/search.ts';
import { Loaders } from './loaders.ts';

export type Role = 'bot' | 'feeder' | 'operator';

/** Who asks: the role and name of the key; a feeder's `sources` are those it may speak for (undefined: any). */
export interface Caller {
  readonly role: Role;
  readonly name: string;
  readonly sources?: readonly string[] | undefined;
}

/** The doors the spoken contract leads to. */
export interface Doors {
  readonly exits: Exits;
  readonly intake: Intake;
  readonly history: History;
  readonly studies: Studies;
  readonly pauses: Pauses;
  readonly feeders: Feeders;
  readonly bots: Bots;
}

/** What a search uses where `startSearch` does not say. */
export type StudyDefaults = Pick<
  StudySpec,
  | 'stop'
  | 'target'
  | 'folds'
  | 'minTrades'
  | 'minOosTrades'
  | 'minTestDays'
  | 'pboMax'
  | 'walkForward'
  | 'confidence'
  | 'lossShareMax'
  | 'feeStress'
>;

export interface Context extends Doors {
  readonly caller: Caller;
  readonly studyDefaults: StudyDefaults;
  readonly loaders: Loaders;
  readonly budget: Budget;
}

/** What one request may still cost. Counts down; never below zero. */
export interface Budget {
  /** Objects in lists. */
  items: number;
  /** Planes read from the journal. */
  planes: number;
}

const ITEMS = 50_000;
const PLANES = 10;

/** The context of one request; loaders live exactly as long as it. */
export function openContext(doors: Doors, studyDefaults: StudyDefaults, caller: Caller): Context {
  return {
    exits: doors.exits,
    intake: doors.intake,
    history: doors.history,
    studies: doors.studies,
    pauses: doors.pauses,
    feeders: doors.feeders,
    bots: doors.bots,
    studyDefaults,
    caller,
    loaders: new Loaders(doors),
    budget: { items: ITEMS, planes: PLANES },
  };
}

/** `items` itself, charged to the request. Lists nest, so depth alone does not bound an answer: throws LIMIT_EXCEEDED past 50,000 objects. */
export function spend<T>(context: Context, items: readonly T[]): readonly T[] {
  context.budget.items -= items.length;
  if (context.budget.items >= 0) return items;
  throw new Fault('LIMIT_EXCEEDED', `this request asks for more than ${ITEMS} objects; ask for fewer or in pages`, {
    allowed: `at most ${ITEMS} objects in one answer`,
  });
}

/** Charges one plane to the request; throws LIMIT_EXCEEDED past 10. */
export function spendPlane(context: Context): void {
  context.budget.planes -= 1;
  if (context.budget.planes >= 0) return;
  throw new Fault('LIMIT_EXCEEDED', `this request asks for more than ${PLANES} planes`, {
    field: 'plane',
    allowed: `at most ${PLANES} planes in one request`,
  });
}

/** Makes the context as good as new for the next event of a subscription: nothing loaded, nothing spent. */
export function renew(context: Context): void {
  Object.assign(context, { loaders: new Loaders(context), budget: { items: ITEMS, planes: PLANES } });
}
