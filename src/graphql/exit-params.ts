// Exit params as bots ask for them: one, or a whole fleet's open trades at once.
import type { ExitLevels, ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';
import { requireAtMost, under } from './fault-path.ts';
import { SideType } from './side.ts';

/** The most requests that one call may hold. */
export const EXIT_PARAMS_BATCH = 500;

const ParamSourceType = builder.enumType('ParamSource', {
  description: 'The tier that answered.',
  values: ['OPTUNA', 'STATELESS', 'FALLBACK'] as const,
});

const ExitLevelsType = builder.objectRef<ExitLevels>('ExitLevels').implement({
  description: 'A stop (negative) and a target (positive), percent.',
  fields: (t) => ({ stopLossPct: t.exposeFloat('stopLossPct'), takeProfitPct: t.exposeFloat('takeProfitPct') }),
});

export const ExitParamsType = builder.objectRef<ExitParams>('ExitParams').implement({
  description: 'Which stop and target a trade of this pair and leverage gets, and why.',
  fields: (t) => ({
    pair: t.exposeString('pair'),
    leverage: t.exposeFloat('leverage'),
    side: t.expose('side', { type: SideType, nullable: true }),
    source: t.expose('source', { type: ParamSourceType }),
    position: t.expose('position', { type: ExitLevelsType, description: 'At leverage 1, as published.' }),
    account: t.expose('account', {
      type: ExitLevelsType,
      description:
        "Times leverage, the stop after the risk cap: freqtrade's stoploss and minimal_roi, each times 100 (a minimal_roi is profit after both fees).",
    }),
    riskCapped: t.exposeBoolean('riskCapped', { description: 'The account-level stop was held at the risk cap.' }),
    leverageBin: t.exposeString('leverageBin', { nullable: true, description: 'STATELESS only.' }),
    winRate: t.exposeFloat('winRate', { nullable: true, description: '0..1' }),
    profitFactor: t.exposeFloat('profitFactor', { nullable: true, description: 'null without losses.' }),
    avgWinPct: t.exposeFloat('avgWinPct', { nullable: true }),
    avgLossPct: t.exposeFloat('avgLossPct', { nullable: true }),
    totalTrades: t.exposeInt('totalTrades', { nullable: true }),
    validated: t.exposeBoolean('validated', {
      nullable: true,
      description: 'OPTUNA only; null when the writer did not say.',
    }),
    reason: t.exposeString('reason', { description: 'Why this tier and not those above it, with the numbers.' }),
    asOf: t.expose('asOfMs', {
      type: 'DateTime',
      nullable: true,
      description: "OPTUNA: time of the hub's record; STATELESS: close of the newest trade counted; FALLBACK: null.",
    }),
    readAt: t.expose('readAtMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When the hub was last read successfully for this; null: never.',
    }),
    ageSeconds: t.exposeFloat('ageSeconds', { nullable: true, description: 'Now minus asOf.' }),
    stale: t.exposeBoolean('stale', {
      description: 'The last finished refresh failed, or the running one is older than 5 s.',
    }),
    revision: t.exposeString('revision', {
      description: 'A hash of all other fields but ageSeconds, readAt and stale; equal contents, equal revision.',
    }),
  }),
});

export const ExitParamsRequestType = builder.inputType('ExitParamsRequest', {
  fields: (t) => ({
    pair: t.string({ required: true }),
    leverage: t.float({ required: true }),
    side: t.field({ type: SideType }),
  }),
});

interface RequestArgs {
  readonly pair: string;
  readonly leverage: number;
  readonly side?: ExitParamsRequest['side'] | null;
}

/** A request as callers write it. */
export const requestOf = ({ pair, leverage, side }: RequestArgs): ExitParamsRequest => ({
  pair,
  leverage,
  side: side ?? undefined,
});

builder.queryField('exitParams', (t) =>
  t.field({
    type: ExitParamsType,
    description: 'The exit params of one trade. Never fails because the hub is down or slow.',
    args: {
      pair: t.arg.string({ required: true }),
      leverage: t.arg.float({ required: true }),
      side: t.arg({ type: SideType }),
    },
    resolve: (_root, args, { loaders }) => loaders.exitParams.load(requestOf(args)),
  }),
);

builder.queryField('exitParamsBatch', (t) =>
  t.field({
    type: [ExitParamsType],
    nullable: { list: false, items: true },
    description: `In the order asked, at most ${EXIT_PARAMS_BATCH}. A refused request is null with an error at its index.`,
    args: { requests: t.arg({ type: [ExitParamsRequestType], required: true }) },
    resolve: (_root, { requests }, context) => {
      requireAtMost(EXIT_PARAMS_BATCH, requests, 'requests');
      return spend(context, requests).map((request, index) =>
        context.loaders.exitParams.load(requestOf(request)).catch((error: unknown) => {
          throw under(`requests[${index}]`, error);
        }),
      );
    },
  }),
);
