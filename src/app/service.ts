// A running service: opens the roles, says when it is ready, and turns SIGTERM and SIGINT into draining and closing within ten seconds.
import { hubWrites } from '#store/open.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openGateway, type Surroundings } from './gateway.ts';
import { openLog } from './log.ts';
import { openWorker } from './worker.ts';

/** Draining may take this long; what is left of ten seconds is for closing. */
const DRAIN_MS = 8_000;
const CLOSE_MS = 1_500;

/** Runs one role, or both (`start`), until the process is asked to end; resolves to the exit code. Rejects on a broken invariant. */
export async function runService(role: 'start' | 'gateway' | 'worker', config: Config): Promise<number> {
  const stop = new AbortController();
  const log = openLog(config.logLevel);
  const ask = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping: finishing what is in flight');
    stop.abort();
  };
  process.once('SIGTERM', ask).once('SIGINT', ask);
  const surroundings: Surroundings = { config, clock: systemClock, log, hubWrites: hubWrites(), stopping: stop.signal };
  const running = new AsyncDisposableStack();
  try {
    const drains: ((signal: AbortSignal) => Promise<void>)[] = [];
    const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    const ends: Promise<void>[] = [stopped];
    if (role !== 'worker') {
      const gateway = await openGateway(surroundings);
      if (gateway === undefined) return 0;
      running.use(gateway);
      drains.push(gateway.drain);
      process.stdout.write(`paramgate ready on ${gateway.url}/graphql\n`);
    }
    if (role !== 'gateway') ends.push(runWorker(surroundings, running, drains, role === 'worker'));
    await Promise.race(ends);
    const deadline = AbortSignal.timeout(DRAIN_MS);
    await Promise.all(drains.map((drain) => drain(deadline)));
    return 0;
  } finally {
    process.off('SIGTERM', ask).off('SIGINT', ask);
    await within(CLOSE_MS, running.disposeAsync());
    log.info({}, 'stopped');
  }
}

/** Opens the worker, now or when the one that holds the data folder has ended, and follows it. Never resolves before the stop: only a failure ends it. */
async function runWorker(
  surroundings: Surroundings,
  running: AsyncDisposableStack,
  drains: ((signal: AbortSignal) => Promise<void>)[],
  announce: boolean,
): Promise<void> {
  const worker = await openWorker(surroundings);
  if (worker === undefined) return;
  running.use(worker);
  drains.unshift(worker.drain);
  if (announce) process.stdout.write('paramgate worker ready\n');
  await worker.ended;
}

/** Awaits `work` for at most `ms`: closing must not outlive its deadline. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([work, systemClock.sleep(ms, timeout.signal)]);
  timeout.abort();
}
