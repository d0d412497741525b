// What a study may be asked: the defaults in one place, and the checks that refuse a spec before any work starts.
import { badInput } from '#domain/fault.ts';
import { requirePair, timeframeMs } from '#domain/market.ts';
import type { StudySpec } from '#domain/study.ts';
import { cellsOf, requireSpace } from './space.ts';

/** Everything of a study but its pair, as it is when nothing else is asked. 341 x 291 cells, both sides, net profit. */
export const SEARCH_DEFAULTS: Omit<StudySpec, 'pair'> = {
  timeframe: '5m',
  side: null,
  sampler: 'EXACT',
  trials: null,
  pruner: 'NONE',
  objective: 'NET_PROFIT',
  fills: 'CONSERVATIVE',
  feePct: 0.05,
  maxHold: 500,
  seed: 0,
  stop: { min: -0.2, max: -7, step: 0.02 },
  target: { min: 0.2, max: 6, step: 0.02 },
  space: [],
  fromMs: null,
  toMs: null,
  folds: 5,
  walkForward: 'ANCHORED',
  minTrades: 1,
  minOosTrades: 30,
  minTestDays: 30,
  pboMax: 0.3,
  lossShareMax: 0.02,
  confidence: 0.95,
  feeStress: 2,
  publish: false,
};

/** Trials of a study that samples, when nobody says how many. */
const TRIALS = 100;
/** The most trials of a study: TPE looks back at all of them before each. */
const MAX_TRIALS = 100_000;

/**
 * The spec of a study of `pair` with the defaults where nothing is asked. Trials belong to RANDOM and TPE: EXACT and GRID judge every cell, whatever
 * number is named. Not checked yet.
 */
export function specFrom(asked: Pick<StudySpec, 'pair'> & Partial<StudySpec>): StudySpec {
  const spec = { ...SEARCH_DEFAULTS, ...asked };
  const hold = spec.space.find(({ name }) => name === 'maxHold');
  return {
    ...spec,
    trials: samples(spec) ? (spec.trials ?? TRIALS) : null,
    maxHold: hold === undefined ? spec.maxHold : Math.max(hold.min, hold.max),
  };
}

/** Whether the study judges a sample of the points instead of all. */
export function samples({ sampler }: Pick<StudySpec, 'sampler'>): boolean {
  return sampler === 'RANDOM' || sampler === 'TPE';
}

/** How many points a checked spec will judge over the whole period. */
export function plannedTrials(spec: StudySpec): number {
  return spec.trials ?? cellsOf(spec);
}

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) => ({
  ok: (value: number) => Number.isSafeInteger(value) && value >= least && value <= most,
  allowed:
    most === Number.MAX_SAFE_INTEGER ? `a whole number, at least ${least}` : `a whole number from ${least} to ${most}`,
});
const within = (least: number, below: number, last: number) => ({
  ok: (value: number) => value >= least && value <= last,
  allowed: last === below ? `a number from ${least} to ${below}` : `a number >= ${least} and < ${below}`,
});

const NUMBERS = {
  feePct: within(0, 50, 49.9999),
  maxHold: whole(1, 1_000_000),
  seed: whole(0, 2 ** 31 - 1),
  folds: whole(1, 100),
  minTrades: whole(1),
  minOosTrades: whole(0),
  minTestDays: whole(0),
  pboMax: within(0, 1, 1),
  lossShareMax: within(0, 1, 1),
  confidence: within(0.5, 1, 0.999),
  feeStress: within(1, 10, 10),
} as const satisfies Partial<Record<keyof StudySpec, { ok: (value: number) => boolean; allowed: string }>>;

/** How a field of the spec is called where it came from, for error messages. */
export type FieldName = (field: string) => string;

/** `spec` itself when a study can be run with it; throws BAD_USER_INPUT naming the first wrong field by `name` otherwise. */
export function requireSpec(spec: StudySpec, name: FieldName = (field) => field): StudySpec {
  requirePair(spec.pair, name('pair'));
  if (timeframeMs(spec.timeframe) === undefined) {
    const allowed = 'a number and s, m, h, d or w, e.g. 5m';
    throw badInput(name('timeframe'), `${JSON.stringify(spec.timeframe)} is none`, allowed);
  }
  for (const [field, { ok, allowed }] of Object.entries(NUMBERS)) {
    const value = spec[field as keyof typeof NUMBERS];
    if (!ok(value)) throw badInput(name(field), field === 'maxHold' && value === 0 ? NO_EMBARGO : `${value}`, allowed);
  }
  requireSampling(spec, name);
  requireSpace(spec, name);
  if (spec.fromMs !== null && spec.toMs !== null && spec.fromMs >= spec.toMs) {
    throw badInput(name('to'), 'not after the beginning', 'a time after from');
  }
  const why = unpublishable(spec);
  if (spec.publish && why !== null) throw badInput(name('publish'), why, 'a study of stop and target alone');
  return spec;
}

/** Why the winner of such a study is never served, however well it is tested, as a sentence without its end; null where it may be. */
export function unpublishable({ space }: Pick<StudySpec, 'space'>): string | null {
  if (space.length === 0) return null;
  const searched = space.map((dimension) => dimension.name).join(', ');
  return `${searched} cannot be published: bots are served a stop and a target, and these were judged with more beside them`;
}

function requireSampling(spec: StudySpec, name: FieldName): void {
  const { ok, allowed } = whole(1, MAX_TRIALS);
  if (spec.trials !== null && !ok(spec.trials)) throw badInput(name('trials'), `${spec.trials}`, allowed);
  if (spec.pruner === 'NONE' || samples(spec)) return;
  const sampler = spec.sampler.toLowerCase();
  throw badInput(
    name('pruner'),
    `${sampler} judges every cell and gives none up`,
    'none, or the sampler tpe or random',
  );
}

const NO_EMBARGO = '0 (no limit) leaves the embargo between training and test unknown';
