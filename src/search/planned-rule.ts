// Levels and an exit plan ready to meet prices, for one side, leverage and fee. Ratios are fractions at account level.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { Side } from '#domain/market.ts';
import { type ExitPlan, requirePlan } from './exit-plan.ts';
import { type ExitRule, exitRule, ratioE6, reachedAt } from './levels.ts';

/** A target that holds from `minutes` after the opening on. */
export interface TargetRule {
  readonly minutes: number;
  readonly targetRatio: number;
  /** Reached where leverage x profitRatio >= this. */
  readonly reachedAt: number;
}

/** Passed where leverage x profitRatio >= `passedAt`, which is where that, rounded to 8 decimals, is above `ratio`. */
export interface Trigger {
  readonly ratio: number;
  readonly passedAt: number;
}

export interface PlannedRule {
  /** The levels without their plan. */
  readonly rule: ExitRule;
  /** How far behind the entry the stop begins, positive. */
  readonly stopDistance: number;
  readonly trailing: { readonly distance: number; readonly offset: Trigger; readonly onlyOffset: boolean } | null;
  readonly breakEven: Trigger | null;
  /** Ascending by minutes, the first from 0 on. */
  readonly targets: readonly TargetRule[];
}

/** `plan` and `levels` for `trade`. Throws BAD_USER_INPUT as `exitRule` and `requirePlan` do. */
export function plannedRule(
  { plan, levels }: { readonly plan: ExitPlan; readonly levels: ExitLevels },
  trade: { readonly side: Side; readonly leverage: number; readonly feePct: number },
): PlannedRule {
  const { leverage } = trade;
  const rule = exitRule(levels, trade);
  requirePlan(plan, leverage);
  const ratioOf = (pct: number) => ratioE6(pct, leverage) / 1e6;
  const triggerOf = (pct: number) => ({ ratio: ratioOf(pct), passedAt: reachedAt(ratioE6(pct, leverage)) });
  const { trailing, breakEvenPct } = plan;
  return {
    rule,
    stopDistance: -ratioOf(levels.stopLossPct),
    trailing:
      trailing === null
        ? null
        : {
            distance: ratioOf(trailing.distancePct),
            offset: triggerOf(trailing.offsetPct),
            onlyOffset: trailing.onlyOffset,
          },
    breakEven: breakEvenPct === null ? null : triggerOf(breakEvenPct),
    targets: [
      { minutes: 0, targetRatio: rule.targetRatio, reachedAt: rule.reachedAt },
      ...plan.targets.map(({ afterMinutes, takeProfitPct }) => {
        const { ratio, passedAt } = triggerOf(takeProfitPct);
        return { minutes: afterMinutes, targetRatio: ratio, reachedAt: passedAt };
      }),
    ],
  };
}

/** The target that holds `minutes` after the opening. */
export function targetAt({ targets }: PlannedRule, minutes: number): TargetRule {
  let at = targets.length - 1;
  while (at > 0 && (targets[at] as TargetRule).minutes > minutes) at -= 1;
  return targets[at] as TargetRule;
}

/** The price `distance` (account level) behind `price`: below it for longs, above it for shorts. */
export function stopBehind({ side, leverage }: ExitRule, price: number, distance: number): number {
  return side === 'LONG' ? price * (1 - distance / leverage) : price * (1 + distance / leverage);
}

/** Where a trade opened at `open` costs nothing after both fees. */
export function breakEvenPrice({ side, fee }: ExitRule, open: number): number {
  return side === 'LONG' ? (open * (1 + fee)) / (1 - fee) : (open * (1 - fee)) / (1 + fee);
}
