// A search for exit levels as it is shown: what was asked, how far it is, what it found, whether that will hold.
import { roundPct } from '#domain/decimal.ts';
import { requirePair } from '#domain/market.ts';
import type { Candidate, Study, StudyResult } from '#domain/study.ts';
import { plannedTrials, unpublishable } from '#search/search.ts';
import { builder } from './builder.ts';
import { spend, spendPlane } from './context.ts';
import { ChosenValueType, chosenValues } from './dimension.ts';
import { MetricsType } from './metrics.ts';
import { cursorOf, type Page, PageInfoType, pageOf, placeAfter, requireFirst } from './page.ts';
import { downsample, PlaneType, requireSize } from './plane.ts';
import { SideType } from './side.ts';
import { FillsType, ObjectiveType, PrunerType, SamplerType } from './study-spec.ts';
import { ValidationType } from './validation.ts';

const StudyStateType = builder.enumType('StudyState', {
  values: ['QUEUED', 'RUNNING', 'COMPLETE', 'FAILED', 'CANCELLED'] as const,
});

const CandidateType = builder.objectRef<Candidate>('Candidate').implement({
  description: 'A pair of levels with its figures over all entries.',
  fields: (t) => ({
    stopLossPct: t.float({ resolve: ({ stopLossPct }) => roundPct(stopLossPct) }),
    takeProfitPct: t.float({ resolve: ({ takeProfitPct }) => roundPct(takeProfitPct) }),
    maxHold: t.int({
      nullable: true,
      description: 'Candles, where the longest hold was searched.',
      resolve: ({ space }) => space?.maxHold,
    }),
    space: t.field({
      type: [ChosenValueType],
      description: 'Beside the levels, where more was searched: objective and metrics are of all of it together.',
      resolve: chosenValues,
    }),
    objective: t.exposeFloat('objective'),
    metrics: t.expose('metrics', { type: MetricsType }),
  }),
});

const BaselineType = builder.objectRef<StudyResult>('Baseline').implement({
  description: 'What the winner has to beat.',
  fields: (t) => ({
    fallback: t.expose('fallback', { type: MetricsType }),
    incumbent: t.expose('incumbent', { type: MetricsType, nullable: true, description: 'The levels served now.' }),
  }),
});

export const StudyType = builder.objectRef<Study>('Study').implement({
  description: 'One search for exit levels.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pair: t.string({ resolve: ({ spec }) => spec.pair }),
    timeframe: t.string({ resolve: ({ spec }) => spec.timeframe }),
    side: t.field({ type: SideType, nullable: true, description: 'null: both.', resolve: ({ spec }) => spec.side }),
    sampler: t.field({ type: SamplerType, resolve: ({ spec }) => spec.sampler }),
    objective: t.field({ type: ObjectiveType, resolve: ({ spec }) => spec.objective }),
    fills: t.field({ type: FillsType, resolve: ({ spec }) => spec.fills }),
    feePct: t.float({ description: 'Per side.', resolve: ({ spec }) => roundPct(spec.feePct) }),
    maxHold: t.int({ description: 'Candles.', resolve: ({ spec }) => spec.maxHold }),
    seed: t.int({ resolve: ({ spec }) => spec.seed }),
    state: t.expose('state', { type: StudyStateType }),
    progress: t.exposeFloat('progress', { description: '0..1' }),
    remainingSeconds: t.float({
      nullable: true,
      description: 'An estimate of what is left, while it runs.',
      resolve: ({ state, remainingMs }) =>
        state === 'RUNNING' && remainingMs !== undefined ? remainingMs / 1_000 : null,
    }),
    trials: t.int({
      description: 'Candidates judged, or to be judged: cells, or trials.',
      resolve: ({ result, spec }) => result?.trials ?? plannedTrials(spec),
    }),
    pruner: t.field({ type: PrunerType, resolve: ({ spec }) => spec.pruner }),
    createdAt: t.expose('createdAtMs', { type: 'DateTime' }),
    startedAt: t.expose('startedAtMs', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAtMs', { type: 'DateTime', nullable: true }),
    best: t.field({
      type: CandidateType,
      nullable: true,
      description: 'The best plateau.',
      resolve: ({ result }) => result?.best,
    }),
    peak: t.field({
      type: CandidateType,
      nullable: true,
      description: 'The best single cell.',
      resolve: ({ result }) => result?.peak,
    }),
    baseline: t.field({ type: BaselineType, nullable: true, resolve: ({ result }) => result }),
    validation: t.field({ type: ValidationType, nullable: true, resolve: ({ result }) => result?.validation }),
    validated: t.boolean({ nullable: true, resolve: ({ result }) => result?.validated }),
    published: t.exposeBoolean('published', { description: 'Whether its winner was.' }),
    standing: t.field({
      type: CandidateType,
      nullable: true,
      description:
        'The levels served now, where the winner fails for not beating them alone and they meet every other condition themselves.',
      resolve: ({ result }) => result?.standing,
    }),
    renewed: t.boolean({
      description: 'Whether these were published anew.',
      resolve: ({ renewed }) => renewed === true,
    }),
    unpublishable: t.string({
      nullable: true,
      description: 'Why its winner is never published, however well it is tested; null where it may be.',
      resolve: ({ spec }) => unpublishable(spec),
    }),
    error: t.exposeString('error', { nullable: true }),
    plane: t.field({
      type: PlaneType,
      nullable: true,
      description: 'Downsampled for a heatmap, at most 200 x 200; width counts targets, height stops.',
      args: { width: t.arg.int({ defaultValue: 60 }), height: t.arg.int({ defaultValue: 50 }) },
      resolve: async ({ id }, args, context) => {
        const width = requireSize(args.width, 60, 'width');
        const height = requireSize(args.height, 50, 'height');
        spendPlane(context);
        const plane = await context.studies.plane(id);
        return plane === undefined ? undefined : downsample(plane, width, height);
      },
    }),
  }),
});

builder.queryField('study', (t) =>
  t.field({
    type: StudyType,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { studies }) => (await studies.byIds([id]))[0],
  }),
);

const placeOf = ({ createdAtMs, id }: Study) => ({ atMs: createdAtMs, id });

const StudyEdgeType = builder.objectRef<Study>('StudyEdge').implement({
  fields: (t) => ({
    cursor: t.string({ resolve: (study) => cursorOf(placeOf(study)) }),
    node: t.field({ type: StudyType, resolve: (study) => study }),
  }),
});

const StudyConnectionType = builder.objectRef<Page<Study>>('StudyConnection').implement({
  fields: (t) => ({
    edges: t.expose('nodes', { type: [StudyEdgeType] }),
    nodes: t.expose('nodes', { type: [StudyType] }),
    pageInfo: t.field({ type: PageInfoType, resolve: (page) => page }),
  }),
});

builder.queryField('studies', (t) =>
  t.field({
    type: StudyConnectionType,
    description: 'Newest first, by createdAt, then id.',
    args: {
      first: t.arg.int({ defaultValue: 20, description: '1..500' }),
      after: t.arg.string(),
      pair: t.arg.string(),
    },
    resolve: async (_root, args, context) => {
      const first = requireFirst(args.first);
      const after = placeAfter(args.after);
      const rows = await context.studies.page({
        first,
        after: after === undefined ? undefined : { createdAtMs: after.atMs, id: after.id },
        pair: args.pair == null ? undefined : requirePair(args.pair, 'pair'),
      });
      const page = pageOf(rows, { first, after }, placeOf);
      spend(context, page.nodes);
      return page;
    },
  }),
);
