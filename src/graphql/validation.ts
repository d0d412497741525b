// Why a study's winner is believed or not: the folds, the overfitting, every condition with its numbers.
import { roundPct } from '#domain/decimal.ts';
import type { Condition, Fold, Validation } from '#domain/study.ts';
import { builder } from './builder.ts';
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

export const ValidationType = builder.objectRef<Validation>('Validation').implement({
  description: 'Why the winner is believed or not.',
  fields: (t) => ({
    folds: t.expose('folds', { type: [FoldType], description: 'Oldest first.' }),
    outOfSample: t.expose('outOfSample', { type: MetricsType }),
    pbo: t.exposeFloat('pbo', { nullable: true, description: 'Probability of backtest overfitting, 0..1.' }),
    conditions: t.expose('conditions', { type: [ConditionType], description: 'Every one, with its numbers.' }),
    reasons: t.stringList({
      description: 'The sentences of the failed conditions; empty when validated.',
      resolve: ({ conditions }) => conditions.filter(({ passed }) => !passed).map(({ sentence }) => sentence),
    }),
    warnings: t.exposeStringList('warnings'),
  }),
});
