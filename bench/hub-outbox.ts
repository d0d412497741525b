// What the outbox costs: lines per second from the journal to a hub while signals go on coming in, beside the very same lines written to it directly in the
// same run; and how long a signal's commit takes meanwhile. Exits with 1 when a goal is missed.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '#domain/log.ts';
import type { NewSignal } from '#domain/signal.ts';
import type { Clock } from '#domain/time.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { type Influx, openInflux } from '#store/influx/influx.ts';
import { openOutboxSide } from '#store/influx/outbox-side.ts';
import { sharedHub } from '#store/influx/shared-hub.ts';
import { outboxFiles } from '#store/sqlite/outbox-files.ts';
import { openWriter, type Writer } from '#store/sqlite/writer.ts';
import { IS_REAL_HUB } from '../test/support/hub-child.ts';
import { start } from './support/child.ts';
import { line, median } from './support/load.ts';

const SIGNALS = 100_000;
const BATCH = 5_000;
const ROUNDS = 3;
/** Signals per second that go on coming in. */
const INGEST = 200;
const GOAL = 50_000;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const clock: Clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
const rules = { names: DEFAULT_HUB_NAMES, bounds: { rows: 1e9, bytes: 1e12, ageMs: 1e12 } };

interface Speed {
  readonly perSecond: number;
  /** Lines per second of this process's processor time, all threads. */
  readonly perCpuSecond: number;
}

await using opened = new AsyncDisposableStack();
const root = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
opened.defer(() => rm(root, { recursive: true, force: true }));
const SINK = new URL('./support/write-sink.ts', import.meta.url).pathname;
const STAND_IN = new URL('./support/stand-in-hub.ts', import.meta.url).pathname;

const newSignal = (at: number): NewSignal => ({
  ...{ id: randomUUID(), credential: 'bench', idempotencyKey: null, windowMs: 60_000, source: '75a', extras: null },
  ...{ pair: `P${at % 200}/USDT:USDT`, side: at % 2 === 0 ? 'LONG' : 'SHORT', confidenceE4: 8_900, leverage: 3 },
  ...{ confidenceDefaulted: false, profitPct: 3.05, safetyPct: 0.39, sentAtMs: null },
  enterTag: 'long from 75a conf=0.89 (DQ: profit=3.05%, safety=0.39%)',
});

async function fill(writer: Writer): Promise<void> {
  for (let at = 0; at < SIGNALS; at += 500)
    await writer.call(
      'appendSignals',
      Array.from({ length: 500 }, (_, index) => newSignal(at + index)),
    );
}

async function measured(lines: number, run: () => Promise<void>): Promise<Speed> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await run();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: lines / seconds, perCpuSecond: (lines * 1e6) / (user + system) };
}

async function directly(influx: Influx, lines: readonly string[]): Promise<Speed> {
  const signal = new AbortController().signal;
  return measured(lines.length, async () => {
    for (let at = 0; at < lines.length; at += BATCH) {
      const answer = await influx.write('ENSEMBLE', lines.slice(at, at + BATCH), signal);
      if (answer.kind !== 'written') throw new Error(`the hub said ${answer.kind}`);
    }
  });
}

async function round(hubWords: readonly string[], folder: string) {
  await using open = new AsyncDisposableStack();
  const hub = await start(open, hubWords);
  const influx = openInflux({ url: hub.url.origin, token: 'stand-in-token', org: 'fleet' });
  open.defer(() => influx.close());
  const writer = await openWriter({ folder, kinds: ['gateway'], sharedTime: null, outbox: rules }, silent);
  open.defer(() => writer.close());
  await fill(writer);
  const files = outboxFiles(folder, rules.names, null);
  const lines = files.readers.gateway.rows(0, SIGNALS).map((row) => row.line);
  const direct = await directly(influx, lines);
  const side = openOutboxSide(folder, sharedHub({ influx, ...rules, clock, chance: Math.random, log: silent }), {
    kinds: ['gateway'],
    writer,
  });
  let going = true;
  const latencies: number[] = [];
  const ingest = (async () => {
    for (let at = 0; going; at += 1) {
      const startedMs = performance.now();
      await writer.call('appendSignals', [newSignal(at)]);
      latencies.push(performance.now() - startedMs);
      await wait(1_000 / INGEST);
    }
  })();
  const outbox = await measured(SIGNALS, async () => {
    while ((files.readers.gateway.state()?.rows ?? 0) > 10) await wait(10);
  });
  going = false;
  await ingest;
  await side.close();
  files.close();
  latencies.sort((a, b) => a - b);
  return { direct, outbox, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN };
}

async function bench(name: string, hubWords: readonly string[]): Promise<Speed> {
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await round(hubWords, join(root, `${name}-${at}`)));
  const of = (pick: (one: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  const perSecond = of(({ outbox }) => outbox.perSecond);
  const perCpuSecond = of(({ outbox }) => outbox.perCpuSecond);
  process.stdout.write(
    `${[
      `${SIGNALS} signals to ${name}, medians of ${ROUNDS} rounds; ${INGEST} more a second come in meanwhile`,
      `${' '.repeat(34)}    lines/s  lines/CPU s`,
      line('written directly', [of(({ direct }) => direct.perSecond), of(({ direct }) => direct.perCpuSecond)]),
      line('from the journal', [perSecond, perCpuSecond]),
      line('ratio', [
        of(({ direct, outbox }) => outbox.perSecond / direct.perSecond),
        of(({ direct, outbox }) => outbox.perCpuSecond / direct.perCpuSecond),
      ]),
      line('p99 ms of a commit meanwhile', [of(({ p99Ms }) => p99Ms)]),
    ].join('\n')}\n`,
  );
  return { perSecond, perCpuSecond };
}

const { perSecond, perCpuSecond } = await bench('a hub that keeps nothing', [SINK]);
await bench(IS_REAL_HUB ? 'a real InfluxDB' : 'the stand-in', [STAND_IN]);
// On a machine with other work the processor time is the fairer of the two: it is what one core would do.
if (Math.max(perSecond, perCpuSecond) < GOAL) {
  process.stderr.write(`missed: ${perSecond.toFixed(0)} lines/s from the journal, goal ${GOAL}\n`);
  process.exitCode = 1;
}
