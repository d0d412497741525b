// Where a command leaves what it has of studies: with the running service when there is one, else in the data folder directly, under its locks.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { isFlat, planeOf } from '#domain/plane.ts';
import type { Rivals, Study, StudySpec } from '#domain/study.ts';
import { type KeptStudy, openStudyRunner, rivalsOf } from '#search/search.ts';
import { acquireLock, hubWrites, openGatewayStore, openHubDesk, openReadStore, openWorkerStore } from '#store/open.ts';
import type { StudyJournal, StudyRequest } from '#store/store.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';
import { gatewayLock } from './gateway-lock.ts';
import { gathering } from './gathering.ts';
import { askLocalGateway } from './local-gateway.ts';

/** Keeps and cancels studies for commands. */
export interface StudyKeeper {
  /** The studies of the data folder. */
  readonly studies: Pick<StudyJournal, 'page'>;
  /** Whom a study of the pair (and side) must beat: the fallback of the configuration, and the levels published in the hub. */
  rivals(of: Pick<StudySpec, 'pair' | 'side'>): Promise<Rivals>;
  /**
   * Journals the study and, when it is validated and asked for, publishes it; the study as it then is. When no worker runs where the service does,
   * it is journaled and waits for one: `published` is false until then. Rejects with UNUSABLE_INPUT when the data folder cannot be written.
   */
  keepStudy(kept: KeptStudy): Promise<Study>;
  /** Cancels a study that waits or runs; the study as it then is. Rejects with UNUSABLE_INPUT when there is none, or it has ended. */
  cancelStudy(id: string): Promise<Study>;
}

/** A worker takes requests up within a tick; this long means that none runs. */
const WORKER_PATIENCE_MS = 5_000;
const POLL_MS = 20;
const TELLING_MS = 5_000;
/** Between two times that the data folder is opened to write, so that the studies of many pairs are not kept one by one. */
const REST_MS = 1_000;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A keeper for the data folder of `config`. Opens nothing until asked. */
export function openStudyKeeper(config: Config): StudyKeeper {
  const folder = config.data;
  const directly = gathering<Request>((requests) => requestDirectly(config, requests), {
    clock: systemClock,
    restMs: REST_MS,
  });
  return {
    studies: {
      page: async (query) => {
        await using store = await openReadStore({ folder });
        return store.studies.page(query);
      },
    },
    rivals: async (of) => {
      await using open = new AsyncDisposableStack();
      const hub = await openHub(config, silent);
      if (hub !== null) open.use(hub);
      const desk = open.use(await openHubDesk({ folder, hub, log: silent }));
      const { records } = await desk.params.newest();
      return rivalsOf(records, of, config.fallback);
    },
    keepStudy: async (kept) => {
      const { study } = kept;
      // The service reads JSON.
      const body = () => ({
        ...kept,
        plane: kept.plane !== null && isFlat(kept.plane) ? planeOf(kept.plane) : kept.plane,
      });
      if ((await askLocalGateway(config, '/local/studies', body)) === undefined) {
        await directly({ request: { kind: 'keep', studyId: study.id, ...kept }, atMs: study.createdAtMs });
      }
      // It is journaled when it has been published.
      return (await studyWhen(folder, study.id, hasEnded)) ?? study;
    },
    cancelStudy: async (id) => {
      const study = await requireUnfinished(folder, id);
      if ((await askLocalGateway(config, '/local/studies/cancel', { id })) === undefined) {
        await directly({ request: { kind: 'cancel', studyId: id }, atMs: systemClock.now().wallMs });
      }
      return (await studyWhen(folder, id, hasEnded)) ?? study;
    },
  };
}

function hasEnded({ state }: Study): boolean {
  return state !== 'QUEUED' && state !== 'RUNNING';
}

async function requireUnfinished(folder: string, id: string): Promise<Study> {
  await using store = await openReadStore({ folder });
  const [study] = await store.studies.byIds([id]);
  if (study === undefined) throw new Fault('UNUSABLE_INPUT', `study: there is none with the id ${JSON.stringify(id)}`);
  if (!hasEnded(study)) return study;
  throw new Fault('UNUSABLE_INPUT', `study ${id} has ended: it is ${study.state}; allowed: one that waits or runs`);
}

/** The study once it is as wanted, or as it is after a worker's patience. */
async function studyWhen(folder: string, id: string, wanted: (study: Study) => boolean): Promise<Study | undefined> {
  await using store = await openReadStore({ folder });
  const deadlineMs = systemClock.now().monotonicMs + WORKER_PATIENCE_MS;
  for (;;) {
    const [study] = await store.studies.byIds([id]);
    if (study !== undefined && wanted(study)) return study;
    if (systemClock.now().monotonicMs > deadlineMs) return study;
    await systemClock.sleep(POLL_MS);
  }
}

/** What is asked of the worker, and when. */
interface Request {
  readonly request: StudyRequest;
  readonly atMs: number;
}

/** Journals requests where no service runs and, unless a worker does, does what a worker would do with them. */
async function requestDirectly(config: Config, requests: readonly Request[]): Promise<void> {
  await using open = new AsyncDisposableStack();
  const hub = await openHub(config, silent);
  if (hub !== null) open.use(hub);
  const options = { folder: config.data, log: silent, hubWrites: hubWrites(), hub };
  open.use(await gatewayLock(config.data));
  const gateway = open.use(await openGatewayStore(options));
  await Promise.all(requests.map(({ request, atMs }) => gateway.studyRequests.append(request, atMs)));
  const workerLock = await acquireLock(config.data, 'worker', { wait: false, clock: systemClock });
  if (workerLock === undefined) return;
  open.use(workerLock);
  const worker = open.use(await openWorkerStore(options));
  const runner = open.use(
    openStudyRunner({
      ...worker,
      requests: worker.studyRequests,
      candlesFolder: config.candles,
      fallback: config.fallback,
      threads: 1,
      clock: systemClock,
      log: silent,
    }),
  );
  await runner.takeUp();
  // What is published now is told to a shared hub at once where it listens; else it waits for the next service.
  await worker.outbox?.finish(AbortSignal.timeout(TELLING_MS));
}
