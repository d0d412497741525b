// What was searched beside stop and target, in words and as the options of `paramgate simulate` that replay it.
import type { Candidate, Chosen, StudySpec } from '#domain/study.ts';
import { isoTime } from '#domain/time.ts';
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

/** The options that make `simulate` replay a candidate of a study over the same candles and entries: market, costs, levels, plan and hold. */
export function replayOptions(spec: StudySpec, { stopLossPct, takeProfitPct, space }: Candidate): string {
  const { trailing, breakEvenPct, targets } = planAt(space);
  const words = [`--pair ${spec.pair} --timeframe ${spec.timeframe} --fee ${spec.feePct}`];
  words.push(`--fills ${spec.fills.toLowerCase()} --stop=${stopLossPct} --target ${takeProfitPct}`);
  words.push(`--max-hold ${space?.maxHold ?? spec.maxHold}`);
  if (spec.side !== null) words.push(`--side ${spec.side.toLowerCase()}`);
  if (spec.fromMs !== null) words.push(`--from ${isoTime(spec.fromMs)}`);
  if (spec.toMs !== null) words.push(`--to ${isoTime(spec.toMs)}`);
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
