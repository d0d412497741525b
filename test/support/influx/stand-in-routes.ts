// What the stand-in answers on each path, to the letter of a real InfluxDB 2.9.1.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { annotatedCsv } from './annotated-csv.ts';
import { runFlux } from './flux-evaluator.ts';
import { FluxRefusal } from './flux-tree.ts';
import { parseLines } from './line-parser.ts';
import { ERROR_TABLE, type Misbehaviour, type Mischief, sendBody, sendError } from './misbehaviour.ts';
import { BucketPoints } from './point-store.ts';
import type { TokenRights } from './stand-in.ts';

export interface StandInCounts {
  queries: number;
  writes: number;
  /** Lines in writes that were answered 204. */
  lines: number;
  writeBytes: number;
  answerBytes: number;
  requests: number;
  /** Requests whose connection the client broke off. */
  aborted: number;
  /** Requests under way now, and the most there ever were. */
  open: number;
  mostOpen: number;
}

export interface Hub {
  readonly org: string;
  rightsOf(token: string): TokenRights | undefined;
  readonly buckets: Map<string, BucketPoints>;
  readonly troubles: Mischief;
  readonly queries: string[];
  readonly counts: StandInCounts;
  /** Told of every write that changed something, before it is answered. */
  kept(bucket: string, text: string): void;
  nowNs(): bigint;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly hub: Hub;
  readonly rights: TokenRights;
  readonly body: string;
  readonly trouble: Misbehaviour | undefined;
}

export async function answerRequest(request: IncomingMessage, response: ServerResponse, hub: Hub): Promise<unknown> {
  const { counts } = hub;
  counts.requests += 1;
  counts.open += 1;
  counts.mostOpen = Math.max(counts.mostOpen, counts.open);
  response.once('close', () => {
    counts.open -= 1;
    if (!response.writableFinished) counts.aborted += 1;
  });
  response.on('error', () => undefined);
  response.setHeader('x-influxdb-build', 'OSS').setHeader('x-influxdb-version', 'v2.9.1');
  const url = new URL(request.url ?? '/', 'http://hub');
  const kind = url.pathname === '/api/v2/write' ? 'write' : url.pathname === '/api/v2/query' ? 'query' : 'other';
  const trouble = hub.troubles.next(kind);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    if (kind === 'query') counts.queries += 1;
    if (kind === 'write') counts.writes += 1;
    if (trouble?.kind === 'hang') return;
    if (trouble?.kind === 'reset') return void response.destroy();
    if (trouble?.kind === 'delay')
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, trouble.delayMs ?? 100)),
        once(response, 'close'),
      ]);
    if (trouble?.kind === 'status')
      return sendError(
        response,
        trouble.status ?? 503,
        trouble.message ?? 'the stand-in misbehaves',
        trouble.retryAfter,
      );
    if (url.pathname === '/ping') return void response.writeHead(204).end();
    if (url.pathname === '/health') return sendJson(response, 200, { name: 'influxdb', status: 'pass' });
    const rights = hub.rightsOf((request.headers.authorization ?? '').replace(/^(Token|Bearer) /, ''));
    if (rights === undefined) return sendError(response, 401, 'unauthorized access');
    const asked: Asked = { request, response, url, hub, rights, body, trouble };
    if (kind === 'write') return answerWrite(asked);
    if (kind === 'query') return answerQuery(asked);
    if (url.pathname === '/api/v2/orgs') return answerOrgs(asked);
    if (url.pathname === '/api/v2/buckets') return request.method === 'POST' ? makeBucket(asked) : answerBuckets(asked);
    sendError(response, 404, 'path not found');
  } catch {
    if (!response.headersSent && !response.destroyed)
      sendError(response, 500, 'An internal error has occurred - check server logs');
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

const allows = (rights: TokenRights['read'], bucket: string) => rights === 'all' || rights.includes(bucket);

function isOurOrg({ url, hub, response }: Asked): boolean {
  const org = url.searchParams.get('org');
  if (org === null && /write|query/.test(url.pathname)) {
    sendError(response, 400, 'Please provide either orgID or org');
    return false;
  }
  if (org === null || org === hub.org) return true;
  sendError(response, 404, `organization name "${org}" not found`);
  return false;
}

function answerWrite(asked: Asked): unknown {
  const { url, hub, rights, response, body, trouble } = asked;
  hub.counts.writeBytes += body.length;
  if (!isOurOrg(asked)) return;
  const name = url.searchParams.get('bucket') ?? '';
  if (name === '') return sendError(response, 404, 'bucket not found');
  const bucket = hub.buckets.get(name);
  if (bucket === undefined) return sendError(response, 404, `bucket "${name}" not found`);
  if (!allows(rights.write, name)) return sendError(response, 403, 'insufficient permissions for write');
  if (url.searchParams.get('precision') !== 'ns')
    return sendError(response, 400, 'invalid precision; valid precision units are ns, us, ms, and s');
  if (trouble?.kind === 'lose') return void response.writeHead(204).end();
  const parsed = parseLines(body);
  if ('message' in parsed) return sendError(response, 400, parsed.message);
  const dropped = bucket.write(parsed.points, hub.nowNs());
  hub.kept(name, body);
  if (trouble?.kind === 'lostAnswer') return void response.destroy();
  if (dropped !== undefined) return sendError(response, 422, dropped);
  hub.counts.lines += parsed.points.length;
  response.writeHead(204).end();
}

function answerQuery(asked: Asked): unknown {
  const { hub, rights, request, response, body, trouble } = asked;
  if (!isOurOrg(asked)) return;
  const { query } = JSON.parse(body) as { readonly query: string };
  hub.queries.push(query);
  let csv: string;
  try {
    const results = runFlux(
      query,
      (name) => {
        const found = allows(rights.read, name) ? hub.buckets.get(name) : undefined;
        if (found === undefined)
          throw new FluxRefusal(`failed to initialize execute state: could not find bucket "${name}"`, 404);
        return found;
      },
      hub.nowNs(),
    );
    csv = annotatedCsv(results);
  } catch (error) {
    if (error instanceof FluxRefusal) return sendError(response, error.status, error.message);
    throw error;
  }
  if (trouble?.kind === 'lostAnswer') return void response.destroy();
  const text = Buffer.from(trouble?.kind === 'errorTable' ? csv + ERROR_TABLE : csv);
  hub.counts.answerBytes += text.length;
  const packed = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  response.writeHead(200, {
    'content-type': 'text/csv; charset=utf-8',
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
  });
  sendBody(response, packed ? gzipSync(text) : text, trouble);
}

const ORG_ID = '0f1e2d3c4b5a6978';

function answerOrgs(asked: Asked): void {
  const { hub, rights, response } = asked;
  if (!isOurOrg(asked)) return;
  const isSeen = rights.org ?? rights.create === true;
  sendJson(response, 200, { orgs: isSeen ? [{ id: ORG_ID, name: hub.org }] : [] });
}

const described = (name: string, bucket: BucketPoints) => ({
  id: Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16),
  orgID: ORG_ID,
  type: 'user',
  name,
  retentionRules: [{ type: 'expire', everySeconds: bucket.retentionS, shardGroupDurationSeconds: bucket.shardSeconds }],
});

function answerBuckets(asked: Asked): unknown {
  const { hub, rights, url, response } = asked;
  if (!isOurOrg(asked)) return;
  const name = url.searchParams.get('name');
  const all = [...hub.buckets].filter(([own]) => name === null || own === name);
  if (name !== null && all.length === 0) return sendError(response, 404, `bucket "${name}" not found`);
  const offset = Number(url.searchParams.get('offset') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? 20);
  // A page is cut first, and what the token may not see is left out of it then.
  const seen = all.slice(offset, offset + limit).filter(([own]) => allows(rights.read, own));
  sendJson(response, 200, { buckets: seen.map(([own, bucket]) => described(own, bucket)) });
}

function makeBucket({ hub, rights, body, response }: Asked): unknown {
  const wanted = JSON.parse(body) as {
    readonly orgID: string;
    readonly name: string;
    readonly retentionRules?: readonly { readonly everySeconds: number }[];
  };
  if (rights.create !== true) return sendError(response, 401, 'write:orgs/0f1e2d3c4b5a6978/buckets is unauthorized');
  if (wanted.orgID !== ORG_ID) return sendError(response, 404, 'organization not found');
  if (hub.buckets.has(wanted.name)) return sendError(response, 422, `bucket with name ${wanted.name} already exists`);
  const everySeconds = wanted.retentionRules?.[0]?.everySeconds ?? 0;
  if (everySeconds !== 0 && everySeconds < 3_600)
    return sendError(response, 500, 'retention policy duration must be at least 1h0m0s');
  const made = new BucketPoints(everySeconds);
  hub.buckets.set(wanted.name, made);
  sendJson(response, 201, described(wanted.name, made));
}
