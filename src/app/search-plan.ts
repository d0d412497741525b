// What the configuration says of searches: when all pairs are searched by themselves, and what a search is asked where nobody says otherwise.
import { Cron } from 'croner';
import * as v from 'valibot';
import { Fault } from '#domain/fault.ts';
import type { LevelRange, StudySpec } from '#domain/study.ts';
import { requireSpec, specFrom } from '#search/search.ts';
import { type Kind, number, onOff } from './config-kind.ts';

/** The object `search` of the configuration file. */
export interface SearchPlan {
  /** Cron, five or six fields; undefined: searches run only when they are asked for. */
  readonly schedule?: string | undefined;
  /** IANA name of the zone the schedule is meant in. */
  readonly timezone: string;
  /** Whether the schedule publishes what is validated. */
  readonly publish: boolean;
  /** Candles whose last one closed longer ago are reported as stale. */
  readonly staleHours: number;
  /** What a search is asked where no flag or field says so. */
  readonly asked: Partial<Omit<StudySpec, 'pair' | 'publish'>>;
}

/** The plan of who sets nothing. */
export const NO_PLAN: SearchPlan = { timezone: 'UTC', publish: true, staleHours: 24, asked: {} };

const SCHEDULE = 'five or six fields of cron that come true some day, e.g. "30 3 * * *"';
const ZONE = 'the name of a time zone, e.g. UTC or Europe/Berlin';
const RANGE = 'MIN:MAX:STEP in percent, e.g. "-7:-0.2:0.02"';

const figure = (allowed: string) => v.optional(v.number(allowed));
const word = <const W extends string>(words: readonly W[]) =>
  v.optional(
    v.pipe(
      v.picklist(words, words.join(', ')),
      v.transform((one) => one.toUpperCase() as Uppercase<W>),
    ),
  );
const range = v.optional(
  v.pipe(
    v.string(RANGE),
    v.transform((text): LevelRange => {
      const [min = Number.NaN, max = Number.NaN, step = Number.NaN, ...more] = text.split(':').map(Number);
      return more.length > 0 ? { min: Number.NaN, max, step } : { min, max, step };
    }),
    v.check(({ min, max, step }) => [min, max, step].every(Number.isFinite), RANGE),
  ),
);

const FIELDS = {
  schedule: v.optional(v.pipe(v.string(SCHEDULE), v.check(isCron, SCHEDULE))),
  timezone: v.optional(v.pipe(v.string(ZONE), v.check(isZone, ZONE)), NO_PLAN.timezone),
  publish: v.optional(v.boolean(onOff.allowed), NO_PLAN.publish),
  staleHours: v.optional(number({ above: 0, max: 87_600 }).schema, NO_PLAN.staleHours),
  timeframe: v.optional(v.string('a number and s, m, h, d or w, e.g. 5m')),
  side: word(['long', 'short']),
  stop: range,
  target: range,
  feePct: figure('a number of percent'),
  fills: word(['conservative', 'freqtrade']),
  maxHold: figure('a whole number of candles'),
  objective: word(['net_profit', 'expectancy', 'profit_factor', 'sharpe', 'sortino', 'calmar', 'win_rate']),
  sampler: word(['exact', 'tpe', 'random', 'grid']),
  trials: figure('a whole number'),
  pruner: word(['none', 'median', 'hyperband', 'wilcoxon']),
  seed: figure('a whole number'),
  folds: figure('a whole number'),
  walkForward: word(['anchored', 'rolling']),
  minTrades: figure('a whole number'),
  minOosTrades: figure('a whole number'),
  minTestDays: figure('a whole number'),
  pboMax: figure('a number from 0 to 1'),
  lossShareMax: figure('a number from 0 to 1'),
  confidence: figure('a number >= 0.5 and < 1'),
  feeStress: figure('a number from 1 to 10'),
} as const;

const NAMES = Object.keys(FIELDS).join(', ');

/** The object in the file. */
export const searchPlan: Kind<SearchPlan> = {
  allowed: `an object with any of ${NAMES}`,
  schema: v.pipe(
    v.objectWithRest(FIELDS, v.never(`only ${NAMES}`), `an object with any of ${NAMES}`),
    v.rawTransform(({ dataset, addIssue, NEVER }): SearchPlan => {
      const { schedule, timezone, publish, staleHours, ...named } = dataset.value;
      const asked = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
      try {
        requireSpec(specFrom({ pair: 'A/B', ...asked }));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
      return { schedule, timezone, publish, staleHours, asked };
    }),
  ),
  fromText: (text) => text,
};

/** The first time after `afterMs` (epoch ms) that `schedule` names; undefined when there will be none. */
export function nextTimeMs({ schedule, timezone }: SearchPlan, afterMs: number): number | undefined {
  if (schedule === undefined) return undefined;
  const next = new Cron(schedule, { timezone, paused: true }).nextRun(new Date(afterMs));
  return next?.getTime();
}

function isCron(text: string): boolean {
  try {
    return !/^\d{4}-/.test(text) && new Cron(text, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
