// Figures of a set of simulated trades, as studies show them. A figure that does not exist is null, never 0 or Infinity.
import { roundPct } from '#domain/decimal.ts';
import type { Exits, Metrics } from '#domain/study.ts';
import { builder } from './builder.ts';

const ExitsType = builder.objectRef<Exits>('Exits').implement({
  description: 'Trades by the reason of their exit.',
  fields: (t) => ({
    stopLoss: t.exposeInt('stopLoss'),
    roi: t.exposeInt('roi'),
    maxHold: t.exposeInt('maxHold'),
    forceExit: t.exposeInt('forceExit'),
    trailingStopLoss: t.int({
      description: 'By a stop that had moved since the trade opened.',
      resolve: ({ trailingStopLoss }) => trailingStopLoss ?? 0,
    }),
  }),
});

const rounded = (pct: number | null) => (pct === null ? null : roundPct(pct));

export const MetricsType = builder.objectRef<Metrics>('Metrics').implement({
  description: 'Figures of a set of simulated trades.',
  fields: (t) => ({
    trades: t.exposeInt('trades'),
    winRate: t.exposeFloat('winRate', { nullable: true, description: '0..1' }),
    profitFactor: t.exposeFloat('profitFactor', { nullable: true }),
    expectancyPct: t.float({ nullable: true, resolve: ({ expectancyPct }) => rounded(expectancyPct) }),
    netProfitPct: t.float({ nullable: true, resolve: ({ netProfitPct }) => rounded(netProfitPct) }),
    avgWinPct: t.float({ nullable: true, resolve: ({ avgWinPct }) => rounded(avgWinPct) }),
    avgLossPct: t.float({ nullable: true, resolve: ({ avgLossPct }) => rounded(avgLossPct) }),
    sharpe: t.exposeFloat('sharpe', { nullable: true }),
    sortino: t.exposeFloat('sortino', { nullable: true }),
    calmar: t.exposeFloat('calmar', { nullable: true }),
    maxDrawdownPct: t.float({ nullable: true, resolve: ({ maxDrawdownPct }) => rounded(maxDrawdownPct) }),
    avgBars: t.exposeFloat('avgBars', { nullable: true }),
    exits: t.expose('exits', { type: ExitsType }),
  }),
});
