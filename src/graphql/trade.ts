// Closed trades as bots report them: the experience of the fleet.
import { builder } from './builder.ts';
import { requireAtMost } from './fault-path.ts';
import { SideType } from './side.ts';

const TRADES = 1_000;

const ClosedTradeInputType = builder.inputType('ClosedTradeInput', {
  description: 'Known by bot, tradeId, pair and openedAt: sent again it counts once, and the newer figures replace.',
  fields: (t) => ({
    bot: t.string({ required: true }),
    tradeId: t.string({ required: true }),
    pair: t.string({ required: true }),
    side: t.field({ type: SideType, required: true }),
    leverage: t.float({ required: true }),
    profitPct: t.float({ required: true, description: 'Position level.' }),
    stopLossPct: t.float({ description: 'Position level, negative.' }),
    takeProfitPct: t.float({ description: 'Position level, positive.' }),
    openedAt: t.field({ type: 'DateTime', required: true }),
    closedAt: t.field({ type: 'DateTime', required: true }),
    enterTag: t.string(),
    exitReason: t.string(),
  }),
});

const RecordTradesPayloadType = builder
  .objectRef<{ readonly recorded: number; readonly duplicates: number }>('RecordTradesPayload')
  .implement({
    fields: (t) => ({ recorded: t.exposeInt('recorded'), duplicates: t.exposeInt('duplicates') }),
  });

builder.mutationField('recordTrades', (t) =>
  t.field({
    type: RecordTradesPayloadType,
    description: `At most ${TRADES.toLocaleString('en')}; all or none; part of the next exitParams.`,
    args: { trades: t.arg({ type: [ClosedTradeInputType], required: true }) },
    resolve: (_root, { trades }, { exits }) => {
      requireAtMost(TRADES, trades, 'trades');
      return exits.recordTrades(
        trades.map(({ openedAt, closedAt, stopLossPct, takeProfitPct, enterTag, exitReason, ...trade }) => ({
          ...trade,
          stopLossPct: stopLossPct ?? null,
          takeProfitPct: takeProfitPct ?? null,
          openedAtMs: openedAt,
          closedAtMs: closedAt,
          enterTag: enterTag ?? null,
          exitReason: exitReason ?? null,
        })),
      );
    },
  }),
);
