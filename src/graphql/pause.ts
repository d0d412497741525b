// What operators stop for a while, and how they let it go again.
import type { Pause } from '#domain/pause.ts';
import { builder } from './builder.ts';
import { spend } from './context.ts';
import { askUnder } from './fault-path.ts';
import { SideType } from './side.ts';

export const PauseType = builder.objectRef<Pause>('Pause').implement({
  description:
    'Stops what it names; pair, side, source and bot null: everything. A decision that it stops is REJECTED, PAUSED. Signals of a paused source are kept and do not count; a paused bot is passed over. A delivery that is owed already is not tried while it is paused.',
  fields: (t) => ({
    id: t.exposeID('id'),
    pair: t.exposeString('pair', { nullable: true, description: 'X/Y covers X/Y:Y too.' }),
    side: t.expose('side', { type: SideType, nullable: true }),
    source: t.exposeString('source', { nullable: true }),
    bot: t.exposeString('bot', { nullable: true }),
    reason: t.exposeString('reason'),
    author: t.exposeString('author', { description: 'The name of the key that set it.' }),
    createdAt: t.expose('createdAtMs', { type: 'DateTime' }),
    until: t.expose('untilMs', { type: 'DateTime', nullable: true, description: 'null: until it is resumed.' }),
    endedAt: t.expose('endedAtMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was resumed, or its time ran out; null while it is in force.',
    }),
    endedBy: t.exposeString('endedBy', {
      nullable: true,
      description: 'The name of the key that resumed it; null when its time ran out.',
    }),
    note: t.string({
      nullable: true,
      description:
        'What whoever set it should know: that its source or pair was never heard, so that it stops nothing yet. null: nothing.',
      resolve: (pause, _args, { pauses }) => pauses.noteOn(pause),
    }),
  }),
});

const PauseInputType = builder.inputType('PauseInput', {
  description: 'What is not named is not narrowed: a pause of nothing but a reason stops everything.',
  fields: (t) => ({
    pair: t.string(),
    side: t.field({ type: SideType }),
    source: t.string({
      description:
        'With a bot: the decisions this source takes part in do not go to that bot. One never heard is taken and noted, but for a slip in its case.',
    }),
    bot: t.string({ description: 'A bot that is configured.' }),
    reason: t.string({ required: true, description: '1 to 500 characters.' }),
    until: t.field({ type: 'DateTime', description: 'In the future; absent: until it is resumed.' }),
  }),
});

builder.mutationField('pause', (t) =>
  t.field({
    type: PauseType,
    description:
      'In force when it is answered: for every window decided and every delivery tried after that, also after a restart. Works on a full disk too.',
    args: { input: t.arg({ type: PauseInputType, required: true }) },
    resolve: (_root, { input: { until, ...request } }, { pauses, caller }) =>
      askUnder('input', () => pauses.pause({ ...request, untilMs: until }, caller.name)),
  }),
);

builder.mutationField('resume', (t) =>
  t.field({
    type: PauseType,
    description: 'Ends a pause that is in force.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { pauses, caller }) => pauses.resume(id, caller.name),
  }),
);

builder.queryField('pauses', (t) =>
  t.field({
    type: [PauseType],
    description: 'Those in force, newest first; with the ended ones, the newest 1,000.',
    args: { includeEnded: t.arg.boolean({ defaultValue: false }) },
    resolve: async (_root, { includeEnded }, context) =>
      spend(context, await context.pauses.list(includeEnded ?? false)),
  }),
);
