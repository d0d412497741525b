// The routes that tell how a process is: alive, able to serve, and in figures. Every front has them.
import { type Refusal, refuse, sendJson } from './answer.ts';
import type { Metrics } from './metrics.ts';
import { answered, type Door, type Exchange, type Routes, UNAUTHENTICATED, walkTo } from './route.ts';

/** Whether the service can serve, and what it knows about that. */
export interface Readiness {
  readonly ready: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface HealthFront extends Door {
  readonly metrics: Metrics;
  readonly readiness: () => Readiness | Promise<Readiness>;
}

export const HEALTH_ROUTES = {
  '/healthz': { methods: ['GET', 'HEAD'], answer: async ({ response }) => sendJson(response, 200, { alive: true }) },
  '/readyz': { methods: ['GET', 'HEAD'], answer: answerReadiness },
  '/metrics': { methods: ['GET', 'HEAD'], answer: answerMetrics },
} as const satisfies Routes<HealthFront>;

/** Answers one request at a front that has only these. Resolves always. */
export function answerHealth(exchange: Exchange<HealthFront>): Promise<void> {
  return answered(exchange, (one) => walkTo(one, HEALTH_ROUTES));
}

async function answerReadiness({ response, front }: Exchange<HealthFront>): Promise<void> {
  const { ready, details } = await front.readiness();
  sendJson(response, ready ? 200 : 503, { ready, ...details });
}

async function answerMetrics({ request, response, front }: Exchange<HealthFront>): Promise<void> {
  const caller = front.keys.identify(request.headers.authorization);
  if (caller === undefined) return refuse(response, UNAUTHENTICATED);
  if (caller.role !== 'operator') return refuse(response, OPERATORS_ONLY);
  const text = await front.metrics.text();
  response.writeHead(200, { 'content-type': front.metrics.contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const OPERATORS_ONLY: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  message: 'metrics are for operators',
  allowed: 'a key with the role operator',
};
