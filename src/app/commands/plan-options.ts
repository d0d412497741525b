// The options of `paramgate simulate` that close trades beside stop and target: a stop that trails, one that moves to break even, targets that change with
// time. Percentages are at position level.
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import { type ExitPlan, requirePlan } from '#search/search.ts';
import { decimal } from './option-values.ts';

/** Options as commander hands them over. */
export interface PlanOptions {
  readonly trailing?: number;
  readonly trailingOffset?: number;
  readonly onlyOffset?: true;
  readonly breakEven?: number;
  readonly roi?: ExitPlan['targets'];
}

const NAMES = { trailing: '--trailing', offset: '--trailing-offset', breakEven: '--break-even', targets: '--roi' };

/** Adds the options to `command`. */
export function addPlanOptions(command: Command): Command {
  return command
    .option('--trailing <pct>', 'the stop stays so far behind the best price', decimal('--trailing'))
    .option(
      '--trailing-offset <pct>',
      'only once the profit has been above this; until then as far behind as --stop',
      decimal('--trailing-offset'),
    )
    .option('--only-offset', 'until then the stop does not move at all')
    .option(
      '--break-even <pct>',
      'once the profit has been above this the stop moves to break even',
      decimal('--break-even'),
    )
    .option('--roi <minutes:pct,...>', 'other targets from so many minutes after the opening on', targets);
}

/** The plan of the options, checked for `leverage`. Throws BAD_USER_INPUT naming the option. */
export function planOf(options: PlanOptions, leverage: number): ExitPlan {
  const { trailing, trailingOffset, onlyOffset, breakEven, roi } = options;
  for (const [name, value] of [
    ['--trailing-offset', trailingOffset],
    ['--only-offset', onlyOffset],
  ] as const) {
    if (trailing === undefined && value !== undefined)
      throw badInput(name, 'there is no stop that trails', '--trailing beside it');
  }
  const plan: ExitPlan = {
    trailing:
      trailing === undefined
        ? null
        : { distancePct: trailing, offsetPct: trailingOffset ?? 0, onlyOffset: onlyOffset === true },
    breakEvenPct: breakEven ?? null,
    targets: roi ?? [],
  };
  requirePlan(plan, leverage, NAMES);
  return plan;
}

function targets(text: string): ExitPlan['targets'] {
  return text.split(',').map((step) => {
    const [minutes, pct, more] = step.split(':');
    if (minutes === undefined || pct === undefined || more !== undefined || !/^\d+$/.test(minutes))
      throw badInput(
        '--roi',
        `${JSON.stringify(step)} is no step`,
        'MINUTES:PERCENT, several joined by commas, e.g. 30:0.8,120:0.2',
      );
    return { afterMinutes: Number(minutes), takeProfitPct: decimal('--roi')(pct) };
  });
}
