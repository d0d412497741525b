// A front on a free port whose feeders' intake leads to a real ensemble intake over a journal in memory, and raw sockets to talk to it.
import { connect } from 'node:net';
import { type EnsembleSettings, openIntake } from '#ensemble/ensemble.ts';
import type { Credential } from '#intake/intake.ts';
import { memorySignals } from '../ensemble/journals.ts';
import { SETTINGS } from '../ensemble/samples.ts';
import { openTestFront, type TestFront } from '../http/front.ts';
import { manualClock } from '../support/manual-clock.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';

export const FEEDER: Credential = {
  name: 'feeder',
  role: 'feeder',
  login: { username: 'feeder', password: 'secret-password' },
};

export interface FeederFront extends AsyncDisposable {
  readonly front: TestFront;
  readonly log: RecordingLog;
  readonly signals: ReturnType<typeof memorySignals>;
  /** Sends one request as bytes and reads the answer to the end of the connection. */
  send(request: RawRequest): Promise<RawAnswer>;
}

export interface RawRequest {
  /** `GET /api/v1/ping` */
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case; values as sent. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export async function openFeederFront(
  options: { readonly credentials?: readonly Credential[]; readonly settings?: Partial<EnsembleSettings> } = {},
): Promise<FeederFront> {
  const clock = manualClock();
  const log = recordingLog();
  const signals = memorySignals(clock);
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `s${ids}`;
  };
  const settings = { ...SETTINGS, ...options.settings };
  const intake = openIntake({ signals, settings, newId, clock, log });
  const front = await openTestFront({ keys: options.credentials ?? [FEEDER], intake });
  return {
    front,
    log,
    signals,
    send: (request) => sendRaw(front.url, request),
    [Symbol.asyncDispose]: () => front.server.close(),
  };
}

/** `Authorization: Basic ...` of a text, whatever it holds. */
export function basic(text: string): string {
  return `Authorization: Basic ${Buffer.from(text, 'latin1').toString('base64')}`;
}

export const LOGIN = basic('feeder:secret-password');
export const JSON_TYPE = 'Content-Type: application/json';

/** Writes `bytes` as they are to the server at `url`, and reads until it closes the connection. */
export function exchange(url: string, bytes: Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(parsed(Buffer.concat(received).toString())));
    socket.write(bytes);
  });
}

function sendRaw(url: string, { line, headers = [], body }: RawRequest): Promise<RawAnswer> {
  const bytes = Buffer.from(body ?? '');
  const length = body === undefined ? [] : [`Content-Length: ${bytes.byteLength}`];
  const head = [`${line} HTTP/1.1`, `Host: ${new URL(url).host}`, 'Connection: close', ...headers, ...length];
  return exchange(url, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]));
}

function parsed(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((one) => {
      const colon = one.indexOf(':');
      return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()] as const;
    }),
  );
  return { status: Number(status.split(' ')[1]), headers, body: text.slice(end + 4) };
}
