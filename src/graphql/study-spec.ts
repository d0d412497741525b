// What a search is asked: its input, and the words it is made of.
import type { StudySpec } from '#domain/study.ts';
import { specFrom } from '#search/search.ts';
import { builder } from './builder.ts';
import type { StudyDefaults } from './context.ts';
import { DimensionInputType } from './dimension.ts';
import { SideType } from './side.ts';

export const SamplerType = builder.enumType('Sampler', {
  description: 'EXACT and GRID judge every cell, RANDOM and TPE a number of trials.',
  values: ['EXACT', 'GRID', 'RANDOM', 'TPE'] as const,
});
export const PrunerType = builder.enumType('Pruner', {
  description: 'Who gives up a trial before its last fold; with RANDOM and TPE.',
  values: ['NONE', 'MEDIAN', 'HYPERBAND', 'WILCOXON'] as const,
});
export const FillsType = builder.enumType('Fills', { values: ['CONSERVATIVE', 'FREQTRADE'] as const });
export const ObjectiveType = builder.enumType('Objective', {
  values: ['NET_PROFIT', 'EXPECTANCY', 'PROFIT_FACTOR', 'SHARPE', 'SORTINO', 'CALMAR', 'WIN_RATE'] as const,
});

const WalkForwardType = builder.enumType('WalkForward', {
  description: 'What a fold trains on: all before its test span, or the one span before it.',
  values: ['ANCHORED', 'ROLLING'] as const,
});

const RangeInputType = builder.inputType('RangeInput', {
  description: 'Levels in percent, both ends included.',
  fields: (t) => ({
    min: t.float({ required: true }),
    max: t.float({ required: true }),
    step: t.float({ required: true }),
  }),
});

export const StartSearchInputType = builder.inputType('StartSearchInput', {
  fields: (t) => ({
    pair: t.string({ required: true }),
    timeframe: t.string({ defaultValue: '5m' }),
    side: t.field({ type: SideType, description: 'Absent: both.' }),
    stop: t.field({ type: RangeInputType, description: 'Negative.' }),
    target: t.field({ type: RangeInputType, description: 'Positive.' }),
    feePct: t.float({ defaultValue: 0.05, description: 'Per side.' }),
    fills: t.field({ type: FillsType, defaultValue: 'CONSERVATIVE' }),
    maxHold: t.int({ defaultValue: 500, description: 'Candles.' }),
    maxHolds: t.field({
      type: RangeInputType,
      description: 'Candles, whole numbers: the longest hold as a third dimension, instead of maxHold.',
    }),
    space: t.field({
      type: [DimensionInputType],
      description: 'What RANDOM and TPE search beside the levels; each once.',
    }),
    objective: t.field({ type: ObjectiveType, defaultValue: 'NET_PROFIT' }),
    sampler: t.field({ type: SamplerType, defaultValue: 'EXACT' }),
    trials: t.int({ description: 'Of RANDOM and TPE, 100 when absent; EXACT and GRID judge every cell.' }),
    pruner: t.field({ type: PrunerType, defaultValue: 'NONE' }),
    seed: t.int({ defaultValue: 0, description: '0 to 2147483647.' }),
    walkForward: t.field({ type: WalkForwardType, description: 'Absent: as configured, else ANCHORED.' }),
    confidence: t.float({ description: 'Of the interval that must lie above 0; 0.5 to below 1.' }),
    lossShareMax: t.float({ description: 'Of the splits at most this share may lose out of sample, 0..1.' }),
    feeStress: t.float({ description: 'The winner must also earn with fees this many times as high, 1 to 10.' }),
    from: t.field({ type: 'DateTime' }),
    to: t.field({ type: 'DateTime' }),
    publish: t.boolean({ defaultValue: false, description: 'Only a validated winner is ever published.' }),
  }),
});

/** The whole spec of an input; null means the same as absent. */
export function specOf(input: typeof StartSearchInputType.$inferInput, defaults: StudyDefaults): StudySpec {
  const { maxHolds } = input;
  return specFrom({
    ...defaults,
    pair: input.pair,
    timeframe: input.timeframe ?? '5m',
    side: input.side ?? null,
    stop: input.stop ?? defaults.stop,
    target: input.target ?? defaults.target,
    feePct: input.feePct ?? 0.05,
    fills: input.fills ?? 'CONSERVATIVE',
    maxHold: input.maxHold ?? 500,
    objective: input.objective ?? 'NET_PROFIT',
    space: [...(maxHolds == null ? [] : [{ name: 'maxHold' as const, ...maxHolds }]), ...(input.space ?? [])],
    sampler: input.sampler ?? 'EXACT',
    trials: input.trials ?? null,
    pruner: input.pruner ?? 'NONE',
    seed: input.seed ?? 0,
    walkForward: input.walkForward ?? defaults.walkForward,
    confidence: input.confidence ?? defaults.confidence,
    lossShareMax: input.lossShareMax ?? defaults.lossShareMax,
    feeStress: input.feeStress ?? defaults.feeStress,
    fromMs: input.from ?? null,
    toMs: input.to ?? null,
    publish: input.publish ?? false,
  });
}
