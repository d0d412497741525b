// What a study costs those who are served: exitParams at a fixed 200 requests a second of the real service, first while nothing else happens, then while a
// study runs on each of its study threads, in turns: `node bench/study-beside-serving.ts`. Exits with 1 when the p99 is more than 3 times that of idle.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { randomMarket } from '../test/support/random-market.ts';
import { start } from './support/child.ts';
import { median } from './support/load.ts';

const PER_SECOND = 200;
const SPAN_MS = 8_000;
const ROUNDS = 5;
const MOST_RATIO = 3;
const EXIT = '{ exitParams(pair: "BTC/USDT", leverage: 3) { source account { stopLossPct takeProfitPct } } }';

await using opened = new AsyncDisposableStack();
const folder = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
opened.defer(() => rm(folder, { recursive: true, force: true }));
const { openTimeMs, open, high, low, close, volume } = randomMarket({ seed: 1, count: 20_000, timeframe: '5m' });
const rows = Array.from(openTimeMs, (timeMs, at) => [timeMs, open[at], high[at], low[at], close[at], volume[at]]);
await writeFile(join(folder, 'BTC_USDT-5m.json'), JSON.stringify(rows));
const threads = Math.max(1, availableParallelism() - 1);
const main = new URL('../src/main.ts', import.meta.url).pathname;
const service = await start(opened, [main, 'start'], {
  env: { PARAMGATE_PORT: '0', PARAMGATE_DATA: folder, PARAMGATE_CANDLES: folder, PARAMGATE_LOG_LEVEL: 'warn' },
});
const pool = opened.adopt(new Pool(service.url.origin, { connections: 16 }), (one) => one.close());

async function ask<T>(query: string, variables: object = {}): Promise<T> {
  const { body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await body.json()) as { data?: T; errors?: unknown };
  if (answer.data === undefined || answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

/** p99 of the answers in ms, each from when it was due: whoever is late in asking waits as well. */
async function p99Ms(): Promise<number> {
  const latencies: number[] = [];
  const asked: Promise<void>[] = [];
  const startedMs = performance.now();
  for (let sent = 0; sent < (PER_SECOND * SPAN_MS) / 1_000; ) {
    const dueMs = startedMs + (sent * 1_000) / PER_SECOND;
    if (performance.now() < dueMs) {
      await wait(1);
      continue;
    }
    asked.push(
      ask(EXIT).then(() => {
        latencies.push(performance.now() - dueMs);
      }),
    );
    sent += 1;
  }
  await Promise.all(asked);
  return latencies.sort((one, other) => one - other)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
}

/** Has every study thread run a study, for as long as `work` takes. */
async function besideStudies<T>(work: () => Promise<T>): Promise<T> {
  const ids: string[] = [];
  for (let thread = 0; thread < threads; thread += 1) {
    const input = { pair: 'BTC/USDT', fills: 'FREQTRADE', objective: 'CALMAR', seed: thread };
    const query = 'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id } }';
    ids.push((await ask<{ startSearch: { id: string } }>(query, { input })).startSearch.id);
  }
  const states = async () => {
    const found = await Promise.all(
      ids.map((id) => ask<{ study: { state: string } }>('query ($id: ID!) { study(id: $id) { state } }', { id })),
    );
    return found.map(({ study }) => study.state);
  };
  while (!(await states()).every((state) => state === 'RUNNING')) await wait(50);
  await wait(1_000);
  const done = await work();
  if (!(await states()).every((state) => state === 'RUNNING'))
    throw new Error('a study ended before the measurement did');
  for (const id of ids) await ask('mutation ($id: ID!) { cancelSearch(id: $id) { id } }', { id });
  while (!(await states()).every((state) => state === 'CANCELLED')) await wait(50);
  return done;
}

await p99Ms();
const rounds: { readonly idle: number; readonly beside: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.push({ idle: await p99Ms(), beside: await besideStudies(p99Ms) });
  const { idle, beside } = rounds.at(-1) ?? { idle: Number.NaN, beside: Number.NaN };
  process.stdout.write(`p99 idle ${idle.toFixed(2)} ms, beside ${threads} studies ${beside.toFixed(2)} ms\n`);
}
const ratio = median(rounds.map(({ idle, beside }) => beside / idle));
process.stdout.write(`${PER_SECOND} requests a second: p99 beside studies is ${ratio.toFixed(2)} times that of idle\n`);
if (ratio > MOST_RATIO) process.exitCode = 1;
