// The worker: takes the data folder's worker lock, opens its store and rooms, and ticks. Only the holder of the lock decides or delivers.
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openAggregator } from '#ensemble/ensemble.ts';
import { openFleet } from '#fleet/fleet.ts';
import { openStudyRunner } from '#search/search.ts';
import { openWorkerStore } from '#store/open.ts';
import type { Outbox } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { type Surroundings, waitForLock } from './gateway.ts';
import { openHeart } from './heartbeat.ts';
import { openHoldBack } from './hold-back.ts';
import { newId } from './identity.ts';
import { type JournalHealth, openJournalHealth } from './journal-health.ts';
import { startRetention } from './retention.ts';
import { NO_PLAN } from './search-plan.ts';
import { openSearchSchedule } from './search-schedule.ts';
import { studyThreads } from './study-threads.ts';
import { startWorkerLoop, type WorkerLoop } from './worker-loop.ts';

/** A ticking worker. */
export interface Worker extends AsyncDisposable {
  /** Rejects when the worker met a broken invariant. */
  readonly ended: Promise<void>;
  readonly lastTickMs: WorkerLoop['lastTickMs'];
  readonly outbox: Outbox | null;
  readonly journal: Pick<JournalHealth, 'troubles'>;
  /** What keeps it from deciding and delivering, in sentences; empty when nothing does. */
  problems(): readonly string[];
  /** Ends the ticks and waits for the attempts under way until `signal` aborts. A running study is left to the next start. */
  drain(signal: AbortSignal): Promise<void>;
}

/** A random fraction, 0 <= x < 1, that spreads retries. */
const random = () => randomInt(2 ** 32) / 2 ** 32;

/**
 * Opens the worker once it holds the lock of the data folder; undefined when asked to stop before. A second worker takes over after the first one's death,
 * never because of its silence. Rejects with a Fault when the folder cannot be used.
 */
export async function openWorker(surroundings: Surroundings): Promise<Worker | undefined> {
  const { config, clock, log, hubWrites, hub } = surroundings;
  await using opening = new AsyncDisposableStack();
  const lock = await waitForLock(surroundings, 'worker');
  if (lock === undefined) return undefined;
  opening.use(lock);
  mark('worker.lock', { held: true });
  opening.defer(() => mark('worker.lock', { held: false }));
  if (config.candles !== undefined && !existsSync(config.candles)) {
    log.warn({ folder: config.candles }, 'PARAMGATE_CANDLES is not there: searches will fail until it is');
  }
  const store = opening.use(await openWorkerStore({ folder: config.data, log, hubWrites, hub }));
  const ttlMs = config.deliveryTtlSeconds * 1_000;
  const { hold, problems } = await openHoldBack({ pairing: store.pairing, ttlMs, clock, log });
  const journal = opening.use(openJournalHealth({ file: 'worker', tryWriting: store.tryWriting, clock }));
  const {
    signals,
    decisions,
    deliveries,
    changes,
    pauses,
    bots: states,
    studyRequests,
    studies,
    trials,
    params,
    candles,
    entries,
  } = store;
  const fleet = opening.use(
    openFleet({ deliveries, changes, pauses, states, bots: config.bots, settings: config, clock, log, newId, random }),
  );
  const runner = opening.use(
    openStudyRunner({
      requests: studyRequests,
      studies,
      trials,
      params,
      candles,
      entries,
      candlesFolder: config.candles,
      fallback: config.fallback,
      threads: studyThreads(config),
      clock,
      log,
    }),
  );
  const sources = { candlesFolder: config.candles, candles, entries };
  const { search: plan = NO_PLAN, fallback, optunaMaxAgeHours } = config;
  const settings = { plan, fallback, optunaMaxAgeHours, folder: config.data };
  const schedule = openSearchSchedule({ ...settings, sources, studies, runner, newId, clock, log });
  const aggregator = openAggregator({ signals, decisions, pauses, settings: config, bots: config.bots, log });
  opening.use(startRetention({ what: 'decisions', forget: store.forget, days: config.journalDays, clock, log }));
  const { studyDays, studiesKept } = config;
  const forget = (beforeMs: number) => store.forgetStudies({ beforeMs, kept: studiesKept });
  opening.use(startRetention({ what: 'studies', forget, days: studyDays, clock, log }));
  const heart = opening.use(openHeart(config.data, clock));
  const loop = startWorkerLoop(
    [
      hold({ name: 'ensemble', tick: (now) => aggregator.tick(now) }),
      hold({ name: 'fleet', tick: (now) => fleet.tick(now) }),
      { name: 'search', tick: () => runner.tick() },
      { name: 'schedule', tick: (now) => schedule.tick(now) },
      { name: 'heart', tick: async () => heart.beat() },
    ],
    clock,
    log,
  );
  opening.defer(() => loop.stop());
  const open = opening.move();
  return {
    ended: loop.ended,
    lastTickMs: loop.lastTickMs,
    outbox: store.outbox,
    journal,
    problems,
    drain: async (signal) => {
      await loop.stop();
      await Promise.all([fleet.drain(signal), schedule.drain().then(() => runner.drain())]);
      await store.outbox?.finish(signal);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
