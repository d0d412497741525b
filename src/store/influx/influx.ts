// One InfluxDB 2: questions answered row by row, lines written with a classified answer. The official client's transport does HTTP; the loop around
// it is ours, so that nothing hangs, nothing is retried behind anybody's back, and an error after HTTP 200 is an error (docs/decisions says why).
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { HttpError, InfluxDB, setLogger } from '@influxdata/influxdb-client';
import { fluxReader } from './flux-csv.ts';
import type { FluxRow } from './flux-row.ts';
import { failureOfStatus, InfluxFailure } from './influx-failure.ts';
import { type WriteAnswer, writeAnswerOf } from './write-answer.ts';

/** Where the hub is and who we are there. */
export interface InfluxOptions {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  /** The most connections for questions, and as many again for writes. */
  readonly sockets?: number;
  /** The longest that one answer may take, whatever the caller's patience. */
  readonly deadlineMs?: number;
  /** Whether answers come compressed. */
  readonly gzip?: boolean;
}

/** What an answer cost: rows read, and bytes of text after unpacking. */
export interface QueryCost {
  readonly rows: number;
  readonly bytes: number;
}

export interface Influx {
  /**
   * Runs `flux` and hands over each row as it arrives; the row is only valid inside the call. Resolves when the answer is complete. Rejects with an
   * InfluxFailure, or with what `onRow` threw; its connection is then destroyed, which ends the query at the hub.
   */
  query(flux: string, onRow: (row: FluxRow) => void, signal: AbortSignal): Promise<QueryCost>;
  /** As `query`, but hands over the answer's bytes as they come, unpacked and unread: for who reads a million rows. Resolves to how many there were. */
  stream(flux: string, onPiece: (piece: Uint8Array) => void, signal: AbortSignal): Promise<number>;
  /** Writes `lines` (nanosecond timestamps) in one request. Resolves for every answer of the hub; rejects with an InfluxFailure when there was none. */
  write(bucket: string, lines: readonly string[], signal: AbortSignal): Promise<WriteAnswer>;
  /** One request of the hub's other API; resolves to the answer's JSON, undefined without any. Rejects with an InfluxFailure. */
  ask(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** Drops every connection; what is under way rejects. */
  close(): void;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** With its query string, e.g. `/api/v2/orgs?org=fleet`. */
  readonly path: string;
  readonly body?: unknown;
}

const SOCKETS = 4;
const DEADLINE_MS = 600_000;
const CSV = {
  header: true,
  delimiter: ',',
  quoteChar: '"',
  commentPrefix: '#',
  annotations: ['datatype', 'group', 'default'],
};

/** A hub at `options.url`; connects when it is first asked. */
export function openInflux(options: InfluxOptions): Influx {
  const { url, token, org, deadlineMs = DEADLINE_MS, gzip = true } = options;
  // The client writes to the console by itself; whoever asked hears of every failure from us.
  setLogger({ error: () => undefined, warn: () => undefined });
  const agents = [agentFor(url, options.sockets), agentFor(url, options.sockets)] as const;
  const [reads, writes] = agents.map(
    (agent) => new InfluxDB({ url, token, timeout: 0, transportOptions: { agent } }).transport,
  ) as [InfluxDB['transport'], InfluxDB['transport']];
  const inOrg = `org=${encodeURIComponent(org)}`;
  const patience = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const failure = (error: unknown, signal: AbortSignal) => withoutToken(failureOf(error, signal), token);

  const stream = async (flux: string, onPiece: (piece: Uint8Array) => void, signal: AbortSignal): Promise<number> => {
    const until = patience(signal);
    const encoding = gzip ? 'gzip' : 'identity';
    const headers = { 'content-type': 'application/json; charset=utf-8', 'accept-encoding': encoding };
    const sending = { method: 'POST', headers, signal: until };
    const body = JSON.stringify({ query: flux, type: 'flux', dialect: CSV });
    let isOurs = false;
    let bytes = 0;
    try {
      until.throwIfAborted();
      for await (const piece of reads.iterate(`/api/v2/query?${inOrg}`, body, sending)) {
        bytes += piece.length;
        isOurs = true;
        onPiece(piece);
        isOurs = false;
      }
      return bytes;
    } catch (error) {
      if (isOurs && !(error instanceof InfluxFailure)) throw error;
      throw failure(error, until);
    }
  };

  return {
    query: async (flux, onRow, signal) => {
      const reader = fluxReader(onRow);
      const decoder = new StringDecoder('utf8');
      const bytes = await stream(flux, (piece) => reader.take(decoder.write(piece)), signal);
      reader.take(decoder.end());
      reader.end();
      return { rows: reader.rows, bytes };
    },
    stream,
    write: async (bucket, lines, signal) => {
      const until = patience(signal);
      let status: number | undefined;
      const path = `/api/v2/write?${inOrg}&bucket=${encodeURIComponent(bucket)}&precision=ns`;
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      const sending = { method: 'POST', headers, gzipThreshold: 1_000, signal: until };
      try {
        until.throwIfAborted();
        await writes.request(path, lines.join('\n'), sending, (_, code) => {
          status = code;
        });
        return writeAnswerOf(status ?? 0, '', undefined);
      } catch (error) {
        if (error instanceof HttpError) {
          const retryAfter = error.headers?.['retry-after'];
          return writeAnswerOf(error.statusCode, wordsOf(error).replaceAll(token, '***'), String(retryAfter ?? ''));
        }
        throw failure(error, until);
      }
    },
    ask: async ({ method, path, body }, signal) => {
      const until = patience(signal);
      try {
        until.throwIfAborted();
        const sending = { method, headers: { accept: 'application/json' }, signal: until };
        return await writes.request(path, body === undefined ? '' : JSON.stringify(body), sending);
      } catch (error) {
        throw failure(error, until);
      }
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

function agentFor(url: string, maxSockets = SOCKETS): Agent {
  const kept = { keepAlive: true, maxSockets, maxFreeSockets: 2 };
  return url.startsWith('https:') ? new TlsAgent(kept) : new Agent(kept);
}

function failureOf(error: unknown, signal: AbortSignal): InfluxFailure {
  if (error instanceof InfluxFailure) return error;
  if (error instanceof HttpError) return failureOfStatus(error.statusCode, wordsOf(error));
  if (signal.aborted) return new InfluxFailure('timeout', 'the hub was given up before it had answered');
  if (error instanceof SyntaxError) return new InfluxFailure('broken', "not an InfluxDB's answer (not JSON)");
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new InfluxFailure('unreachable', `the hub cannot be reached, or its answer broke off (${code})`);
}

/** The hub's own words, without its envelope. */
function wordsOf(error: HttpError): string {
  const json: unknown = error.json;
  const said =
    typeof json === 'object' && json !== null && 'message' in json ? String(json.message) : (error.body ?? '');
  return said.slice(0, 4_000);
}

function withoutToken(failure: InfluxFailure, token: string): InfluxFailure {
  if (!failure.message.includes(token)) return failure;
  return new InfluxFailure(failure.kind, failure.message.replaceAll(token, '***'), failure.status);
}
