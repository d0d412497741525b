// A front on a free port over doors that live in memory: what the tests of graphql and http talk to through real sockets.

import { roundPct } from '#domain/decimal.ts';
import type { Decision, Delivery, SignalFate } from '#domain/decision.ts';
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { toAccount } from '#domain/exit-params.ts';
import { badInput, Fault } from '#domain/fault.ts';
import type { BinStatistics } from '#domain/leverage-bin.ts';
import { requireLeverage, requirePair } from '#domain/market.ts';
import type { Pause, PauseRequest } from '#domain/pause.ts';
import type { Signal } from '#domain/signal.ts';
import type { Plane, Study, StudySpec } from '#domain/study.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { FeederHealth, SignalSubmission, Submitter } from '#ensemble/ensemble.ts';
import type { BotHealth } from '#fleet/fleet.ts';
import type { Doors, StudyDefaults } from '#graphql/schema.ts';
import { openServer, type Server, type ServerOptions } from '#http/server.ts';
import { type Credential, openFeederIntake } from '#intake/intake.ts';
import type { KeptStudy } from '#search/search.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';

/** What the doors were asked, and what they answer from. Tests write into it. */
export interface Memory {
  readonly answered: (readonly ExitParamsRequest[])[];
  readonly submitted: { submission: SignalSubmission; submitter: Submitter }[];
  readonly recorded: ClosedTrade[];
  readonly started: StudySpec[];
  readonly kept: KeptStudy[];
  readonly historyCalls: string[];
  readonly bins: BinStatistics[];
  readonly signals: Map<string, Signal>;
  readonly fates: Map<string, SignalFate>;
  readonly decisions: Map<string, Decision>;
  readonly deliveries: Map<string, readonly Delivery[]>;
  readonly studies: Map<string, Study>;
  readonly planes: Map<string, Plane>;
  readonly pauses: Map<string, Pause>;
  readonly asked: { request: PauseRequest; author: string }[];
  readonly feeders: FeederHealth[];
  readonly bots: BotHealth[];
  /** How many events were made for subscriptions. */
  followed: number;
  /** Of exit params: how many events there are. */
  events: number;
  /** Of decisions: whether more may come after those in `decisions`. */
  followsOn: boolean;
  /** When set, every door fails with it. */
  failure: unknown;
  /** When set, exits waits for it before answering. */
  gate: Promise<void> | undefined;
}

export const STUDY_DEFAULTS: StudyDefaults = {
  stop: { min: -7, max: -0.2, step: 0.02 },
  target: { min: 0.2, max: 6, step: 0.02 },
  folds: 5,
  minTrades: 1,
  minOosTrades: 30,
  minTestDays: 30,
  pboMax: 0.3,
  walkForward: 'ANCHORED',
  lossShareMax: 0.02,
  confidence: 0.95,
  feeStress: 2,
};

export const LOCAL_TOKEN = 'local-token-of-the-data-folder';

function emptyMemory(): Memory {
  return {
    answered: [],
    submitted: [],
    recorded: [],
    started: [],
    kept: [],
    historyCalls: [],
    bins: [],
    signals: new Map(),
    fates: new Map(),
    decisions: new Map(),
    deliveries: new Map(),
    studies: new Map(),
    planes: new Map(),
    pauses: new Map(),
    asked: [],
    feeders: [],
    bots: [],
    followed: 0,
    events: Number.POSITIVE_INFINITY,
    followsOn: false,
    failure: undefined,
    gate: undefined,
  };
}

/** FALLBACK for every request, the levels by leverage as the service makes them. */
export function fallbackParams({ pair, leverage, side }: ExitParamsRequest): ExitParams {
  const position = { stopLossPct: -2, takeProfitPct: 1 };
  return {
    pair,
    leverage,
    side: side ?? null,
    source: 'FALLBACK',
    position,
    ...toAccount(position, leverage, -7),
    leverageBin: null,
    winRate: 0.61,
    profitFactor: null,
    avgWinPct: roundPct(0.88),
    avgLossPct: null,
    totalTrades: 3548,
    validated: null,
    reason: 'no record of the pair; bin 2.5-3.5x has 0 of 5 trades',
    asOfMs: null,
    readAtMs: Date.UTC(2026, 0, 5, 11, 59, 59, 7),
    ageSeconds: null,
    stale: false,
    revision: 'f00d',
  };
}

/** Doors over `memory`: they check what real ones check of a single value, and remember what they were asked. */
export function memoryDoors(memory: Memory): Doors {
  const failing = () => {
    if (memory.failure !== undefined) throw memory.failure;
  };
  const called = (name: string) => {
    memory.historyCalls.push(name);
    failing();
  };
  const values = <T>(map: ReadonlyMap<string, T>, ids: readonly string[]) => ids.map((id) => map.get(id));
  const answerOne = (request: ExitParamsRequest): ExitParams | Fault => {
    try {
      requirePair(request.pair, 'pair');
      requireLeverage(request.leverage, 'leverage');
      return fallbackParams(request);
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  };
  return {
    exits: {
      answer: async (requests) => {
        memory.answered.push([...requests]);
        failing();
        await memory.gate;
        return requests.map(answerOne);
      },
      leverageBins: async ({ pair }) => {
        failing();
        if (pair !== undefined) requirePair(pair, 'pair');
        return memory.bins;
      },
      recordTrades: async (trades) => {
        failing();
        for (const [index, trade] of trades.entries()) {
          if (trade.closedAtMs < trade.openedAtMs) {
            throw badInput(`trades[${index}].closedAt`, 'before openedAt', 'a time at or after openedAt');
          }
        }
        memory.recorded.push(...trades);
        return { recorded: trades.length, duplicates: 0 };
      },
      follow: async (requests) => ({
        next: async () => {
          const request = requests[memory.followed++ % requests.length];
          return request === undefined || memory.followed > memory.events ? undefined : fallbackParams(request);
        },
      }),
      figures: () => [],
      hubReadOnce: () => true,
      [Symbol.asyncDispose]: async () => {},
    },
    intake: {
      submit: async (submission, submitter) => {
        failing();
        memory.submitted.push({ submission, submitter });
        const confidence = submission.confidence ?? 0;
        if (confidence > 1) throw badInput('confidence', `${confidence} is not a confidence`, 'a number from 0 to 1');
        const signal = signalOf({ id: `s${memory.submitted.length}`, source: submission.source ?? '75a' });
        memory.signals.set(signal.id, signal);
        return { signal, duplicate: false };
      },
    },
    history: {
      signals: async (ids) => {
        called(`signals ${ids.join(' ')}`);
        return values(memory.signals, ids);
      },
      fates: async (ids) => {
        called(`fates ${ids.join(' ')}`);
        return values(memory.fates, ids);
      },
      decisions: async (ids) => {
        called(`decisions ${ids.join(' ')}`);
        return values(memory.decisions, ids);
      },
      page: async ({ first, after }) => {
        called('page');
        const all = [...memory.decisions.values()].toSorted(
          (one, other) => other.window.closesAtMs - one.window.closesAtMs || (one.id < other.id ? 1 : -1),
        );
        const beyond = all.filter(
          ({ window, id }) =>
            after === undefined ||
            window.closesAtMs < after.windowClosesAtMs ||
            (window.closesAtMs === after.windowClosesAtMs && id < after.id),
        );
        return beyond.slice(0, first + 1);
      },
      signalsOf: async (ids) => {
        called(`signalsOf ${ids.join(' ')}`);
        return ids.map((id) =>
          [...memory.signals.values()].filter((signal) => memory.fates.get(signal.id)?.decisionId === id),
        );
      },
      follow: async ({ pair }) => ({
        next: async (signal) => {
          const made = [...memory.decisions.values()].filter((one) => (pair ?? one.pair) === one.pair);
          const next = made[memory.followed++];
          if (next !== undefined) return next;
          if (!memory.followsOn) return undefined;
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          return undefined;
        },
      }),
      deliveriesOf: async (ids) => {
        called(`deliveriesOf ${ids.join(' ')}`);
        return ids.map((id) => memory.deliveries.get(id) ?? []);
      },
    },
    pauses: {
      pause: async (request, author) => {
        failing();
        memory.asked.push({ request, author });
        if (request.reason === '') throw badInput('reason', 'it is empty', '1 to 500 characters');
        const pause = pauseOf({ id: `p${memory.pauses.size + 1}`, reason: request.reason, author });
        memory.pauses.set(pause.id, pause);
        return pause;
      },
      resume: async (id, by) => {
        failing();
        const pause = memory.pauses.get(id);
        if (pause === undefined) throw new Fault('NOT_FOUND', `id: no pause ${id}`, { field: 'id' });
        const ended = { ...pause, endedAtMs: T0 + 5_000, endedBy: by };
        memory.pauses.set(id, ended);
        return ended;
      },
      list: async (includeEnded) => {
        failing();
        return [...memory.pauses.values()].filter((pause) => includeEnded || pause.endedAtMs === null).toReversed();
      },
      byIds: async (ids) => {
        called(`pauses ${ids.join(' ')}`);
        return values(memory.pauses, ids);
      },
      noteOn: async ({ source }) => (source === 'unheard' ? 'never heard' : null),
    },
    feeders: {
      all: async () => {
        failing();
        return memory.feeders;
      },
      silences: async () => memory.feeders.map(({ source, silent }) => ({ source, silent })),
    },
    bots: {
      all: async () => {
        failing();
        return memory.bots;
      },
      names: async () => memory.bots.map(({ name }) => name),
    },
    studies: {
      start: async (spec) => {
        failing();
        if (spec.stop.max > 0) throw badInput('stop', `${spec.stop.max} is no stop`, 'levels below 0');
        memory.started.push(spec);
        const study = studyOf(`study-${memory.started.length}`, spec);
        memory.studies.set(study.id, study);
        return study;
      },
      cancel: async (id) => {
        const study = memory.studies.get(id);
        if (study === undefined) throw new Fault('NOT_FOUND', `there is no study ${id}`, { field: 'id' });
        return { ...study, state: 'CANCELLED' };
      },
      follow: async (id) => {
        const study = memory.studies.get(id);
        if (study === undefined) throw new Fault('NOT_FOUND', `there is no study ${id}`, { field: 'id' });
        return { next: async () => (memory.followed++ === 0 ? study : undefined) };
      },
      keep: async (kept) => {
        failing();
        memory.kept.push(kept);
      },
      byIds: async (ids) => values(memory.studies, ids),
      page: async ({ first }) => [...memory.studies.values()].toReversed().slice(0, first + 1),
      plane: async (id) => memory.planes.get(id),
    },
  };
}

const T0 = Date.UTC(2026, 0, 5, 12);

export function signalOf(own: Partial<Signal> & { id: string }): Signal {
  return {
    seq: 1,
    credential: 'everyone',
    pair: 'BTC/USDT',
    side: 'LONG',
    source: '75a',
    confidenceE4: 8900,
    confidenceDefaulted: false,
    leverage: 3,
    enterTag: null,
    profitPct: null,
    safetyPct: null,
    sentAtMs: null,
    extras: null,
    receivedAtMs: T0,
    window: { openedAtMs: T0, closesAtMs: T0 + 60_000 },
    ...own,
  };
}

export function decisionOf(own: Partial<Decision> & { id: string }): Decision {
  return {
    pair: 'BTC/USDT',
    side: 'LONG',
    votes: 2,
    expectedFeeders: 5,
    confidenceE4: 8567,
    confidenceDefaulted: false,
    sources: ['75a', '75b'],
    leverage: 3,
    enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b',
    conflict: false,
    window: { openedAtMs: T0, closesAtMs: T0 + 60_000 },
    decidedAtMs: T0 + 60_100,
    dueAtMs: T0 + 60_000,
    outcome: 'FORWARDED',
    reason: 'FORWARDED',
    detail: null,
    pauseId: null,
    ...own,
  };
}

export function pauseOf(own: Partial<Pause> & { id: string }): Pause {
  const scope = { pair: null, side: null, source: null, bot: null };
  const over = { untilMs: null, endedAtMs: null, endedBy: null };
  return { ...scope, reason: 'maintenance', author: 'ann', createdAtMs: T0, ...over, ...own };
}

export function studyOf(id: string, spec: StudySpec): Study {
  return {
    id,
    spec,
    state: 'QUEUED',
    progress: 0,
    createdAtMs: T0,
    startedAtMs: null,
    finishedAtMs: null,
    result: null,
    published: false,
    error: null,
  };
}

/** The answer to a GraphQL request, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly field?: string; readonly allowed?: string };
  }[];
}

export interface TestFront extends AsyncDisposable {
  readonly server: Server;
  readonly url: string;
  readonly memory: Memory;
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  /** Asks one operation by POST. */
  ask(query: string, variables?: unknown, key?: string): Promise<Reply>;
}

export async function openTestFront(
  options: { keys?: readonly Credential[]; intake?: Doors['intake'] } & Partial<
    Pick<ServerOptions, 'readiness' | 'figures'>
  > = {},
): Promise<TestFront> {
  const memory = emptyMemory();
  const clock = manualClock();
  const log = recordingLog();
  const doors = memoryDoors(memory);
  const keys = options.keys ?? [];
  const server = await openServer({
    host: '127.0.0.1',
    port: 0,
    keys,
    localToken: LOCAL_TOKEN,
    doors,
    feeders: openFeederIntake({
      intake: options.intake ?? doors.intake,
      credentials: keys,
      secret: new Uint8Array(32),
      dryRun: false,
      clock,
    }),
    studyDefaults: STUDY_DEFAULTS,
    figures: options.figures ?? [],
    readiness: options.readiness ?? (() => ({ ready: true, details: {} })),
    clock,
    log,
  });
  return {
    server,
    url: server.url,
    memory,
    clock,
    log,
    ask: async (query, variables, key) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as Pick<Reply, 'data'> & Partial<Pick<Reply, 'errors'>>;
      return { status: response.status, data: body.data, errors: body.errors ?? [] };
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
