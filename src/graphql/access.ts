// Who may ask what: one table over all root fields. A field that is not named here is an operator's alone; operators may do everything.
import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { Fault } from '#domain/fault.ts';
import type { Context, Role } from './context.ts';

/** The roles beside `operator` that may use a field. */
export const ACCESS: Readonly<Record<string, readonly Role[]>> = {
  'Query.exitParams': ['bot'],
  'Query.exitParamsBatch': ['bot'],
  'Query.leverageBins': ['bot'],
  'Query.ensembleDecisions': ['bot'],
  'Query.decision': ['bot'],
  'Query.signal': ['bot', 'feeder'],
  'Query.feeders': ['bot'],
  'Query.bots': ['bot'],
  'Query.pauses': ['bot'],
  'Query.study': ['bot'],
  'Query.studies': ['bot'],
  'EnsembleDecision.signals': ['bot'],
  'Subscription.exitParamsChanged': ['bot'],
  'Subscription.decisionMade': ['bot'],
  'Subscription.searchProgress': ['bot'],
  'Mutation.submitSignal': ['feeder'],
  'Mutation.recordTrades': ['bot'],
  'Mutation.pause': [],
  'Mutation.resume': [],
  'Mutation.startSearch': [],
  'Mutation.cancelSearch': [],
};

/** Puts a check in front of every resolver the table names and of every other root field; the refusal is a FORBIDDEN at the field. */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map(
    (type) => type?.name,
  );
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const roles = ACCESS[name] ?? (roots.includes(type.name) ? [] : undefined);
      if (roles === undefined) continue;
      const { subscribe } = field;
      if (subscribe !== undefined) {
        field.subscribe = (source, args, context: Context, info) => {
          allow(context, roles, name);
          return subscribe(source, args, context, info);
        };
        continue;
      }
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (source, args, context: Context, info) => {
        allow(context, roles, name);
        return resolve(source, args, context, info);
      };
    }
  }
  return schema;
}

function allow({ caller }: Context, roles: readonly Role[], field: string): void {
  if (caller.role === 'operator' || roles.includes(caller.role)) return;
  throw new Fault('FORBIDDEN', `the role ${caller.role} may not use ${field}`, {
    field: field.slice(field.indexOf('.') + 1),
    allowed: `roles: ${[...roles, 'operator'].join(', ')}`,
  });
}
