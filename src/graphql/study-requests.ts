// Starting and cancelling searches.
import { builder } from './builder.ts';
import { askUnder } from './fault-path.ts';
import { StudyType } from './study.ts';
import { StartSearchInputType, specOf } from './study-spec.ts';

builder.mutationField('startSearch', (t) =>
  t.field({
    type: StudyType,
    description: 'Queues a study; the answer comes at once, the figures later.',
    args: { input: t.arg({ type: StartSearchInputType, required: true }) },
    resolve: (_root, { input }, { studies, studyDefaults }) =>
      askUnder('input', () => studies.start(specOf(input, studyDefaults))),
  }),
);

builder.mutationField('cancelSearch', (t) =>
  t.field({
    type: StudyType,
    description: 'Asks for cancellation; the study as it is now.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { studies }) => studies.cancel(id),
  }),
);
