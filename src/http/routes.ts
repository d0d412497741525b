// Which path leads where at the gateway, and what each route takes.
import type { IncomingMessage } from 'node:http';
import type { FeederIntake } from '#intake/intake.ts';
import type { Studies } from '#search/search.ts';
import { type Refusal, refuse, sendJson } from './answer.ts';
import { readBody, tooLarge } from './body.ts';
import { answerFeeder, FEEDER_ROUTE, isFeederPath } from './feeder-route.ts';
import type { GraphiQL } from './graphiql.ts';
import type { GraphQLEndpoint } from './graphql-endpoint.ts';
import { HEALTH_ROUTES, type HealthFront } from './health-routes.ts';
import { readKeptStudy, readStudyId } from './kept-study.ts';
import { answerCandlesImport } from './local-candles.ts';
import { answerSignalsImport, answerTradesImport, type LocalImports } from './local-imports.ts';
import { answerOutbox, type LocalOutbox } from './local-outbox.ts';
import { answered, type Exchange, pathOf, type Routes, UNAUTHENTICATED, walkTo } from './route.ts';

export interface Front extends HealthFront {
  readonly graphql: GraphQLEndpoint;
  readonly graphiql: GraphiQL;
  readonly feeders: FeederIntake;
  readonly outbox: LocalOutbox;
  readonly imports: LocalImports;
  readonly studies: Pick<Studies, 'keep' | 'cancel'>;
}

const GRAPHQL_BODY = 1_048_576;
const STUDY_BODY = 134_217_728;
const CANCEL_BODY = 1_024;

const ROUTES: Routes<Front> = {
  '/graphql': { methods: ['GET', 'POST'], answer: answerGraphQL },
  ...HEALTH_ROUTES,
  '/local/candles': { methods: ['POST'], answer: answerCandlesImport },
  '/local/outbox': { methods: ['POST'], answer: answerOutbox },
  '/local/signals': { methods: ['POST'], answer: answerSignalsImport },
  '/local/trades': { methods: ['POST'], answer: answerTradesImport },
  '/local/studies': { methods: ['POST'], answer: answerKeptStudy },
  '/local/studies/cancel': { methods: ['POST'], answer: answerCancelledStudy },
};

/** The name of the route of a request, for metrics: a path of ours, or `other`. */
export function routeOf({ url }: IncomingMessage): string {
  const path = pathOf(url);
  if (isFeederPath(path)) return FEEDER_ROUTE;
  return Object.hasOwn(ROUTES, path) ? path : 'other';
}

/** Answers one request at the gateway. Resolves always. */
export function answer(exchange: Exchange<Front>): Promise<void> {
  return answered(exchange, (one) => {
    const path = pathOf(one.request.url);
    return isFeederPath(path) ? answerFeeder({ ...one, path }) : walkTo(one, ROUTES);
  });
}

async function answerGraphQL({ request, response, front }: Exchange<Front>): Promise<void> {
  if (front.graphiql.wantedBy(request)) return front.graphiql.answer(request, response);
  const caller = front.keys.identify(request.headers.authorization);
  if (caller === undefined) return refuse(response, UNAUTHENTICATED);
  if (request.method !== 'POST') return front.graphql.answer({ request, response, caller });
  if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return refuse(response, NOT_JSON);
  const body = await readBody(request, GRAPHQL_BODY);
  if (body === undefined) return refuse(response, tooLarge(GRAPHQL_BODY));
  if (body.length === 0) return refuse(response, NO_BODY);
  await front.graphql.answer({ request, response, caller, body });
}

async function answerKeptStudy({ request, response, front }: Exchange<Front>): Promise<void> {
  const body = await readBody(request, STUDY_BODY);
  if (body === undefined) return refuse(response, tooLarge(STUDY_BODY));
  const kept = readKeptStudy(body);
  await front.studies.keep(kept);
  sendJson(response, 200, { id: kept.study.id });
}

async function answerCancelledStudy({ request, response, front }: Exchange<Front>): Promise<void> {
  const body = await readBody(request, CANCEL_BODY);
  if (body === undefined) return refuse(response, tooLarge(CANCEL_BODY));
  const { id, state } = await front.studies.cancel(readStudyId(body));
  sendJson(response, 200, { id, state });
}

const NOT_JSON: Refusal = {
  status: 415,
  code: 'BAD_USER_INPUT',
  message: 'the body is not declared as JSON',
  field: 'content-type',
  allowed: 'application/json',
};
const NO_BODY: Refusal = {
  status: 400,
  code: 'BAD_USER_INPUT',
  message: 'the body is empty',
  field: 'body',
  allowed: '{"query": "...", "variables": {...}}',
};
