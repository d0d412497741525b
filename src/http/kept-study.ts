// The study a command ran itself and hands to the service: what arrives over the local route, checked whole before anything is kept.
import * as v from 'valibot';
import { badInput } from '#domain/fault.ts';
import { DIMENSION_NAMES } from '#domain/study.ts';
import type { KeptStudy } from '#search/search.ts';

const text = v.string();
const figure = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const orNull = <T>(schema: v.GenericSchema<T>) => v.nullable(schema);
const side = v.nullable(v.picklist(['LONG', 'SHORT']));
const range = v.object({ min: figure, max: figure, step: figure });
const levels = {
  stopLossPct: figure,
  takeProfitPct: figure,
  space: v.exactOptional(v.object(Object.fromEntries(DIMENSION_NAMES.map((name) => [name, v.exactOptional(figure)])))),
};

const spec = v.object({
  pair: text,
  timeframe: text,
  side,
  sampler: v.picklist(['EXACT', 'GRID', 'RANDOM', 'TPE']),
  trials: orNull(count),
  pruner: v.picklist(['NONE', 'MEDIAN', 'HYPERBAND', 'WILCOXON']),
  objective: v.picklist(['NET_PROFIT', 'EXPECTANCY', 'PROFIT_FACTOR', 'SHARPE', 'SORTINO', 'CALMAR', 'WIN_RATE']),
  fills: v.picklist(['CONSERVATIVE', 'FREQTRADE']),
  feePct: figure,
  maxHold: count,
  seed: v.pipe(v.number(), v.integer()),
  stop: range,
  target: range,
  space: v.array(v.object({ ...range.entries, name: v.picklist(DIMENSION_NAMES) })),
  walkForward: v.picklist(['ANCHORED', 'ROLLING']),
  confidence: figure,
  feeStress: figure,
  lossShareMax: figure,
  fromMs: orNull(figure),
  toMs: orNull(figure),
  folds: count,
  minTrades: count,
  minOosTrades: count,
  minTestDays: figure,
  pboMax: figure,
  publish: v.boolean(),
});

const metrics = v.object({
  trades: count,
  winRate: orNull(figure),
  profitFactor: orNull(figure),
  expectancyPct: orNull(figure),
  netProfitPct: orNull(figure),
  avgWinPct: orNull(figure),
  avgLossPct: orNull(figure),
  sharpe: orNull(figure),
  sortino: orNull(figure),
  calmar: orNull(figure),
  maxDrawdownPct: orNull(figure),
  avgBars: orNull(figure),
  exits: v.object({
    stopLoss: count,
    roi: count,
    maxHold: count,
    forceExit: count,
    trailingStopLoss: v.exactOptional(count),
  }),
});

const candidate = v.object({ ...levels, objective: figure, metrics });

const fold = v.object({
  trainFromMs: figure,
  trainToMs: figure,
  testFromMs: figure,
  testToMs: figure,
  ...levels,
  inSample: metrics,
  outOfSample: metrics,
});

const plane = v.object({
  stops: v.array(figure),
  targets: v.array(figure),
  trades: v.array(v.array(count)),
  values: v.array(v.array(v.nullable(figure))),
});

const result = v.object({
  candles: v.object({
    count,
    fromMs: orNull(figure),
    toMs: orNull(figure),
    gaps: count,
    missing: count,
    duplicates: count,
    unordered: count,
    tooClose: v.exactOptional(v.object({ count, row: count, timeMs: figure, beforeMs: figure })),
  }),
  entries: v.object({
    count,
    long: count,
    short: count,
    skipped: count,
    source: v.picklist(['file', 'hub', 'every_candle']),
  }),
  trials: count,
  best: candidate,
  peak: candidate,
  fallback: metrics,
  incumbent: v.nullable(metrics),
  validation: v.object({
    folds: v.array(fold),
    outOfSample: metrics,
    pbo: orNull(figure),
    slope: orNull(figure),
    lossShare: orNull(figure),
    interval: v.nullable(v.object({ lowerPct: figure, upperPct: figure, confidence: figure, blockTrades: count })),
    stressed: v.nullable(metrics),
    conditions: v.array(v.object({ name: text, passed: v.boolean(), sentence: text })),
    warnings: v.array(text),
  }),
  validated: v.boolean(),
  standing: v.exactOptional(candidate),
});

const study = v.object({
  id: text,
  spec,
  rivals: v.exactOptional(
    v.object({
      fallback: v.object(levels),
      incumbent: v.nullable(v.object(levels)),
      renewable: v.exactOptional(v.boolean()),
    }),
  ),
  basis: v.exactOptional(text),
  together: v.exactOptional(v.array(text)),
  state: v.picklist(['QUEUED', 'RUNNING', 'COMPLETE', 'FAILED', 'CANCELLED']),
  progress: figure,
  createdAtMs: figure,
  startedAtMs: orNull(figure),
  finishedAtMs: orNull(figure),
  result: v.nullable(result),
  published: v.boolean(),
  error: orNull(text),
});

const trial = v.object({
  search: count,
  number: count,
  state: v.picklist(['COMPLETE', 'PRUNED', 'FAILED']),
  point: v.record(text, count),
  objective: orNull(figure),
  steps: v.array(v.nullable(figure)),
  rungs: v.array(figure),
  metrics,
  startedAtMs: figure,
  finishedAtMs: figure,
});

const body = v.object({ study, trials: v.array(trial), plane: v.nullable(plane) });

/** The study, trials and plane of a body; throws BAD_USER_INPUT naming what is wrong in it. */
export function readKeptStudy(bytes: Buffer): KeptStudy {
  const checked = v.safeParse(body, parseJson(bytes), { abortEarly: true });
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw badInput(
    v.getDotPath(issue) ?? 'body',
    `found ${issue.received}`,
    issue.expected ?? 'a study as searches make it',
  );
}

/** The id in a body `{"id": "..."}`; throws BAD_USER_INPUT. */
export function readStudyId(bytes: Buffer): string {
  const checked = v.safeParse(v.object({ id: text }), parseJson(bytes));
  if (checked.success) return checked.output.id;
  throw badInput('id', 'not there', 'the id of a study');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw badInput('body', 'not JSON', '{"study": {...}, "trials": [...], "plane": {...} or null}');
  }
}
