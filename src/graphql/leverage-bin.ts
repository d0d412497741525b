// What the fleet's closed trades say per leverage bin.
import { roundPct } from '#domain/decimal.ts';
import type { BinStatistics } from '#domain/leverage-bin.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';
import { SideType } from './side.ts';

const LeverageBinType = builder.objectRef<BinStatistics>('LeverageBin').implement({
  description:
    'Closed trades grouped by leverage: minLeverage <= leverage < maxLeverage. Percentages are position level.',
  fields: (t) => ({
    label: t.exposeString('label'),
    minLeverage: t.exposeFloat('minLeverage'),
    maxLeverage: t.exposeFloat('maxLeverage'),
    stopLossPct: t.float({ description: 'Mean of the recorded stops.', resolve: (bin) => roundPct(bin.stopLossPct) }),
    takeProfitPct: t.float({
      description: 'Mean of the recorded targets.',
      resolve: (bin) => roundPct(bin.takeProfitPct),
    }),
    winRate: t.exposeFloat('winRate', { description: '0..1' }),
    profitFactor: t.exposeFloat('profitFactor', { nullable: true, description: 'null without losses.' }),
    avgWinPct: t.float({
      nullable: true,
      resolve: ({ avgWinPct }) => (avgWinPct === null ? null : roundPct(avgWinPct)),
    }),
    avgLossPct: t.float({
      nullable: true,
      resolve: ({ avgLossPct }) => (avgLossPct === null ? null : roundPct(avgLossPct)),
    }),
    totalTrades: t.exposeInt('totalTrades'),
    firstTradeAt: t.expose('firstTradeAtMs', { type: 'DateTime' }),
    lastTradeAt: t.expose('lastTradeAtMs', { type: 'DateTime' }),
  }),
});

builder.queryField('leverageBins', (t) =>
  t.field({
    type: [LeverageBinType],
    description: 'Bins with at least one trade, by leverage.',
    args: {
      side: t.arg({ type: SideType }),
      pair: t.arg.string(),
      lookbackDays: t.arg.int({ defaultValue: 30 }),
    },
    resolve: async (_root, { side, pair, lookbackDays }, context) =>
      spend(
        context,
        await context.exits.leverageBins({
          side: side ?? undefined,
          pair: pair ?? undefined,
          lookbackDays: lookbackDays ?? undefined,
        }),
      ),
  }),
);
