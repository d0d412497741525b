// What was searched beside stop and target, in words and as the options of `paramgate simulate` that replay it.
import type { Candidate, Chosen } from '#domain/study.ts';
import { type ExitPlan, isPlain, planAt } from '#search/search.ts';

/** The plan in words; undefined when it asks for nothing. */
export function planText(plan: ExitPlan): string | undefined {
  if (isPlain(plan)) return undefined;
  const { trailing, breakEvenPct, targets } = plan;
  const parts: string[] = [];
  if (trailing !== null) {
    const { distancePct, offsetPct, onlyOffset } = trailing;
    const from = offsetPct === 0 ? '' : `, ${onlyOffset ? 'only ' : ''}above ${offsetPct} %`;
    parts.push(`stop trails ${distancePct} % behind${from}`);
  }
  if (breakEvenPct !== null) parts.push(`to break even above ${breakEvenPct} %`);
  for (const { afterMinutes, takeProfitPct } of targets)
    parts.push(`target ${takeProfitPct} % after ${afterMinutes} min`);
  return parts.join('; ');
}

/** All that was chosen beside the levels, in words; undefined where nothing was. */
export function chosenText({ space }: Chosen): string | undefined {
  const hold = space?.maxHold === undefined ? [] : [`longest hold ${space.maxHold} candles`];
  const plan = planText(planAt(space));
  const parts = [...hold, ...(plan === undefined ? [] : [plan])];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** The options that make `simulate` replay a candidate: its levels, its plan and its hold; `maxHold` where none was searched. */
export function replayOptions({ stopLossPct, takeProfitPct, space }: Candidate, maxHold: number): string {
  const { trailing, breakEvenPct, targets } = planAt(space);
  const words = [`--stop=${stopLossPct}`, `--target ${takeProfitPct}`, `--max-hold ${space?.maxHold ?? maxHold}`];
  if (trailing !== null) {
    const { distancePct, offsetPct, onlyOffset } = trailing;
    words.push(`--trailing ${distancePct}`);
    if (offsetPct !== 0) words.push(`--trailing-offset ${offsetPct}`);
    if (onlyOffset) words.push('--only-offset');
  }
  if (breakEvenPct !== null) words.push(`--break-even ${breakEvenPct}`);
  if (targets.length > 0)
    words.push(`--roi=${targets.map(({ afterMinutes, takeProfitPct: pct }) => `${afterMinutes}:${pct}`).join(',')}`);
  return words.join(' ');
}
