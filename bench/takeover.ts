// What a worker's start costs when the journal is long: `node bench/takeover.ts`. From opening the store to the step after which the open windows are known
// again, with 1,000 and with 50,000 signals decided before. Exits with 1 when the long one takes more than a second.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { systemClock } from '#app/clock.ts';
import { newId } from '#app/identity.ts';
import type { Log } from '#domain/log.ts';
import type { NewSignal } from '#domain/signal.ts';
import { openAggregator } from '#ensemble/ensemble.ts';
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';

const FEW = 1_000;
const MANY = 50_000;
const MOST_MS = 1_000;
const BATCH = 1_000;
const OPEN_MS = 3_600_000;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const settings = {
  intake: true,
  windowSeconds: 60,
  minAgreements: 1,
  minConfidence: 0.7,
  expectedFeeders: 5,
  tagId: false,
  overrides: [],
};

const few = await started(FEW);
const many = await started(MANY);
const line = (count: number, ms: number) =>
  `${String(count).padStart(8)} signals decided before: ${ms.toFixed(0)} ms\n`;
process.stdout.write(`a worker's start until it knows what is open\n${line(FEW, few)}${line(MANY, many)}`);
process.exitCode = many <= MOST_MS ? 0 : 1;

/** Milliseconds from opening the worker's store to its open window being known, after `count` signals were decided. */
async function started(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-bench-'));
  try {
    await fill(folder, count);
    const startedMs = performance.now();
    await using store = await openWorkerStore({ folder, log: silent, hubWrites: hubWrites() });
    const aggregator = openAggregator({ ...store, settings, bots: [], log: silent });
    while ((await aggregator.tick(systemClock.now())).open === 0);
    return performance.now() - startedMs;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `count` signals in windows that are over and decided, and one in a window that is open. */
async function fill(folder: string, count: number): Promise<void> {
  const options = { folder, log: silent, hubWrites: hubWrites() };
  await using gateway = await openGatewayStore(options);
  await using worker = await openWorkerStore(options);
  const aggregator = openAggregator({ ...worker, settings, bots: [], log: silent });
  for (let at = 0; at < count; at += BATCH) {
    await gateway.signals.append(Array.from({ length: BATCH }, (_, index) => signal(`A${index}/USDT`, 1)));
    const { wallMs, monotonicMs } = systemClock.now();
    // As if a second had passed: the windows of the batch are over.
    await aggregator.tick({ wallMs: wallMs + 1_000, monotonicMs: monotonicMs + 1_000 });
    await aggregator.tick({ wallMs: wallMs + 2_000, monotonicMs: monotonicMs + 2_000 });
  }
  await gateway.signals.append([signal('OPEN/USDT', OPEN_MS)]);
}

function signal(pair: string, windowMs: number): NewSignal {
  return {
    id: newId(),
    credential: 'bench',
    idempotencyKey: null,
    windowMs,
    pair,
    side: 'LONG',
    source: '75a',
    confidenceE4: 6_000,
    confidenceDefaulted: false,
    leverage: null,
    enterTag: null,
    profitPct: null,
    safetyPct: null,
    sentAtMs: null,
    extras: null,
  };
}
