// What one bot is owed of a decision, with its attempts and its end.
import type { Delivery, DeliveryAttempt } from '#domain/decision.ts';
import { builder } from './builder.ts';
import { PauseType } from './pause.ts';

const DeliveryStateType = builder.enumType('DeliveryState', {
  values: ['PENDING', 'DELIVERED', 'REFUSED', 'UNREACHABLE', 'EXPIRED', 'UNKNOWN'] as const,
});

const DeliveryAttemptType = builder.objectRef<DeliveryAttempt>('DeliveryAttempt').implement({
  description: 'One request to a bot. All but the time is null while its end is not known.',
  fields: (t) => ({
    at: t.expose('atMs', { type: 'DateTime' }),
    status: t.exposeInt('status', { nullable: true, description: 'HTTP status of the answer.' }),
    error: t.exposeString('error', { nullable: true }),
    durationMs: t.exposeFloat('durationMs', { nullable: true }),
  }),
});

export const DeliveryType = builder.objectRef<Delivery>('Delivery').implement({
  description: 'What one bot is owed of a decision.',
  fields: (t) => ({
    bot: t.exposeString('bot'),
    state: t.expose('state', { type: DeliveryStateType }),
    tradeId: t.exposeString('tradeId', { nullable: true }),
    detail: t.exposeString('detail', { nullable: true, description: 'Its state in words.' }),
    pausedBy: t.field({
      type: PauseType,
      nullable: true,
      description: 'The pause that withheld it, or held it until it was too late.',
      resolve: ({ pauseId }, _args, { loaders }) => (pauseId === null ? undefined : loaders.pause.load(pauseId)),
    }),
    attempts: t.expose('attempts', { type: [DeliveryAttemptType], description: 'Oldest first.' }),
  }),
});
