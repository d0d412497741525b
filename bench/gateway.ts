// What a question costs over real sockets: exitParams of the real service beside a bare node:http server that answers as many constant bytes,
// both asked by the same 64 keep-alive connections from this process, in turns: `node bench/gateway.ts`. Exits with 1 when the ratio is below 0.14.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processorMs, residentMb, start } from './support/child.ts';
import { type Asked, ask, line, median, requestOf } from './support/load.ts';

const CONNECTIONS = 64;
const ROUNDS = 3;
const ROUND_MS = 4_000;
const LEAST_RATIO = 0.14;
const REST_MS = 10_000;
const FIGURES = ['perSecond', 'p50Ms', 'p99Ms', 'processorUs'] as const;

const QUERY = `query ExitParams($pair: String!, $leverage: Float!, $side: Side) {
  exitParams(pair: $pair, leverage: $leverage, side: $side) {
    pair leverage side source account { stopLossPct takeProfitPct } riskCapped reason asOf ageSeconds stale revision
  }
}`;
const RECORD = 'mutation ($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }';

if (process.argv[2] === 'bare') await serveConstantBytes(Number(process.argv[3]));
else await compare();

/** The floor: everything Node does for a request and an answer, and nothing else. */
async function serveConstantBytes(length: number): Promise<void> {
  const body = Buffer.alloc(length, 'x');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response
        .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': length })
        .end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address !== null && typeof address === 'object')
    process.stdout.write(`ready on http://127.0.0.1:${address.port}\n`);
}

async function compare(): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const main = new URL('../src/main.ts', import.meta.url).pathname;
  const gateway = await start(opened, [main, 'start'], {
    env: { PARAMGATE_PORT: '0', PARAMGATE_DATA: folder, PARAMGATE_LOG_LEVEL: 'warn' },
  });
  await recordTrades(gateway.url);
  await wait(2_000);
  const idle = await residentMb(gateway.pid);
  const request = requestOf(JSON.stringify({ query: QUERY, variables: { pair: 'BTC/USDT', leverage: 3 } }));
  const bytes = Buffer.byteLength(await post(gateway.url, QUERY, { pair: 'BTC/USDT', leverage: 3 }));
  const bare = await start(opened, [new URL(import.meta.url).pathname, 'bare', String(bytes)]);

  const load = { question: () => request, ms: ROUND_MS };
  const measure = async (server: { url: URL; pid: number }, connections = CONNECTIONS): Promise<Measured> => {
    const beforeMs = await processorMs(server.pid);
    const measured = await ask(server.url, { ...load, connections });
    const spentMs = (await processorMs(server.pid)) - beforeMs;
    return { ...measured, processorUs: (spentMs * 1_000) / measured.answers };
  };
  await Promise.all([measure(gateway), measure(bare)]);
  const rounds: { bare: Measured; gateway: Measured }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ bare: await measure(bare), gateway: await measure(gateway) });
  }
  const alone = await measure(gateway, 1);
  const busy = await residentMb(gateway.pid);
  await wait(REST_MS);
  const rested = await residentMb(gateway.pid);

  const of = (which: 'bare' | 'gateway', figure: keyof Measured) => median(rounds.map((round) => round[which][figure]));
  const ratio = median(rounds.map((round) => round.gateway.perSecond / round.bare.perSecond));
  const processorRatio = median(rounds.map((round) => round.bare.processorUs / round.gateway.processorUs));
  process.stdout.write(
    [
      `exitParams, ${CONNECTIONS} connections, answers of ${bytes} bytes, medians of ${ROUNDS} rounds`,
      `${' '.repeat(34)}  answers/s     p50 ms     p99 ms     CPU us`,
      line(
        'bare node:http',
        FIGURES.map((figure) => of('bare', figure)),
      ),
      line(
        'gateway',
        FIGURES.map((figure) => of('gateway', figure)),
      ),
      line(
        'gateway, one caller',
        FIGURES.map((figure) => alone[figure]),
      ),
      line('ratio of answers/s', [ratio]),
      line('ratio of CPU', [processorRatio]),
      `resident MB: idle ${idle}, after the load ${busy}, ${REST_MS / 1000} s later ${rested}`,
      '',
    ].join('\n'),
  );
  // On a machine with other work the processor time is the fairer of the two.
  if (Math.max(ratio, processorRatio) < LEAST_RATIO) {
    process.stderr.write(`the ratio is below ${LEAST_RATIO}\n`);
    process.exitCode = 1;
  }
}

async function post(url: URL, query: string, variables: unknown): Promise<string> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`the gateway answered ${response.status}: ${text}`);
  return text;
}

/** Trades enough that the answer comes from a leverage bin, as in a fleet. */
async function recordTrades(url: URL): Promise<void> {
  const closedAt = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const trades = Array.from({ length: 1_000 }, (_, index) => ({
    bot: 'BOT3',
    tradeId: String(index),
    pair: 'BTC/USDT',
    side: 'LONG',
    leverage: 3,
    profitPct: index % 3 === 0 ? -1.46 : 0.88,
    stopLossPct: -1.48,
    takeProfitPct: 1,
    openedAt: closedAt(index + 5),
    closedAt: closedAt(index + 1),
  }));
  await post(url, RECORD, { trades });
}

interface Measured extends Asked {
  /** Processor time of the server per answer, all its threads. */
  readonly processorUs: number;
}
