// The gateway: takes the data folder's gateway lock, opens its store and rooms, and serves. What is opened is closed in reverse.
import { readFile } from 'node:fs/promises';
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { openFeeders, openHistory, openIntake, openPauses } from '#ensemble/ensemble.ts';
import { openExits } from '#exits/exits.ts';
import { openBots } from '#fleet/fleet.ts';
import { openServer } from '#http/server.ts';
import { openFeederIntake } from '#intake/intake.ts';
import { openStudies, SEARCH_DEFAULTS } from '#search/search.ts';
import { acquireLock, type FleetHub, type FolderLock, type HubWrites, openGatewayStore } from '#store/open.ts';
import type { Config } from './config.ts';
import { healthFigures } from './gateway-figures.ts';
import { problemsOf } from './gateway-problems.ts';
import { silenceMs, workerHealth } from './heartbeat.ts';
import { startWorkerLookout } from './hold-back.ts';
import { figuresAge, hubReadiness } from './hub-readiness.ts';
import { newId, newToken } from './identity.ts';
import { journalFigure, journalState, openJournalHealth } from './journal-health.ts';
import { outboxFigures } from './outbox-figures.ts';
import { outboxProblems } from './outbox-problems.ts';
import { outboxBounds } from './outbox-rows.ts';
import { startRetention } from './retention.ts';
import { graphqlDefaults } from './search-defaults.ts';
import { removeServiceFile, writeServiceFile } from './service-file.ts';
import { readTokenSecret } from './token-secret.ts';
import { openTradeFlow } from './trade-flow.ts';

/** What both roles of a process share. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly hubWrites: HubWrites;
  /** The fleet's InfluxDB; null: the hub is in the data folder. */
  readonly hub: FleetHub | null;
  /** Aborts when the process is asked to end. */
  readonly stopping: AbortSignal;
  /** Told when another process holds the lock of a side, and waiting for it begins. */
  readonly onWaiting?: (side: 'gateway' | 'worker') => void;
}

/** A serving gateway. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Not ready any more, refuses new connections, finishes what is in flight until `signal` aborts. */
  drain(signal: AbortSignal): Promise<void>;
}

/** How long study requests are kept that the worker has seen. */
const REQUEST_DAYS = 1;

/**
 * Opens the gateway once it holds the lock of the data folder; undefined when asked to stop before. A second gateway on the folder waits for the first
 * one's end. Rejects with a Fault when the folder or the port cannot be used. `openStore` is for measuring what remembering costs.
 */
export async function openGateway(
  surroundings: Surroundings,
  openStore = openGatewayStore,
): Promise<Gateway | undefined> {
  const { config, clock, log, hubWrites, hub } = surroundings;
  await using opening = new AsyncDisposableStack();
  const lock = await waitForLock(surroundings, 'gateway');
  if (lock === undefined) return undefined;
  opening.use(lock);
  const store = opening.use(await openStore({ folder: config.data, log, hubWrites, hub }));
  const journal = opening.use(openJournalHealth({ file: 'gateway', tryWriting: store.tryWriting, clock }));
  const lookout = opening.use(startWorkerLookout(store.workerMemory, clock, log));
  const exits = opening.use(
    await openExits({
      params: store.params,
      trades: store.trades,
      snapshots: store.snapshots,
      onHubWrite: store.onHubWrite,
      simplyRead: hub === null,
      settings: { ...config, feePct: SEARCH_DEFAULTS.feePct },
      clock,
      log,
    }),
  );
  const tradeFlow = opening.use(openTradeFlow(surroundings, { exits, store }));
  const untold = outboxProblems(() => store.outbox, { limits: outboxBounds(config), clock });
  const startedMs = clock.now().monotonicMs;
  const localToken = newToken();
  const intake = openIntake({ signals: store.signals, settings: config, newId, clock, log });
  const bots = openBots({ journal: store.bots, configured: config.bots, clock });
  const configured = config.credentials.flatMap(({ sources = [] }) => sources);
  const feeders = openFeeders({ journal: store.feeders, trades: store.trades, configured, clock });
  const pauses = openPauses({
    journal: store.pauses,
    heard: store.feeders,
    speakers: config.credentials.flatMap(({ role, sources }) => (role === 'feeder' ? [sources] : [])),
    bots: bots.names,
    intake: config.intake,
    newId,
    clock,
    log,
  });
  const secret = await readTokenSecret(config.data);
  const server = await openServer({
    host: config.host,
    port: config.port,
    tls: await readTls(config),
    keys: config.credentials,
    localToken,
    doors: {
      exits,
      intake,
      history: openHistory({ ...store, clock }),
      pauses,
      feeders,
      bots,
      studies: openStudies({
        requests: store.studyRequests,
        studies: store.studies,
        candlesFolder: config.candles,
        candles: store.candles,
        newId,
        clock,
      }),
    },
    outbox: {
      status: async () => (await store.outbox?.status()) ?? [],
      ask: (request) => store.askOutbox(request),
    },
    imports: {
      trades: (trades) => tradeFlow.recorder.record(trades),
      signals: (pair, signals) => store.entries.remember(pair, signals),
      candles: (candles) => store.candles.write(candles),
    },
    feeders: openFeederIntake({
      intake,
      credentials: config.credentials,
      secret,
      dryRun: config.dryRun,
      push: tradeFlow.push,
      clock,
    }),
    studyDefaults: graphqlDefaults(config.search),
    readiness: async () => {
      const { ready, details, problem } = hubReadiness(exits, clock.now().monotonicMs - startedMs);
      // Without its worker a gateway still answers bots and keeps signals, and without its journal it answers bots: it says so, and goes on serving.
      const worker = workerHealth(config.data, clock);
      const troubles = journal.troubles();
      const problems = [
        ...(problem === undefined ? [] : [problem]),
        ...problemsOf({ worker, troubles, intake: config.intake }),
        ...lookout.problems(),
        ...tradeFlow.problems(),
        ...(await untold()),
      ];
      return {
        ready,
        details: { ...details, intake: config.intake, worker, journal: journalState(troubles), problems },
      };
    },
    figures: [
      {
        name: 'worker_silent_seconds',
        help: 'For how long the worker of the data folder was not heard; +Inf: there is none.',
        read: () => silenceMs(config.data, clock) / 1_000,
      },
      {
        name: 'worker_alive',
        help: '1 while the worker of the data folder is heard.',
        read: () => Number(workerHealth(config.data, clock).alive),
      },
      figuresAge(exits),
      journalFigure(() => journal),
      ...healthFigures({ feeders, bots, pauses }),
      ...tradeFlow.figures,
      ...outboxFigures(() => store.outbox, clock),
    ],
    clock,
    log,
  });
  opening.defer(() => server.close());
  opening.use(startRetention({ what: 'signals', forget: store.forget, days: config.journalDays, clock, log }));
  const { forgetStudyRequests } = store;
  opening.use(startRetention({ what: 'requests', forget: forgetStudyRequests, days: REQUEST_DAYS, clock, log }));
  await writeServiceFile(config.data, { url: server.url, pid: process.pid, token: localToken });
  opening.defer(() => removeServiceFile(config.data));
  void exits.answer([]);
  const open = opening.move();
  return {
    url: server.url,
    drain: async (signal) => {
      await server.drain(signal);
      await store.outbox?.finish(signal);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The lock of one side of the data folder, waited for and said so once when another process holds it. */
export async function waitForLock(
  { config, clock, log, stopping, onWaiting }: Surroundings,
  side: 'gateway' | 'worker',
): Promise<FolderLock | undefined> {
  const atOnce = await acquireLock(config.data, side, { wait: false, clock });
  if (atOnce !== undefined) return atOnce;
  log.warn({ side, folder: config.data }, `another ${side} holds this data folder; waiting for its end`);
  onWaiting?.(side);
  return acquireLock(config.data, side, { wait: stopping, clock });
}

/** The certificate and key of a front; undefined for plain HTTP. */
export async function readTls({ tlsCert, tlsKey }: Config) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { cert: await readFile(tlsCert, 'utf8'), key: await readFile(tlsKey, 'utf8') };
}
