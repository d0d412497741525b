// What a window became: by id, or page by page, with the signals and deliveries it is made of.
import type { Decision } from '#domain/decision.ts';
import { requirePair } from '#domain/market.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';
import { DeliveryType } from './delivery.ts';
import { cursorOf, type Page, PageInfoType, pageOf, placeAfter, requireFirst } from './page.ts';
import { PauseType } from './pause.ts';
import { SideType } from './side.ts';
import { SignalType } from './signal.ts';

const DecisionOutcomeType = builder.enumType('DecisionOutcome', {
  values: ['PENDING', 'FORWARDED', 'REJECTED', 'FAILED', 'EXPIRED', 'UNKNOWN'] as const,
});

const DecisionReasonType = builder.enumType('DecisionReason', {
  values: [
    'FORWARDED',
    'TOO_FEW_VOTES',
    'LOW_CONFIDENCE',
    'PAUSED',
    'NO_BOT',
    'BOT_REFUSED',
    'BOT_UNREACHABLE',
    'EXPIRED',
    'OUTCOME_UNKNOWN',
  ] as const,
});

export const DecisionType = builder.objectRef<Decision>('EnsembleDecision').implement({
  description: 'What a window of signals became.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pair: t.exposeString('pair'),
    side: t.expose('side', { type: SideType }),
    outcome: t.expose('outcome', { type: DecisionOutcomeType }),
    reason: t.expose('reason', { type: DecisionReasonType, nullable: true, description: 'null while PENDING.' }),
    detail: t.exposeString('detail', { nullable: true, description: 'The reason in words.' }),
    votes: t.exposeInt('votes', { description: 'The latest signal of each source is one vote.' }),
    expectedFeeders: t.exposeInt('expectedFeeders'),
    confidence: t.float({
      description: 'Mean of the votes, 4 decimals.',
      resolve: ({ confidenceE4 }) => confidenceE4 / 10_000,
    }),
    confidenceDefaulted: t.exposeBoolean('confidenceDefaulted'),
    sources: t.exposeStringList('sources', { description: 'In byte order.' }),
    leverage: t.exposeFloat('leverage', { nullable: true, description: 'The lowest among the votes that name one.' }),
    enterTag: t.exposeString('enterTag'),
    conflict: t.exposeBoolean('conflict', { description: 'The other side of the pair had an overlapping window.' }),
    windowOpenedAt: t.field({ type: 'DateTime', resolve: ({ window }) => window.openedAtMs }),
    windowClosedAt: t.field({ type: 'DateTime', resolve: ({ window }) => window.closesAtMs }),
    decidedAt: t.expose('decidedAtMs', { type: 'DateTime' }),
    signals: t.field({
      type: [SignalType],
      description: 'Newest first, counted or replaced.',
      resolve: async ({ id }, _args, context) =>
        spend(context, await context.loaders.signalsOf.load(id)).toSorted((one, other) => other.seq - one.seq),
    }),
    pausedBy: t.field({
      type: PauseType,
      nullable: true,
      description: 'The pause that stopped it: before it was owed to a bot, or until it was too late.',
      resolve: ({ pauseId }, _args, { loaders }) => (pauseId === null ? undefined : loaders.pause.load(pauseId)),
    }),
    deliveries: t.field({
      type: [DeliveryType],
      description: 'By bot.',
      resolve: async ({ id }, _args, context) => spend(context, await context.loaders.deliveriesOf.load(id)),
    }),
  }),
});

builder.objectField(SignalType, 'decision', (t) =>
  t.field({
    type: DecisionType,
    nullable: true,
    description: 'null while the window is open.',
    resolve: async ({ id }, _args, { loaders }) => {
      const fate = await loaders.fate.load(id);
      return fate === undefined ? undefined : loaders.decision.load(fate.decisionId);
    },
  }),
);

builder.queryField('decision', (t) =>
  t.field({
    type: DecisionType,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { loaders }) => loaders.decision.load(id),
  }),
);

const placeOf = ({ window, id }: Decision) => ({ atMs: window.closesAtMs, id });

const DecisionEdgeType = builder.objectRef<Decision>('EnsembleDecisionEdge').implement({
  fields: (t) => ({
    cursor: t.string({ resolve: (decision) => cursorOf(placeOf(decision)) }),
    node: t.field({ type: DecisionType, resolve: (decision) => decision }),
  }),
});

const DecisionConnectionType = builder.objectRef<Page<Decision>>('EnsembleDecisionConnection').implement({
  fields: (t) => ({
    edges: t.expose('nodes', { type: [DecisionEdgeType] }),
    nodes: t.expose('nodes', { type: [DecisionType] }),
    pageInfo: t.field({ type: PageInfoType, resolve: (page) => page }),
  }),
});

builder.queryField('ensembleDecisions', (t) =>
  t.field({
    type: DecisionConnectionType,
    description: 'Newest first, by windowClosedAt, then id. from <= windowClosedAt < to.',
    args: {
      first: t.arg.int({ defaultValue: 20, description: '1..500' }),
      after: t.arg.string(),
      pair: t.arg.string(),
      side: t.arg({ type: SideType }),
      outcome: t.arg({ type: DecisionOutcomeType }),
      source: t.arg.string(),
      from: t.arg({ type: 'DateTime' }),
      to: t.arg({ type: 'DateTime' }),
    },
    resolve: async (_root, { pair, side, outcome, source, from, to, ...args }, context) => {
      const first = requireFirst(args.first);
      const after = placeAfter(args.after);
      const rows = await context.history.page({
        first,
        after: after === undefined ? undefined : { windowClosesAtMs: after.atMs, id: after.id },
        pair: pair == null ? undefined : requirePair(pair, 'pair'),
        side: side ?? undefined,
        outcome: outcome ?? undefined,
        source: source ?? undefined,
        fromMs: from ?? undefined,
        toMs: to ?? undefined,
      });
      const page = pageOf(rows, { first, after }, placeOf);
      spend(context, page.nodes);
      return page;
    },
  }),
);
