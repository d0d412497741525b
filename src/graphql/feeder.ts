// How the feeders are doing.
import { roundPct } from '#domain/decimal.ts';
import type { FeederHealth } from '#ensemble/ensemble.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';

const pct = (value: number | null) => (value === null ? null : roundPct(value));

const FeederType = builder.objectRef<FeederHealth>('Feeder').implement({
  description: 'One source of signals. Spans of time are counted in whole minutes.',
  fields: (t) => ({
    source: t.exposeString('source'),
    lastSignalAt: t.expose('lastSignalAtMs', {
      type: 'DateTime',
      nullable: true,
      description: 'null: not heard in the last 30 days.',
    }),
    signalsLastHour: t.exposeInt('signalsLastHour'),
    signalsLastDay: t.exposeInt('signalsLastDay'),
    defaultedShare: t.exposeFloat('defaultedShare', {
      nullable: true,
      description: "0..1 of the last day's signals named no confidence; null without signals.",
    }),
    forwardedShare: t.exposeFloat('forwardedShare', {
      nullable: true,
      description: '0..1 of its counted votes of the last day are in forwarded decisions; null without votes.',
    }),
    agreementShare: t.exposeFloat('agreementShare', {
      nullable: true,
      description:
        "0..1 of its counted votes of the last day had another source's vote beside them; null without votes.",
    }),
    silent: t.exposeBoolean('silent', {
      description:
        'Quiet for longer than its own rhythm allows: twice the smoothed time between its beats, or that time and four deviations, whichever is longer. A beat is a signal and all that follow within a minute; false until four beats are known.',
    }),
    trades: t.exposeInt('trades', { description: 'Closed trades of the last 30 days whose tag names it.' }),
    winRate: t.exposeFloat('winRate', { nullable: true, description: '0..1 of those trades; null without any.' }),
    expectancyPct: t.float({
      nullable: true,
      description: 'Mean profit of those trades, position level.',
      resolve: ({ expectancyPct }) => pct(expectancyPct),
    }),
    netProfitPct: t.float({
      nullable: true,
      description: 'Sum of the profits of those trades, position level.',
      resolve: ({ netProfitPct }) => pct(netProfitPct),
    }),
  }),
});

builder.queryField('feeders', (t) =>
  t.field({
    type: [FeederType],
    description: 'By source: those heard in the last 30 days, those configured, and those that closed trades name.',
    resolve: async (_root, _args, context) => spend(context, await context.feeders.all()),
  }),
);
