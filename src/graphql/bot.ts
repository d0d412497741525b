// How the bots are doing.
import type { BotHealth } from '#fleet/fleet.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';
import { SideType } from './side.ts';

const RefusalType = builder.objectRef<BotHealth['refusals'][number]>('Refusal').implement({
  fields: (t) => ({
    text: t.exposeString('text', { description: "freqtrade's own words." }),
    count: t.exposeInt('count'),
  }),
});

const BotType = builder.objectRef<BotHealth>('Bot').implement({
  description:
    'One executor bot, as the worker knows it: from every answer to an order, and from asking an idle bot every 30 seconds. null: not known (yet).',
  fields: (t) => ({
    name: t.exposeString('name'),
    sides: t.expose('sides', { type: [SideType] }),
    reachable: t.exposeBoolean('reachable', {
      nullable: true,
      description: 'Whether the last request got an answer, whatever it was.',
    }),
    state: t.exposeString('state', { nullable: true, description: "freqtrade's own word, as last heard." }),
    forceEntryEnabled: t.exposeBoolean('forceEntryEnabled', { nullable: true }),
    positionAdjustment: t.exposeBoolean('positionAdjustment', { nullable: true }),
    clockOffsetSeconds: t.float({
      nullable: true,
      description: "How far the bot's clock is ahead of ours at least; its answers tell whole seconds.",
      resolve: ({ clockOffsetMs }) => (clockOffsetMs === null ? null : Math.round(clockOffsetMs) / 1_000),
    }),
    inFlight: t.exposeInt('inFlight', { description: 'Requests without a known end: at most 1.' }),
    owed: t.exposeInt('owed', { description: 'Deliveries that are PENDING.' }),
    refusals: t.expose('refusals', {
      type: [RefusalType],
      description: "The last day's refused orders by text, the most frequent first.",
    }),
    lastAnswerAt: t.expose('lastAnswerAtMs', { type: 'DateTime', nullable: true }),
  }),
});

builder.queryField('bots', (t) =>
  t.field({
    type: [BotType],
    description: 'By name.',
    resolve: async (_root, _args, context) => {
      const bots = spend(context, await context.bots.all());
      for (const { refusals } of bots) spend(context, refusals);
      return bots;
    },
  }),
);
