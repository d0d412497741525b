// The space a study searches: named dimensions, each with a distribution of Optuna's kinds. Made by the functions here, which refuse what Optuna refuses.
import { badInput } from '#domain/fault.ts';

/** Real numbers from `low` to `high`; with a step only low + k x step, both ends included. Never a step and log. */
export interface FloatDistribution {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  readonly step: number | null;
  readonly log: boolean;
}

/** Whole numbers low, low + step, ..., high. With log the step is 1. */
export interface IntDistribution {
  readonly kind: 'int';
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly log: boolean;
}

/** One of several; a value is the index of its choice. */
export interface CategoricalDistribution {
  readonly kind: 'categorical';
  readonly choices: readonly (string | number | boolean | null)[];
}

export type NumericalDistribution = FloatDistribution | IntDistribution;
export type Distribution = NumericalDistribution | CategoricalDistribution;

export interface Dimension {
  readonly name: string;
  readonly distribution: Distribution;
}

/** In the order in which values are drawn; names differ. */
export type Space = readonly Dimension[];

type Bounds = readonly [low: number, high: number];

/** Real numbers; a `high` between two steps becomes the step below, as in Optuna. Throws BAD_USER_INPUT naming the dimension. */
export function floatDimension(
  name: string,
  [low, high]: Bounds,
  { step = null, log = false }: { readonly step?: number | null; readonly log?: boolean } = {},
): Dimension {
  requireBounds(name, low, high);
  if (log && step !== null) throw badInput(name, 'both a step and log', 'one of them');
  if (log && low <= 0) throw badInput(name, `log from ${low}`, 'a lower end above 0');
  if (step === null) return { name, distribution: { kind: 'float', low, high, step, log } };
  if (!(step > 0 && Number.isFinite(step))) throw badInput(name, `the step ${step}`, 'a step above 0');
  return { name, distribution: { kind: 'float', low, high: lastOnGrid(low, high, step), step, log } };
}

/** Whole numbers; a `high` between two steps becomes the step below. Throws BAD_USER_INPUT naming the dimension. */
export function intDimension(
  name: string,
  [low, high]: Bounds,
  { step = 1, log = false }: { readonly step?: number; readonly log?: boolean } = {},
): Dimension {
  requireBounds(name, low, high);
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high))
    throw badInput(name, `${low} to ${high}`, 'whole numbers');
  if (!(Number.isSafeInteger(step) && step > 0)) throw badInput(name, `the step ${step}`, 'a whole step above 0');
  if (log && step !== 1) throw badInput(name, 'both a step and log', 'one of them');
  if (log && low < 1) throw badInput(name, `log from ${low}`, 'a lower end of at least 1');
  return {
    name,
    distribution: { kind: 'int', low, high: low + Math.floor((high - low) / step) * step, step, log },
  };
}

/** One of `choices`. Throws BAD_USER_INPUT without any. */
export function categoricalDimension(name: string, choices: CategoricalDistribution['choices']): Dimension {
  if (choices.length === 0) throw badInput(name, 'no choices', 'at least one');
  return { name, distribution: { kind: 'categorical', choices } };
}

/** Whether there is but one value to draw. */
export function isSingle(distribution: Distribution): boolean {
  return distribution.kind === 'categorical'
    ? distribution.choices.length === 1
    : distribution.low === distribution.high;
}

/** The only value of a distribution that `isSingle`. */
export function onlyValue(distribution: Distribution): number {
  return distribution.kind === 'categorical' ? 0 : distribution.low;
}

function requireBounds(name: string, low: number, high: number): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw badInput(name, `${low} to ${high}`, 'a finite range from the lower to the higher end');
}

/** The greatest low + k x step up to `high`, as decimal arithmetic has it: `high` itself where it is one. */
function lastOnGrid(low: number, high: number, step: number): number {
  const steps = Number(((high - low) / step).toPrecision(12));
  const whole = Math.floor(steps);
  return whole === steps ? high : Number((low + whole * step).toPrecision(15));
}
