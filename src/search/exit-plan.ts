// What may close a trade beside its stop and its target: a stop that follows the price, a stop that moves to break even, targets that change with time.
// Percentages are at position level, as everywhere; ratios are fractions at account level, as freqtrade has them.
import { badInput } from '#domain/fault.ts';
import { ratioE6 } from './levels.ts';

/** A stop that stays `distancePct` behind the best price. */
export interface Trailing {
  readonly distancePct: number;
  /** Only once the profit has been above this; until then it stays as far behind as the stop itself. 0: at once. */
  readonly offsetPct: number;
  /** Until then it does not move at all. */
  readonly onlyOffset: boolean;
}

/** From so many whole minutes after the opening on the target is another one. It may be negative: then a small loss is taken. */
export interface TargetStep {
  readonly afterMinutes: number;
  readonly takeProfitPct: number;
}

export interface ExitPlan {
  readonly trailing: Trailing | null;
  /** Once the profit has been above this the stop moves to where the trade costs nothing; null: never. */
  readonly breakEvenPct: number | null;
  /** Ascending by time; the target of the levels holds until the first. */
  readonly targets: readonly TargetStep[];
}

/** Nothing but stop and target. */
export const PLAIN: ExitPlan = { trailing: null, breakEvenPct: null, targets: [] };

/** Whether the plan asks for anything. */
export function isPlain({ trailing, breakEvenPct, targets }: ExitPlan): boolean {
  return trailing === null && breakEvenPct === null && targets.length === 0;
}

/** How the parts of a plan are called where they came from, for error messages. */
export interface PlanNames {
  readonly trailing: string;
  readonly offset: string;
  readonly breakEven: string;
  readonly targets: string;
}

export const PLAN_NAMES: PlanNames = {
  trailing: 'trailing',
  offset: 'offset',
  breakEven: 'breakEven',
  targets: 'targets',
};

/**
 * Throws BAD_USER_INPUT for a distance that is none, an offset that freqtrade refuses too (above 0 but not above the distance), a trigger that is no
 * profit, and targets that do not ascend in time.
 */
export function requirePlan({ trailing, breakEvenPct, targets }: ExitPlan, leverage: number, names = PLAN_NAMES): void {
  if (trailing !== null) {
    const { distancePct, offsetPct } = trailing;
    const distance = ratioE6(distancePct, leverage);
    if (!(distance > 0 && distance < 1_000_000))
      throw badInput(names.trailing, `${distancePct} is no distance`, 'a percentage above 0, x leverage below 100 %');
    const offset = ratioE6(offsetPct, leverage);
    if (!(offset === 0 || offset > distance))
      throw badInput(
        names.offset,
        `${offsetPct} is not above the distance ${distancePct}`,
        'more than the distance, or 0',
      );
  }
  if (breakEvenPct !== null && !(ratioE6(breakEvenPct, leverage) > 0))
    throw badInput(names.breakEven, `${breakEvenPct} is no profit`, 'a percentage above 0');
  targets.forEach(({ afterMinutes, takeProfitPct }, index) => {
    const before = targets[index - 1]?.afterMinutes ?? 0;
    if (!(Number.isSafeInteger(afterMinutes) && afterMinutes > before))
      throw badInput(names.targets, `${afterMinutes} minutes after ${before}`, 'whole minutes above 0, ascending');
    if (!(ratioE6(takeProfitPct, leverage) > -1_000_000))
      throw badInput(names.targets, `${takeProfitPct} %`, 'a percentage, x leverage above -100 %');
  });
}
