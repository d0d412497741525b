// What may be followed: decisions, exit params and the progress of a search. Readers are never waited for and nothing is kept for them.
import { requirePair } from '#domain/market.ts';
import { builder } from './builder.ts';
import { type Context, renew, spend } from './context.ts';
import { DecisionType } from './decision.ts';
import { EXIT_PARAMS_BATCH, ExitParamsRequestType, ExitParamsType, requestOf } from './exit-params.ts';
import { requireAtMost } from './fault-path.ts';
import { followed } from './followed.ts';
import { SideType } from './side.ts';
import { StudyType } from './study.ts';

/** `event` itself, before whose fields are resolved what was loaded for the one before it is forgotten. */
function fresh<T>(event: T, _args: unknown, context: Context): T {
  renew(context);
  return event;
}

builder.subscriptionField('exitParamsChanged', (t) =>
  t.field({
    type: ExitParamsType,
    description: `The params of each request now, then each change; a slow reader gets the newest. At most ${EXIT_PARAMS_BATCH} requests.`,
    args: { requests: t.arg({ type: [ExitParamsRequestType], required: true }) },
    subscribe: async (_root, { requests }, context) => {
      requireAtMost(EXIT_PARAMS_BATCH, requests, 'requests');
      return followed(await context.exits.follow(spend(context, requests).map(requestOf)));
    },
    resolve: fresh,
  }),
);

builder.subscriptionField('decisionMade', (t) =>
  t.field({
    type: DecisionType,
    description: 'Each decision when it is decided, and whenever its outcome becomes another; within a second.',
    args: { pair: t.arg.string(), side: t.arg({ type: SideType }) },
    subscribe: async (_root, { pair, side }, { history }) =>
      followed(
        await history.follow({
          pair: pair == null ? undefined : requirePair(pair, 'pair'),
          side: side ?? undefined,
        }),
      ),
    resolve: fresh,
  }),
);

builder.subscriptionField('searchProgress', (t) =>
  t.field({
    type: StudyType,
    description: 'The study now, then its changes at most twice a second, the last state always.',
    args: { id: t.arg.id({ required: true }) },
    subscribe: async (_root, { id }, { studies }) => followed(await studies.follow(id)),
    resolve: fresh,
  }),
);
