// Where a command leaves a study it ran itself: with the running service when there is one, else in the data folder directly, under its locks.
import { readFile } from 'node:fs/promises';
import { Agent, fetch } from 'undici';
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { Side } from '#domain/market.ts';
import type { Plane, Study } from '#domain/study.ts';
import { incumbentOf, openStudyRunner } from '#search/search.ts';
import {
  acquireLock,
  type FolderLock,
  hubWrites,
  openGatewayStore,
  openReadStore,
  openWorkerStore,
} from '#store/open.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { readServiceFile, type ServiceAddress } from './service-file.ts';

/** Keeps studies of commands. */
export interface StudyKeeper {
  /** The levels published for the pair (and side) in the data folder's hub; null without. */
  incumbent(pair: string, side: Side | null): Promise<ExitLevels | null>;
  /**
   * Journals the study and, when it is validated and asked for, publishes it; the study as it then is. When no worker runs where the service does,
   * it is journaled and waits for one: `published` is false until then. Rejects with UNUSABLE_INPUT when the data folder cannot be written.
   */
  keepStudy(study: Study, plane: Plane | null): Promise<Study>;
}

/** A worker takes requests up within a tick; this long means that none runs. */
const WORKER_PATIENCE_MS = 5_000;
const POLL_MS = 20;
const LOCK_PATIENCE_MS = 15_000;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A keeper for the data folder of `config`. Opens nothing until asked. */
export function openStudyKeeper(config: Config): StudyKeeper {
  const folder = config.data;
  return {
    incumbent: async (pair, side) => {
      await using store = await openReadStore({ folder });
      const { records } = await store.params.newest();
      return incumbentOf(records, pair, side);
    },
    keepStudy: async (study, plane) => {
      const address = await readServiceFile(folder);
      if (address !== undefined && (await handOver(config, address, { study, plane }))) return keptBy(folder, study);
      return keepDirectly(config, study, plane);
    },
  };
}

/** Whether the service at `address` took the study. False when nothing answers there: its file was left by a dead gateway. */
async function handOver(config: Config, address: ServiceAddress, body: object): Promise<boolean> {
  const ca = config.tlsCert === undefined ? undefined : await readFile(config.tlsCert, 'utf8');
  // The certificate names the service's public host; here it is reached by its address, and the token in the owner's file proves the rest.
  await using open = new AsyncDisposableStack();
  const agent = new Agent({ connect: ca === undefined ? {} : { ca, checkServerIdentity: () => undefined } });
  open.defer(() => agent.close());
  const sent = fetch(`${address.url}/local/studies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${address.token}` },
    body: JSON.stringify(body),
    dispatcher: agent,
  });
  const response = await sent.catch(() => undefined);
  if (response === undefined) return false;
  const text = await response.text();
  if (response.ok) return true;
  throw new Fault('UNUSABLE_INPUT', `the service at ${address.url} did not take the study: ${response.status} ${text}`);
}

/** The study as the worker of the running service keeps it. */
async function keptBy(folder: string, study: Study): Promise<Study> {
  await using store = await openReadStore({ folder });
  const wantsPublishing = study.spec.publish && study.result?.validated === true;
  const deadlineMs = systemClock.now().monotonicMs + WORKER_PATIENCE_MS;
  for (;;) {
    const [kept] = await store.studies.byIds([study.id]);
    if (kept !== undefined && (kept.published || !wantsPublishing)) return kept;
    if (systemClock.now().monotonicMs > deadlineMs) return kept ?? study;
    await systemClock.sleep(POLL_MS);
  }
}

async function keepDirectly(config: Config, study: Study, plane: Plane | null): Promise<Study> {
  await using open = new AsyncDisposableStack();
  const options = { folder: config.data, log: silent, hubWrites: hubWrites() };
  open.use(await gatewayLock(config.data));
  const gateway = open.use(await openGatewayStore(options));
  await gateway.studyRequests.append({ kind: 'keep', studyId: study.id, study, plane }, study.createdAtMs);
  const workerLock = await acquireLock(config.data, 'worker', { wait: false, clock: systemClock });
  if (workerLock === undefined) return keptBy(config.data, study);
  open.use(workerLock);
  const { studyRequests, studies, params } = open.use(await openWorkerStore(options));
  const runner = open.use(
    openStudyRunner({
      requests: studyRequests,
      studies,
      params,
      candlesFolder: config.candles,
      fallback: config.fallback,
      clock: systemClock,
      log: silent,
    }),
  );
  await runner.tick();
  return keptBy(config.data, study);
}

/** The gateway's lock, waited for: another command holds it for the moment of its own keeping. A service would have answered before. */
async function gatewayLock(folder: string): Promise<FolderLock> {
  const wait = AbortSignal.timeout(LOCK_PATIENCE_MS);
  const lock = await acquireLock(folder, 'gateway', { wait, clock: systemClock });
  if (lock !== undefined) return lock;
  const found = `data folder ${folder}: another process has held it for ${LOCK_PATIENCE_MS / 1_000} s without answering`;
  throw new Fault('UNUSABLE_INPUT', `${found}; try again, or stop it`);
}
