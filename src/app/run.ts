// A running service: opens the roles, says when it is ready, and turns SIGTERM and SIGINT into draining and closing within ten seconds.
import { hubWrites, restWriters } from '#store/open.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';
import { openGateway, type Surroundings } from './gateway.ts';
import { awaitWork, giveBack, wakeCompilers } from './lean-process.ts';
import { openLog } from './log.ts';
import { startResting } from './rest.ts';
import { openWorker, type Worker } from './worker.ts';
import { openWorkerHealth } from './worker-health.ts';

/** Draining may take this long; what is left of ten seconds is for closing. */
const DRAIN_MS = 8_000;
const CLOSE_MS = 1_500;

/** Runs one role, or both (`start`), until the process is asked to end; resolves to the exit code. Rejects on a broken invariant. */
export async function runService(role: 'start' | 'gateway' | 'worker', config: Config): Promise<number> {
  const stop = new AbortController();
  const workerWaits = Promise.withResolvers<void>();
  const log = openLog(config.logLevel);
  const ask = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping: finishing what is in flight');
    stop.abort();
  };
  process.once('SIGTERM', ask).once('SIGINT', ask);
  const hub = await openHub(config, log);
  const surroundings: Surroundings = {
    config,
    clock: systemClock,
    log,
    hubWrites: hubWrites(),
    hub,
    stopping: stop.signal,
    onWaiting: (side) => {
      if (side === 'worker') workerWaits.resolve();
    },
  };
  await using _resting = startResting({ giveBack: rest, clock: systemClock });
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  try {
    const gateway = role === 'worker' ? undefined : await openGateway(surroundings);
    if (role !== 'worker') awaitWork();
    let ticking: Worker | undefined;
    const health = role === 'worker' ? await openWorkerHealth(surroundings, () => ticking) : undefined;
    if (role === 'gateway') rest();
    const opening = role === 'gateway' || stop.signal.aborted ? undefined : openWorker(surroundings);
    void opening?.then(
      (worker) => {
        ticking = worker;
      },
      () => undefined,
    );
    try {
      // Ready means that the whole service stands: its worker works, or waits for the one that does.
      if (opening !== undefined && gateway !== undefined) await Promise.race([opening, workerWaits.promise, stopped]);
      if (gateway !== undefined && !stop.signal.aborted)
        process.stdout.write(`paramgate ready on ${gateway.url}/graphql\n`);
      await Promise.race([stopped, follow(opening, role === 'worker')]);
    } finally {
      stop.abort();
      const worker = await opening?.catch(() => undefined);
      const deadline = AbortSignal.timeout(DRAIN_MS);
      await Promise.all([gateway?.drain(deadline), worker?.drain(deadline)]);
      await within(CLOSE_MS, close(worker, gateway));
      await health?.close();
      await hub?.[Symbol.asyncDispose]();
    }
    return 0;
  } finally {
    process.off('SIGTERM', ask).off('SIGINT', ask);
    log.info({}, 'stopped');
  }
}

/** Says that the worker is ready, when it is, and ends only by a failure of it; a worker that was told to stop before it had the lock never ends here. */
async function follow(opening: Promise<Worker | undefined> | undefined, announce: boolean): Promise<never> {
  const worker = await opening;
  if (worker !== undefined) {
    rest();
    if (announce) {
      wakeCompilers();
      process.stdout.write('paramgate worker ready\n');
    }
    await worker.ended;
  }
  return new Promise<never>(() => undefined);
}

/** Gives back what only the start or a burst of work needed, in every thread that stays. */
function rest(): void {
  giveBack();
  restWriters();
}

async function close(...roles: (AsyncDisposable | undefined)[]): Promise<void> {
  for (const role of roles) await role?.[Symbol.asyncDispose]();
}

/** Awaits `work` for at most `ms`: closing must not outlive its deadline. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([work, systemClock.sleep(ms, timeout.signal)]);
  timeout.abort();
}
