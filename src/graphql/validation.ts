// Why a study's winner is believed or not: the folds, the overfitting, every condition with its numbers.
import { roundPct } from '#domain/decimal.ts';
import type { Condition, ExpectancyInterval, Fold, Validation } from '#domain/study.ts';
import { builder } from './builder.ts';
import { ChosenValueType, chosenValues } from './dimension.ts';
import { MetricsType } from './metrics.ts';

const FoldType = builder.objectRef<Fold>('Fold').implement({
  description: 'One split in time: levels chosen on the first part, judged on the second.',
  fields: (t) => ({
    trainFrom: t.expose('trainFromMs', { type: 'DateTime' }),
    trainTo: t.expose('trainToMs', { type: 'DateTime' }),
    testFrom: t.expose('testFromMs', { type: 'DateTime' }),
    testTo: t.expose('testToMs', { type: 'DateTime' }),
    stopLossPct: t.float({ resolve: ({ stopLossPct }) => roundPct(stopLossPct) }),
    takeProfitPct: t.float({ resolve: ({ takeProfitPct }) => roundPct(takeProfitPct) }),
    maxHold: t.int({
      nullable: true,
      description: 'Candles, where the longest hold was searched.',
      resolve: ({ space }) => space?.maxHold,
    }),
    space: t.field({
      type: [ChosenValueType],
      description: 'Beside the levels, where more was searched.',
      resolve: chosenValues,
    }),
    inSample: t.expose('inSample', { type: MetricsType }),
    outOfSample: t.expose('outOfSample', { type: MetricsType }),
  }),
});

const ConditionType = builder.objectRef<Condition>('Condition').implement({
  fields: (t) => ({
    name: t.exposeString('name'),
    passed: t.exposeBoolean('passed'),
    sentence: t.exposeString('sentence', { description: 'The condition with its numbers.' }),
  }),
});

const IntervalType = builder.objectRef<ExpectancyInterval>('ExpectancyInterval').implement({
  description: 'Where the mean profit of one trade lies, percent.',
  fields: (t) => ({
    lowerPct: t.float({ resolve: ({ lowerPct }) => roundPct(lowerPct) }),
    upperPct: t.float({ resolve: ({ upperPct }) => roundPct(upperPct) }),
    confidence: t.exposeFloat('confidence', { description: '0..1' }),
    blockTrades: t.exposeInt('blockTrades', { description: 'Trades that were drawn together.' }),
  }),
});

export const ValidationType = builder.objectRef<Validation>('Validation').implement({
  description: 'Why the winner is believed or not.',
  fields: (t) => ({
    folds: t.expose('folds', { type: [FoldType], description: 'Oldest first.' }),
    outOfSample: t.expose('outOfSample', { type: MetricsType }),
    pbo: t.exposeFloat('pbo', { nullable: true, description: 'Probability of backtest overfitting, 0..1.' }),
    slope: t.exposeFloat('slope', {
      nullable: true,
      description: 'Of the same splits as pbo: the best cell out of sample on that in sample.',
    }),
    lossShare: t.exposeFloat('lossShare', {
      nullable: true,
      description: 'Share of these splits in which the best cell does not earn out of sample, 0..1.',
    }),
    interval: t.expose('interval', {
      type: IntervalType,
      nullable: true,
      description: 'Of the expectancy out of sample.',
    }),
    stressed: t.expose('stressed', {
      type: MetricsType,
      nullable: true,
      description: 'The tests again with higher fees; null: kept by an older release.',
    }),
    conditions: t.expose('conditions', { type: [ConditionType], description: 'Every one, with its numbers.' }),
    reasons: t.stringList({
      description: 'The sentences of the failed conditions; empty when validated.',
      resolve: ({ conditions }) => conditions.filter(({ passed }) => !passed).map(({ sentence }) => sentence),
    }),
    warnings: t.exposeStringList('warnings'),
  }),
});
