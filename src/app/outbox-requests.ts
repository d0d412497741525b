// Where a command's requests for dead letters go: to the running service when there is one, else into the files directly, under their locks.
import type { Log } from '#domain/log.ts';
import { acquireLock, applyRequests, openOutboxDesk } from '#store/open.ts';
import { DEFAULT_HUB_NAMES, type DeadLetterRequest } from '#store/store.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { gatewayLock } from './gateway-lock.ts';
import { askLocalGateway } from './local-gateway.ts';

/** A service takes requests up within a second; this long means that none does. */
const PATIENCE_MS = 5_000;
const POLL_MS = 50;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** How a request ended: how many dead letters it meant, and whether that is done or waits for the process that writes their outbox. */
export interface RequestEnd {
  readonly meant: number;
  readonly isDone: boolean;
}

/** Retries or drops what `requests` mean, in the data folder of `config`. Rejects with UNUSABLE_INPUT when the folder cannot be written. */
export async function requestOfOutboxes(config: Config, requests: readonly DeadLetterRequest[]): Promise<RequestEnd> {
  const desk = openOutboxDesk(config.data, config.influx?.names ?? DEFAULT_HUB_NAMES);
  try {
    const left = () => requests.reduce((sum, request) => sum + desk.meant(request), 0);
    const meant = left();
    if (meant === 0) return { meant, isDone: true };
    if ((await askLocalGateway(config, '/local/outbox', { requests })) === undefined) await directly(config, requests);
    const deadlineMs = systemClock.now().monotonicMs + PATIENCE_MS;
    while (left() > 0 && systemClock.now().monotonicMs < deadlineMs) await systemClock.sleep(POLL_MS);
    return { meant, isDone: left() === 0 };
  } finally {
    desk.close();
  }
}

async function directly({ data: folder }: Config, requests: readonly DeadLetterRequest[]): Promise<void> {
  await using open = new AsyncDisposableStack();
  open.use(await gatewayLock(folder));
  const worker = await acquireLock(folder, 'worker', { wait: false, clock: systemClock });
  if (worker !== undefined) open.use(worker);
  await applyRequests({ folder, log: silent, hasWorker: worker !== undefined }, requests);
}
