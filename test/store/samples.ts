// Valid signals, decisions, studies and trades to vary in the store's tests.
import { randomUUID } from 'node:crypto';
import type { Decision, Delivery } from '#domain/decision.ts';
import type { ParamRecord } from '#domain/exit-params.ts';
import type { NewSignal } from '#domain/signal.ts';
import type { Study, StudySpec } from '#domain/study.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { Trial } from '#domain/trial.ts';
import { specFrom } from '#search/search.ts';
import type { Closing } from '#store/store.ts';

export const T0 = Date.UTC(2026, 0, 5, 12);

export function newSignal(change: Partial<NewSignal> = {}): NewSignal {
  return {
    id: randomUUID(),
    credential: 'feeder-a',
    idempotencyKey: null,
    windowMs: 60_000,
    pair: 'BTC/USDT:USDT',
    side: 'LONG',
    source: '75a',
    confidenceE4: 8_900,
    confidenceDefaulted: false,
    leverage: 3,
    enterTag: 'long from 75a conf=0.89',
    profitPct: 3.05,
    safetyPct: null,
    sentAtMs: null,
    extras: null,
    ...change,
  };
}

export function decision(change: Partial<Decision> = {}): Decision {
  return {
    id: randomUUID(),
    pair: 'BTC/USDT:USDT',
    side: 'LONG',
    outcome: 'PENDING',
    reason: null,
    detail: null,
    pauseId: null,
    votes: 2,
    expectedFeeders: 5,
    confidenceE4: 8_600,
    confidenceDefaulted: false,
    sources: ['75a', '75b'],
    leverage: 3,
    enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b',
    conflict: false,
    window: { openedAtMs: T0, closesAtMs: T0 + 60_000 },
    decidedAtMs: T0 + 60_010,
    dueAtMs: T0 + 60_000,
    ...change,
  };
}

/** A decision owed to `owedTo`, with `seqs` as its signals. */
export function closing(made: Decision, owedTo: readonly string[] = [], seqs: readonly number[] = []): Closing {
  const fates = seqs.map((seq) => ({ signalId: `signal-${seq}`, seq, decisionId: made.id, counted: seq % 2 === 0 }));
  return { decision: made, fates, owedTo, withheld: [] };
}

export function delivery(of: Decision, bot: string, change: Partial<Delivery> = {}): Delivery {
  const open = { tradeId: null, detail: null, attempts: [], pauseId: null, settleUntilMs: null, heldUntilMs: null };
  return { decisionId: of.id, bot, state: 'PENDING', ...open, ...change };
}

export function paramRecord(change: Partial<ParamRecord> = {}): ParamRecord {
  return {
    pair: 'BTC/USDT',
    side: null,
    atMs: T0,
    stopLossPct: -1.5,
    takeProfitPct: 2,
    winRate: 0.61,
    profitFactor: 1.4,
    totalTrades: 120,
    validated: true,
    studyId: 'study-1',
    pbo: 0.12,
    oosProfitFactor: null,
    ...change,
  };
}

export function trade(change: Partial<ClosedTrade> = {}): ClosedTrade {
  return {
    bot: 'BOT3',
    tradeId: '1',
    pair: 'BTC/USDT',
    side: 'LONG',
    leverage: 3,
    profitPct: 0.88,
    stopLossPct: -1.48,
    takeProfitPct: 1,
    openedAtMs: T0,
    closedAtMs: T0 + 3_600_000,
    enterTag: null,
    exitReason: 'roi',
    ...change,
  };
}

export const SPEC: StudySpec = specFrom({ pair: 'BTC/USDT', seed: 1, minTrades: 30 });

export function trial(number: number, search = 0): Trial {
  const none = {
    winRate: null,
    profitFactor: null,
    expectancyPct: null,
    netProfitPct: null,
    avgWinPct: null,
    avgLossPct: null,
  };
  const noRatios = { sharpe: null, sortino: null, calmar: null, maxDrawdownPct: null, avgBars: null };
  return {
    search,
    number,
    state: 'COMPLETE',
    point: { stop: number, target: 3 },
    objective: 0.1 + number,
    steps: [0.1, null],
    rungs: [],
    metrics: { trades: 0, ...none, ...noRatios, exits: { stopLoss: 0, roi: 0, maxHold: 0, forceExit: 0 } },
    startedAtMs: T0 + number,
    finishedAtMs: T0 + number + 1,
  };
}

export function study(change: Partial<Study> = {}): Study {
  const never = { startedAtMs: null, finishedAtMs: null, result: null, error: null };
  const queued = { state: 'QUEUED', progress: 0, published: false } as const;
  return { id: randomUUID(), spec: SPEC, createdAtMs: T0, ...queued, ...never, ...change };
}
