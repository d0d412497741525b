// A feeder's opinion: how it enters, and how it is shown afterwards.

import { Fault } from '#domain/fault.ts';
import type { Signal, Window } from '#domain/signal.ts';
import { builder } from './builder.ts';
import type { Caller } from './context.ts';
import { askUnder } from './fault-path.ts';
import { SideType } from './side.ts';

const WindowType = builder.objectRef<Window>('Window').implement({
  description: 'Sixty seconds of one pair and side, opened by its first signal: openedAt <= time < closesAt.',
  fields: (t) => ({
    openedAt: t.expose('openedAtMs', { type: 'DateTime' }),
    closesAt: t.expose('closesAtMs', { type: 'DateTime' }),
  }),
});

export const SignalType = builder.objectRef<Signal>('Signal').implement({
  description: "One feeder's opinion on one pair and side.",
  fields: (t) => ({
    id: t.exposeID('id'),
    pair: t.exposeString('pair'),
    side: t.expose('side', { type: SideType }),
    source: t.exposeString('source'),
    confidence: t.float({ description: '0..1', resolve: ({ confidenceE4 }) => confidenceE4 / 10_000 }),
    confidenceDefaulted: t.exposeBoolean('confidenceDefaulted'),
    leverage: t.exposeFloat('leverage', { nullable: true }),
    enterTag: t.exposeString('enterTag', { nullable: true }),
    profitPct: t.exposeFloat('profitPct', { nullable: true }),
    safetyPct: t.exposeFloat('safetyPct', { nullable: true }),
    sentAt: t.expose('sentAtMs', { type: 'DateTime', nullable: true }),
    receivedAt: t.expose('receivedAtMs', { type: 'DateTime' }),
    window: t.expose('window', { type: WindowType }),
    counted: t.boolean({
      nullable: true,
      description:
        'null while the window is open; false when a later signal of the same source replaced it, or its source was paused.',
      resolve: async ({ id }, _args, { loaders }) => (await loaders.fate.load(id))?.counted ?? null,
    }),
  }),
});

const SubmitSignalInputType = builder.inputType('SubmitSignalInput', {
  description: 'Structured fields win over what the tag says; what is missing is taken from the tag.',
  fields: (t) => ({
    pair: t.string({ required: true }),
    side: t.field({ type: SideType, required: true }),
    source: t.string(),
    confidence: t.float({ description: '0..1' }),
    leverage: t.float(),
    enterTag: t.string({ description: 'e.g. long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)' }),
    profitPct: t.float(),
    safetyPct: t.float(),
    sentAt: t.field({ type: 'DateTime' }),
    idempotencyKey: t.string({ description: 'The same key of the same credential counts once.' }),
  }),
});

const SubmitSignalPayloadType = builder
  .objectRef<{ readonly signal: Signal; readonly duplicate: boolean }>('SubmitSignalPayload')
  .implement({
    fields: (t) => ({
      signal: t.expose('signal', { type: SignalType }),
      windowClosesAt: t.field({ type: 'DateTime', resolve: ({ signal }) => signal.window.closesAtMs }),
      duplicate: t.exposeBoolean('duplicate', { description: 'The signal was known: this is the first one.' }),
    }),
  });

builder.mutationField('submitSignal', (t) =>
  t.field({
    type: SubmitSignalPayloadType,
    description: 'Answers when the signal is durable in the journal; the vote comes later.',
    args: { input: t.arg({ type: SubmitSignalInputType, required: true }) },
    resolve: (_root, { input: { sentAt, ...content } }, { intake, caller }) =>
      askUnder('input', () =>
        intake.submit({ ...content, sentAtMs: sentAt }, { credential: caller.name, sources: caller.sources }),
      ),
  }),
);

builder.queryField('signal', (t) =>
  t.field({
    type: SignalType,
    nullable: true,
    description: "A feeder sees its own sources' signals.",
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { loaders, caller }) => {
      const signal = await loaders.signal.load(id);
      if (signal !== undefined) requireOwn(caller, signal);
      return signal;
    },
  }),
);

function requireOwn({ role, name, sources }: Caller, signal: Signal): void {
  if (role !== 'feeder' || sources === undefined || sources.includes(signal.source)) return;
  throw new Fault('FORBIDDEN', `the feeder ${name} may not see this signal`, {
    field: 'id',
    allowed: `signals of the sources ${sources.join(', ')}`,
  });
}
