// DOOR of graphql: the spoken contract as a schema, and the context one request is resolved in.
import type { GraphQLSchema } from 'graphql';
import { guard } from './access.ts';
import { builder } from './builder.ts';
import './exit-params.ts';
import './leverage-bin.ts';
import './trade.ts';
import './decision.ts';
import './study-requests.ts';
import './subscriptions.ts';
import './pause.ts';
import './feeder.ts';
import './bot.ts';

export { type Caller, type Context, type Doors, openContext, type Role, type StudyDefaults } from './context.ts';

/** The schema with every resolver, each root field behind its role check. */
export function buildSchema(): GraphQLSchema {
  return guard(builder.toSchema());
}
