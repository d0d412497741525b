// DOOR of http: the front of the service on one port, and the small front of a separate worker.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { Doors, StudyDefaults } from '#graphql/schema.ts';
import type { FeederIntake } from '#intake/intake.ts';
import { openGraphiQL } from './graphiql.ts';
import { openGraphQLEndpoint } from './graphql-endpoint.ts';
import { answerHealth, type HealthFront, type Readiness } from './health-routes.ts';
import { type Key, openKeys } from './keys.ts';
import { type Address, type Listening, openListening } from './listening.ts';
import type { LocalImports } from './local-imports.ts';
import type { LocalOutbox } from './local-outbox.ts';
import { type Figure, type FigureByName, type Metrics, openMetrics } from './metrics.ts';
import { answer, type Front, routeOf } from './routes.ts';

export type { Readiness } from './health-routes.ts';
export type { Figure, FigureByName } from './metrics.ts';

/** What both fronts are made of. */
export interface HealthOptions extends Address {
  /** Empty: every caller is an operator, and only loopback host names are served. */
  readonly keys: readonly Key[];
  /** Kept in the data folder, readable by its owner only: commands on this host present it. */
  readonly localToken: string;
  readonly readiness: () => Readiness | Promise<Readiness>;
  /** Figures for `/metrics` that only the app can tell. */
  readonly figures: readonly (Figure | FigureByName)[];
  readonly clock: Clock;
  readonly log: Log;
}

export interface ServerOptions extends HealthOptions {
  readonly doors: Doors;
  /** Absent: there is no outbox. */
  readonly outbox?: LocalOutbox;
  /** Absent: commands import nothing through here. */
  readonly imports?: LocalImports;
  /** Answers everything under /api/v1. */
  readonly feeders: FeederIntake;
  readonly studyDefaults: StudyDefaults;
}

/** A front: its address (`http://127.0.0.1:4000`, without a path), and its end. */
export type Server = Pick<Listening, 'url' | 'drain' | 'close'>;

/** Opens the front; resolves when the port is bound, rejects when it cannot be. */
export function openServer(options: ServerOptions): Promise<Server> {
  let streams = () => 0;
  const subscriptions = { name: 'subscriptions_open', help: 'Subscriptions open now.', read: () => streams() };
  return opened({ ...options, figures: [...options.figures, subscriptions] }, (shared) => {
    const graphql = openGraphQLEndpoint({ ...options, onError: shared.metrics.graphqlError });
    const { feeders, outbox = NO_OUTBOX, imports = NO_IMPORTS } = options;
    streams = graphql.streams;
    const front: Front = {
      ...shared,
      graphql,
      graphiql: openGraphiQL(),
      feeders,
      outbox,
      imports,
      studies: options.doors.studies,
    };
    return {
      route: routeOf,
      answer: (request, response) => answer({ request, response, front }),
      drain: () => graphql.endStreams(),
    };
  });
}

const NO_OUTBOX: LocalOutbox = {
  status: async () => [],
  ask: async () => {
    throw new Fault('UNUSABLE_INPUT', 'there is no outbox here');
  },
};

const noImports = async () => {
  throw new Fault('UNUSABLE_INPUT', 'nothing can be imported here');
};
const NO_IMPORTS: LocalImports = { trades: noImports, signals: noImports, candles: noImports };

/** Opens the front of a separate worker: `/healthz`, `/readyz` and `/metrics`, and nothing else. */
export function openHealthServer(options: HealthOptions): Promise<Server> {
  return opened(options, (front) => ({
    route: routeOf,
    answer: (request, response) => answerHealth({ request, response, front }),
    drain: () => undefined,
  }));
}

/** What a front does with requests. */
interface Behaviour {
  readonly route: (request: IncomingMessage) => string;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Ends what would never end by itself. */
  readonly drain: () => void;
}

async function opened(options: HealthOptions, behave: (front: HealthFront) => Behaviour): Promise<Server> {
  const { clock, log, figures } = options;
  const metrics: Metrics = openMetrics(clock, figures);
  const stopping: Readiness = { ready: false, details: { reason: 'the service is stopping' } };
  try {
    const behaviour = behave({
      keys: openKeys(options.keys, options.localToken),
      metrics,
      readiness: () => (listening.isEnding() ? stopping : options.readiness()),
      log,
    });
    const listening = await openListening(options, (request, response) => {
      const startedMs = clock.now().monotonicMs;
      const route = behaviour.route(request);
      response.once('close', () => metrics.request(route, response.statusCode, clock.now().monotonicMs - startedMs));
      void behaviour.answer(request, response);
    });
    return {
      url: listening.url,
      drain: (signal) => {
        const drained = listening.drain(signal);
        behaviour.drain();
        return drained;
      },
      close: () => {
        metrics.close();
        return listening.close();
      },
    };
  } catch (error) {
    metrics.close();
    throw error;
  }
}
