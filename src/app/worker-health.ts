// The small front of a separate worker: alive, able to work, and in figures. It stands before the worker has its lock, and says so.
import { openHealthServer, type Server } from '#http/server.ts';
import { readTls, type Surroundings } from './gateway.ts';
import { problemsOf } from './gateway-problems.ts';
import { SILENT_MS } from './heartbeat.ts';
import { newToken } from './identity.ts';
import { journalFigure, journalState } from './journal-health.ts';
import { outboxFigures } from './outbox-figures.ts';
import { outboxProblems } from './outbox-problems.ts';
import { outboxBounds } from './outbox-rows.ts';
import type { Worker } from './worker.ts';

/** Its own silence is told as a figure, and by not being ready. */
const AT_WORK = { alive: true, silentSeconds: 0 };

/** Opens the front on the configured port; undefined when none is configured. `worker` is the one that holds the lock, undefined before. */
export async function openWorkerHealth(
  { config, clock, log }: Surroundings,
  worker: () => Worker | undefined,
): Promise<Server | undefined> {
  if (config.workerPort === undefined) return undefined;
  const untold = outboxProblems(() => worker()?.outbox, { limits: outboxBounds(config), clock });
  const server = await openHealthServer({
    host: config.host,
    port: config.workerPort,
    tls: await readTls(config),
    keys: config.credentials,
    localToken: newToken(),
    figures: [journalFigure(() => worker()?.journal), ...outboxFigures(() => worker()?.outbox, clock)],
    readiness: async () => {
      const open = worker();
      const lastTickMs = open?.lastTickMs();
      if (open === undefined || lastTickMs === undefined)
        return { ready: false, details: { reason: 'waiting for the lock of the data folder' } };
      const silentSeconds = (clock.now().monotonicMs - lastTickMs) / 1_000;
      const troubles = open.journal.troubles();
      const problems = [
        ...problemsOf({ worker: AT_WORK, troubles, intake: true }),
        ...open.problems(),
        ...(await untold()),
      ];
      const ready = silentSeconds <= SILENT_MS / 1_000;
      return { ready, details: { silentSeconds, journal: journalState(troubles), problems } };
    },
    clock,
    log,
  });
  log.info({ url: server.url }, "the worker's health is served");
  return server;
}
