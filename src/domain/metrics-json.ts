// Metrics as they leave the service: percentages rounded to 4 decimals, everything else the unrounded double, exits by freqtrade's reasons.
import { roundPct } from '#domain/decimal.ts';
import type { ExitReason, Metrics } from '#domain/study.ts';

/** Metrics with exits named as in freqtrade's reports. */
export type MetricsJson = Omit<Metrics, 'exits'> & {
  readonly exits: Readonly<Record<Exclude<ExitReason, 'trailing_stop_loss'>, number>> & {
    /** Absent: no stop had moved. */
    readonly trailing_stop_loss?: number;
  };
};

/** `metrics` with every percentage rounded half away from zero to 4 decimals. */
export function roundMetrics(metrics: Metrics): Metrics {
  const pct = (value: number | null) => (value === null ? null : roundPct(value));
  return {
    ...metrics,
    expectancyPct: pct(metrics.expectancyPct),
    netProfitPct: pct(metrics.netProfitPct),
    avgWinPct: pct(metrics.avgWinPct),
    avgLossPct: pct(metrics.avgLossPct),
    maxDrawdownPct: pct(metrics.maxDrawdownPct),
  };
}

/** `metrics` as the commands print them with `--json`. */
export function metricsJson(metrics: Metrics): MetricsJson {
  const { stopLoss, roi, maxHold, forceExit, trailingStopLoss } = metrics.exits;
  return {
    ...roundMetrics(metrics),
    exits: {
      stop_loss: stopLoss,
      roi,
      max_hold: maxHold,
      force_exit: forceExit,
      ...(trailingStopLoss === undefined ? {} : { trailing_stop_loss: trailingStopLoss }),
    },
  };
}
