// What may be searched beside stop, target and the longest hold: the numbers of an exit plan, each a named axis. Points of them are judged one by one,
// by tpe and random: no plane knows them.
import { roundHalfAway } from '#domain/decimal.ts';
import { badInput } from '#domain/fault.ts';
import type { Chosen, Dimension, DimensionName } from '#domain/study.ts';
import type { ExitPlan } from './exit-plan.ts';

export type AxisName = Exclude<DimensionName, 'maxHold'>;

/** One axis: its values ascending. */
export interface Axis {
  readonly name: AxisName;
  readonly values: readonly number[];
}

interface Rule {
  readonly ok: (value: number) => boolean;
  readonly allowed: string;
  /** What must be searched with it. */
  readonly needs?: AxisName;
}

const percent = (least: number, needs?: AxisName): Rule => ({
  ok: (value) => value >= least && value < 100,
  allowed: `percent from ${least} to below 100`,
  ...(needs === undefined ? {} : { needs }),
});
const minutes = (needs: AxisName): Rule => ({
  ok: (value) => Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000,
  allowed: 'whole minutes from 1 to 1000000',
  needs,
});
const LEAST = 0.0001;
/** The most values of one axis. */
const MOST_VALUES = 10_000;

/** In the order in which they are drawn. */
const RULES: Readonly<Record<AxisName, Rule>> = {
  trailing: percent(LEAST),
  trailingBeyond: percent(LEAST, 'trailing'),
  onlyOffset: { ok: (value) => value === 0 || value === 1, allowed: '0, 1 or 0:1:1', needs: 'trailing' },
  breakEven: percent(LEAST),
  roi1After: minutes('roi1'),
  roi1: percent(-99, 'roi1After'),
  roi2After: minutes('roi2'),
  roi2: percent(-99, 'roi2After'),
  roi3After: minutes('roi3'),
  roi3: percent(-99, 'roi3After'),
};

const AXIS_NAMES: readonly AxisName[] = Object.keys(RULES).filter((name): name is AxisName => name in RULES);
const STEPS = [
  ['roi1', 'roi1After'],
  ['roi2', 'roi2After'],
  ['roi3', 'roi3After'],
] as const;

/** The axes among `space`, in the order in which they are drawn. */
export function axesOf(space: readonly Dimension[]): readonly Axis[] {
  return AXIS_NAMES.flatMap((name) => {
    const dimension = space.find((each) => each.name === name);
    return dimension === undefined ? [] : [{ name, values: valuesOf(dimension) }];
  });
}

/** How many values a dimension has. */
export function valuesIn({ min, max, step }: Dimension): number {
  return Math.floor(scaled(Math.abs(max - min)) / scaled(step)) + 1;
}

/** Ascending, from the smaller end on, as exact decimals. */
export function valuesOf(dimension: Dimension): readonly number[] {
  const least = Math.min(dimension.min, dimension.max);
  return Array.from({ length: valuesIn(dimension) }, (_, index) => roundHalfAway(least + index * dimension.step, 4));
}

const scaled = (value: number) => Math.round(value * 1e4);

/** Throws BAD_USER_INPUT by `field` for axes whose values cannot be, or that make no sense without another. */
export function requireAxes(space: readonly Dimension[], field: string): void {
  const has = (name: DimensionName) => space.some((each) => each.name === name);
  for (const { name, min, max, step } of space) {
    if (name === 'maxHold') continue;
    const { ok, allowed, needs } = RULES[name];
    if (!ok(min) || !ok(max)) throw badInput(field, `${name} from ${min} to ${max}`, allowed);
    if (!(step >= LEAST && Number.isFinite(step)))
      throw badInput(field, `${name} in steps of ${step}`, `steps of at least ${LEAST}`);
    if (scaled(Math.abs(max - min)) / scaled(step) >= MOST_VALUES)
      throw badInput(field, `${name} from ${min} to ${max} in steps of ${step}`, `at most ${MOST_VALUES} values`);
    if (needs !== undefined && !has(needs)) throw badInput(field, `${name} without ${needs}`, `${needs} beside it`);
  }
  for (const [index, [name]] of STEPS.entries()) {
    const before = STEPS[index - 1]?.[0];
    if (before !== undefined && has(name) && !has(before))
      throw badInput(field, `${name} without ${before}`, `${before} beside it`);
  }
}

/**
 * The exit plan at a point. The offset lies `trailingBeyond` above the distance, so that every point is one freqtrade allows too; without it the stop
 * trails from the opening on. Each target counts its minutes from the one before.
 */
export function planAt(point: Chosen['space'] = {}): ExitPlan {
  const { trailing, trailingBeyond, onlyOffset, breakEven } = point;
  let afterMinutes = 0;
  return {
    trailing:
      trailing === undefined
        ? null
        : {
            distancePct: trailing,
            offsetPct: trailingBeyond === undefined ? 0 : roundHalfAway(trailing + trailingBeyond, 4),
            onlyOffset: onlyOffset === 1,
          },
    breakEvenPct: breakEven ?? null,
    targets: STEPS.flatMap(([name, after]) => {
      const [takeProfitPct, later] = [point[name], point[after]];
      if (takeProfitPct === undefined || later === undefined) return [];
      afterMinutes += later;
      return [{ afterMinutes, takeProfitPct }];
    }),
  };
}
