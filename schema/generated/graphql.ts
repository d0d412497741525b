/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Known by bot, tradeId, pair and openedAt: sent again it counts once, and the newer figures replace. */
export type ClosedTradeInput = {
  bot: string;
  closedAt: string;
  enterTag?: string | null | undefined;
  exitReason?: string | null | undefined;
  leverage: number;
  openedAt: string;
  pair: string;
  /** Position level. */
  profitPct: number;
  side: Side;
  /** Position level, negative. */
  stopLossPct?: number | null | undefined;
  /** Position level, positive. */
  takeProfitPct?: number | null | undefined;
  tradeId: string;
};

export type DecisionOutcome =
  | 'EXPIRED'
  | 'FAILED'
  | 'FORWARDED'
  | 'PENDING'
  | 'REJECTED'
  | 'UNKNOWN';

export type DecisionReason =
  | 'BOT_REFUSED'
  | 'BOT_UNREACHABLE'
  | 'EXPIRED'
  | 'FORWARDED'
  | 'LOW_CONFIDENCE'
  | 'NO_BOT'
  | 'OUTCOME_UNKNOWN'
  | 'PAUSED'
  | 'TOO_FEW_VOTES';

export type DeliveryState =
  | 'DELIVERED'
  | 'EXPIRED'
  | 'PENDING'
  | 'REFUSED'
  | 'UNKNOWN'
  | 'UNREACHABLE';

/** A further dimension of the space, both ends included; one value: the same twice. */
export type DimensionInput = {
  max: number;
  min: number;
  name: DimensionName;
  step: number;
};

/** Percent, but MAX_HOLD in candles, ROI_1_AFTER and its like in minutes from the target before, ONLY_OFFSET 0 or 1. */
export type DimensionName =
  | 'BREAK_EVEN'
  | 'MAX_HOLD'
  | 'ONLY_OFFSET'
  | 'ROI_1'
  | 'ROI_1_AFTER'
  | 'ROI_2'
  | 'ROI_2_AFTER'
  | 'ROI_3'
  | 'ROI_3_AFTER'
  | 'TRAILING'
  | 'TRAILING_BEYOND';

export type ExitParamsRequest = {
  leverage: number;
  pair: string;
  side?: Side | null | undefined;
};

export type Fills =
  | 'CONSERVATIVE'
  | 'FREQTRADE';

export type Objective =
  | 'CALMAR'
  | 'EXPECTANCY'
  | 'NET_PROFIT'
  | 'PROFIT_FACTOR'
  | 'SHARPE'
  | 'SORTINO'
  | 'WIN_RATE';

/** The tier that answered. */
export type ParamSource =
  | 'FALLBACK'
  | 'OPTUNA'
  | 'STATELESS';

/** What is not named is not narrowed: a pause of nothing but a reason stops everything. */
export type PauseInput = {
  /** A bot that is configured. */
  bot?: string | null | undefined;
  pair?: string | null | undefined;
  /** 1 to 500 characters. */
  reason: string;
  side?: Side | null | undefined;
  /** With a bot: the decisions this source takes part in do not go to that bot. One never heard is taken and noted, but for a slip in its case. */
  source?: string | null | undefined;
  /** In the future; absent: until it is resumed. */
  until?: string | null | undefined;
};

/** Who gives up a trial before its last fold; with RANDOM and TPE. */
export type Pruner =
  | 'HYPERBAND'
  | 'MEDIAN'
  | 'NONE'
  | 'WILCOXON';

/** Levels in percent, both ends included. */
export type RangeInput = {
  max: number;
  min: number;
  step: number;
};

/** EXACT and GRID judge every cell, RANDOM and TPE a number of trials. */
export type Sampler =
  | 'EXACT'
  | 'GRID'
  | 'RANDOM'
  | 'TPE';

/** The side of an entry. */
export type Side =
  | 'LONG'
  | 'SHORT';

export type StartSearchInput = {
  /** Of the interval that must lie above 0; 0.5 to below 1. */
  confidence?: number | null | undefined;
  /** Per side. */
  feePct?: number | null | undefined;
  /** The winner must also earn with fees this many times as high, 1 to 10. */
  feeStress?: number | null | undefined;
  fills?: Fills | null | undefined;
  from?: string | null | undefined;
  /** Of the splits at most this share may lose out of sample, 0..1. */
  lossShareMax?: number | null | undefined;
  /** Candles. */
  maxHold?: number | null | undefined;
  /** Candles, whole numbers: the longest hold as a third dimension, instead of maxHold. */
  maxHolds?: RangeInput | null | undefined;
  objective?: Objective | null | undefined;
  pair: string;
  pruner?: Pruner | null | undefined;
  /** Only a validated winner is ever published. */
  publish?: boolean | null | undefined;
  sampler?: Sampler | null | undefined;
  /** 0 to 2147483647. */
  seed?: number | null | undefined;
  /** Absent: both. */
  side?: Side | null | undefined;
  /** What RANDOM and TPE search beside the levels; each once. */
  space?: Array<DimensionInput> | null | undefined;
  /** Negative. */
  stop?: RangeInput | null | undefined;
  /** Positive. */
  target?: RangeInput | null | undefined;
  timeframe?: string | null | undefined;
  to?: string | null | undefined;
  /** Of RANDOM and TPE, 100 when absent; EXACT and GRID judge every cell. */
  trials?: number | null | undefined;
  /** Absent: as configured, else ANCHORED. */
  walkForward?: WalkForward | null | undefined;
};

export type StudyState =
  | 'CANCELLED'
  | 'COMPLETE'
  | 'FAILED'
  | 'QUEUED'
  | 'RUNNING';

/** Structured fields win over what the tag says; what is missing is taken from the tag. */
export type SubmitSignalInput = {
  /** 0..1 */
  confidence?: number | null | undefined;
  /** e.g. long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%) */
  enterTag?: string | null | undefined;
  /** The same key of the same credential counts once. */
  idempotencyKey?: string | null | undefined;
  leverage?: number | null | undefined;
  pair: string;
  profitPct?: number | null | undefined;
  safetyPct?: number | null | undefined;
  sentAt?: string | null | undefined;
  side: Side;
  source?: string | null | undefined;
};

/** What a fold trains on: all before its test span, or the one span before it. */
export type WalkForward =
  | 'ANCHORED'
  | 'ROLLING';

export type LevelsFragment = { pair: string, leverage: number, side: Side | null, source: ParamSource, riskCapped: boolean, reason: string, asOf: string | null, ageSeconds: number | null, stale: boolean, revision: string, position: { stopLossPct: number, takeProfitPct: number }, account: { stopLossPct: number, takeProfitPct: number } };

export type ExitParamsQueryVariables = Exact<{
  pair: string;
  leverage: number;
  side?: Side | null | undefined;
}>;


export type ExitParamsQuery = { exitParams: { pair: string, leverage: number, side: Side | null, source: ParamSource, riskCapped: boolean, reason: string, asOf: string | null, ageSeconds: number | null, stale: boolean, revision: string, position: { stopLossPct: number, takeProfitPct: number }, account: { stopLossPct: number, takeProfitPct: number } } };

export type ExitParamsBatchQueryVariables = Exact<{
  requests: Array<ExitParamsRequest> | ExitParamsRequest;
}>;


export type ExitParamsBatchQuery = { exitParamsBatch: Array<{ pair: string, leverage: number, side: Side | null, source: ParamSource, riskCapped: boolean, reason: string, asOf: string | null, ageSeconds: number | null, stale: boolean, revision: string, position: { stopLossPct: number, takeProfitPct: number }, account: { stopLossPct: number, takeProfitPct: number } } | null> };

export type LeverageBinsQueryVariables = Exact<{
  side?: Side | null | undefined;
  pair?: string | null | undefined;
  lookbackDays?: number | null | undefined;
}>;


export type LeverageBinsQuery = { leverageBins: Array<{ label: string, minLeverage: number, maxLeverage: number, stopLossPct: number, takeProfitPct: number, winRate: number, profitFactor: number | null, avgWinPct: number | null, avgLossPct: number | null, totalTrades: number, firstTradeAt: string, lastTradeAt: string }> };

export type RecordTradesMutationVariables = Exact<{
  trades: Array<ClosedTradeInput> | ClosedTradeInput;
}>;


export type RecordTradesMutation = { recordTrades: { recorded: number, duplicates: number } };

export type ExitParamsChangedSubscriptionVariables = Exact<{
  requests: Array<ExitParamsRequest> | ExitParamsRequest;
}>;


export type ExitParamsChangedSubscription = { exitParamsChanged: { pair: string, leverage: number, side: Side | null, source: ParamSource, riskCapped: boolean, reason: string, asOf: string | null, ageSeconds: number | null, stale: boolean, revision: string, position: { stopLossPct: number, takeProfitPct: number }, account: { stopLossPct: number, takeProfitPct: number } } };

export type SubmitSignalMutationVariables = Exact<{
  input: SubmitSignalInput;
}>;


export type SubmitSignalMutation = { submitSignal: { windowClosesAt: string, duplicate: boolean, signal: { id: string, source: string, confidence: number, confidenceDefaulted: boolean, receivedAt: string } } };

export type SignalQueryVariables = Exact<{
  id: string | number;
}>;


export type SignalQuery = { signal: { id: string, pair: string, side: Side, source: string, confidence: number, receivedAt: string, counted: boolean | null, window: { openedAt: string, closesAt: string }, decision: { id: string, outcome: DecisionOutcome, reason: DecisionReason | null, detail: string | null, votes: number, expectedFeeders: number, confidence: number, enterTag: string, decidedAt: string, deliveries: Array<{ bot: string, state: DeliveryState, tradeId: string | null, attempts: Array<{ at: string, status: number | null, error: string | null, durationMs: number | null }> }> } | null } | null };

export type EnsembleDecisionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  pair?: string | null | undefined;
  side?: Side | null | undefined;
  outcome?: DecisionOutcome | null | undefined;
  source?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type EnsembleDecisionsQuery = { ensembleDecisions: { nodes: Array<{ id: string, pair: string, side: Side, outcome: DecisionOutcome, reason: DecisionReason | null, detail: string | null, votes: number, expectedFeeders: number, confidence: number, sources: Array<string>, leverage: number | null, enterTag: string, conflict: boolean, windowOpenedAt: string, windowClosedAt: string, decidedAt: string, deliveries: Array<{ bot: string, state: DeliveryState, detail: string | null, tradeId: string | null }>, pausedBy: { id: string, pair: string | null, side: Side | null, source: string | null, bot: string | null, reason: string, author: string, createdAt: string, until: string | null, endedAt: string | null, endedBy: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type FiguresFragment = { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null };

export type VerdictFragment = { id: string, pair: string, timeframe: string, side: Side | null, state: StudyState, progress: number, error: string | null, validated: boolean | null, published: boolean, best: { stopLossPct: number, takeProfitPct: number, objective: number, metrics: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null, validation: { pbo: number | null, reasons: Array<string>, warnings: Array<string>, outOfSample: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null };

export type StartSearchMutationVariables = Exact<{
  input: StartSearchInput;
}>;


export type StartSearchMutation = { startSearch: { id: string, pair: string, timeframe: string, side: Side | null, state: StudyState, progress: number, error: string | null, validated: boolean | null, published: boolean, best: { stopLossPct: number, takeProfitPct: number, objective: number, metrics: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null, validation: { pbo: number | null, reasons: Array<string>, warnings: Array<string>, outOfSample: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null } };

export type StudyQueryVariables = Exact<{
  id: string | number;
}>;


export type StudyQuery = { study: { id: string, pair: string, timeframe: string, side: Side | null, state: StudyState, progress: number, error: string | null, validated: boolean | null, published: boolean, best: { stopLossPct: number, takeProfitPct: number, objective: number, metrics: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null, validation: { pbo: number | null, reasons: Array<string>, warnings: Array<string>, outOfSample: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null } | null };

export type PauseFactsFragment = { id: string, pair: string | null, side: Side | null, source: string | null, bot: string | null, reason: string, author: string, createdAt: string, until: string | null, endedAt: string | null, endedBy: string | null };

export type PauseMutationVariables = Exact<{
  input: PauseInput;
}>;


export type PauseMutation = { pause: { id: string, pair: string | null, side: Side | null, source: string | null, bot: string | null, reason: string, author: string, createdAt: string, until: string | null, endedAt: string | null, endedBy: string | null } };

export type ResumeMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeMutation = { resume: { id: string, pair: string | null, side: Side | null, source: string | null, bot: string | null, reason: string, author: string, createdAt: string, until: string | null, endedAt: string | null, endedBy: string | null } };

export type PausesQueryVariables = Exact<{
  includeEnded?: boolean | null | undefined;
}>;


export type PausesQuery = { pauses: Array<{ id: string, pair: string | null, side: Side | null, source: string | null, bot: string | null, reason: string, author: string, createdAt: string, until: string | null, endedAt: string | null, endedBy: string | null }> };

export type HealthQueryVariables = Exact<{ [key: string]: never; }>;


export type HealthQuery = { feeders: Array<{ source: string, lastSignalAt: string | null, signalsLastHour: number, signalsLastDay: number, defaultedShare: number | null, forwardedShare: number | null, agreementShare: number | null, silent: boolean, trades: number, winRate: number | null, expectancyPct: number | null, netProfitPct: number | null }>, bots: Array<{ name: string, sides: Array<Side>, reachable: boolean | null, state: string | null, forceEntryEnabled: boolean | null, positionAdjustment: boolean | null, clockOffsetSeconds: number | null, inFlight: number, owed: number, lastAnswerAt: string | null, refusals: Array<{ text: string, count: number }> }> };

export type CancelSearchMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelSearchMutation = { cancelSearch: { id: string, pair: string, timeframe: string, side: Side | null, state: StudyState, progress: number, error: string | null, validated: boolean | null, published: boolean, best: { stopLossPct: number, takeProfitPct: number, objective: number, metrics: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null, validation: { pbo: number | null, reasons: Array<string>, warnings: Array<string>, outOfSample: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null } };

export type SearchProgressSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type SearchProgressSubscription = { searchProgress: { id: string, pair: string, timeframe: string, side: Side | null, state: StudyState, progress: number, error: string | null, validated: boolean | null, published: boolean, best: { stopLossPct: number, takeProfitPct: number, objective: number, metrics: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null, validation: { pbo: number | null, reasons: Array<string>, warnings: Array<string>, outOfSample: { trades: number, winRate: number | null, profitFactor: number | null, expectancyPct: number | null, netProfitPct: number | null, maxDrawdownPct: number | null } } | null } };

export type DecisionMadeSubscriptionVariables = Exact<{
  pair?: string | null | undefined;
  side?: Side | null | undefined;
}>;


export type DecisionMadeSubscription = { decisionMade: { id: string, pair: string, side: Side, outcome: DecisionOutcome, reason: DecisionReason | null, detail: string | null, votes: number, expectedFeeders: number, confidence: number, sources: Array<string>, leverage: number | null, enterTag: string, conflict: boolean, windowOpenedAt: string, windowClosedAt: string, decidedAt: string, deliveries: Array<{ bot: string, state: DeliveryState, detail: string | null, tradeId: string | null }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const LevelsFragmentDoc = new TypedDocumentString(`
    fragment Levels on ExitParams {
  pair
  leverage
  side
  source
  position {
    stopLossPct
    takeProfitPct
  }
  account {
    stopLossPct
    takeProfitPct
  }
  riskCapped
  reason
  asOf
  ageSeconds
  stale
  revision
}
    `, {"fragmentName":"Levels"}) as unknown as TypedDocumentString<LevelsFragment, unknown>;
export const FiguresFragmentDoc = new TypedDocumentString(`
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}
    `, {"fragmentName":"Figures"}) as unknown as TypedDocumentString<FiguresFragment, unknown>;
export const VerdictFragmentDoc = new TypedDocumentString(`
    fragment Verdict on Study {
  id
  pair
  timeframe
  side
  state
  progress
  error
  best {
    stopLossPct
    takeProfitPct
    objective
    metrics {
      ...Figures
    }
  }
  validation {
    outOfSample {
      ...Figures
    }
    pbo
    reasons
    warnings
  }
  validated
  published
}
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}`, {"fragmentName":"Verdict"}) as unknown as TypedDocumentString<VerdictFragment, unknown>;
export const PauseFactsFragmentDoc = new TypedDocumentString(`
    fragment PauseFacts on Pause {
  id
  pair
  side
  source
  bot
  reason
  author
  createdAt
  until
  endedAt
  endedBy
}
    `, {"fragmentName":"PauseFacts"}) as unknown as TypedDocumentString<PauseFactsFragment, unknown>;
export const ExitParamsDocument = new TypedDocumentString(`
    query ExitParams($pair: String!, $leverage: Float!, $side: Side) {
  exitParams(pair: $pair, leverage: $leverage, side: $side) {
    ...Levels
  }
}
    fragment Levels on ExitParams {
  pair
  leverage
  side
  source
  position {
    stopLossPct
    takeProfitPct
  }
  account {
    stopLossPct
    takeProfitPct
  }
  riskCapped
  reason
  asOf
  ageSeconds
  stale
  revision
}`) as unknown as TypedDocumentString<ExitParamsQuery, ExitParamsQueryVariables>;
export const ExitParamsBatchDocument = new TypedDocumentString(`
    query ExitParamsBatch($requests: [ExitParamsRequest!]!) {
  exitParamsBatch(requests: $requests) {
    ...Levels
  }
}
    fragment Levels on ExitParams {
  pair
  leverage
  side
  source
  position {
    stopLossPct
    takeProfitPct
  }
  account {
    stopLossPct
    takeProfitPct
  }
  riskCapped
  reason
  asOf
  ageSeconds
  stale
  revision
}`) as unknown as TypedDocumentString<ExitParamsBatchQuery, ExitParamsBatchQueryVariables>;
export const LeverageBinsDocument = new TypedDocumentString(`
    query LeverageBins($side: Side, $pair: String, $lookbackDays: Int) {
  leverageBins(side: $side, pair: $pair, lookbackDays: $lookbackDays) {
    label
    minLeverage
    maxLeverage
    stopLossPct
    takeProfitPct
    winRate
    profitFactor
    avgWinPct
    avgLossPct
    totalTrades
    firstTradeAt
    lastTradeAt
  }
}
    `) as unknown as TypedDocumentString<LeverageBinsQuery, LeverageBinsQueryVariables>;
export const RecordTradesDocument = new TypedDocumentString(`
    mutation RecordTrades($trades: [ClosedTradeInput!]!) {
  recordTrades(trades: $trades) {
    recorded
    duplicates
  }
}
    `) as unknown as TypedDocumentString<RecordTradesMutation, RecordTradesMutationVariables>;
export const ExitParamsChangedDocument = new TypedDocumentString(`
    subscription ExitParamsChanged($requests: [ExitParamsRequest!]!) {
  exitParamsChanged(requests: $requests) {
    ...Levels
  }
}
    fragment Levels on ExitParams {
  pair
  leverage
  side
  source
  position {
    stopLossPct
    takeProfitPct
  }
  account {
    stopLossPct
    takeProfitPct
  }
  riskCapped
  reason
  asOf
  ageSeconds
  stale
  revision
}`) as unknown as TypedDocumentString<ExitParamsChangedSubscription, ExitParamsChangedSubscriptionVariables>;
export const SubmitSignalDocument = new TypedDocumentString(`
    mutation SubmitSignal($input: SubmitSignalInput!) {
  submitSignal(input: $input) {
    signal {
      id
      source
      confidence
      confidenceDefaulted
      receivedAt
    }
    windowClosesAt
    duplicate
  }
}
    `) as unknown as TypedDocumentString<SubmitSignalMutation, SubmitSignalMutationVariables>;
export const SignalDocument = new TypedDocumentString(`
    query Signal($id: ID!) {
  signal(id: $id) {
    id
    pair
    side
    source
    confidence
    receivedAt
    window {
      openedAt
      closesAt
    }
    counted
    decision {
      id
      outcome
      reason
      detail
      votes
      expectedFeeders
      confidence
      enterTag
      decidedAt
      deliveries {
        bot
        state
        tradeId
        attempts {
          at
          status
          error
          durationMs
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SignalQuery, SignalQueryVariables>;
export const EnsembleDecisionsDocument = new TypedDocumentString(`
    query EnsembleDecisions($first: Int, $after: String, $pair: String, $side: Side, $outcome: DecisionOutcome, $source: String, $from: DateTime, $to: DateTime) {
  ensembleDecisions(
    first: $first
    after: $after
    pair: $pair
    side: $side
    outcome: $outcome
    source: $source
    from: $from
    to: $to
  ) {
    nodes {
      id
      pair
      side
      outcome
      reason
      detail
      votes
      expectedFeeders
      confidence
      sources
      leverage
      enterTag
      conflict
      windowOpenedAt
      windowClosedAt
      decidedAt
      deliveries {
        bot
        state
        detail
        tradeId
      }
      pausedBy {
        ...PauseFacts
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment PauseFacts on Pause {
  id
  pair
  side
  source
  bot
  reason
  author
  createdAt
  until
  endedAt
  endedBy
}`) as unknown as TypedDocumentString<EnsembleDecisionsQuery, EnsembleDecisionsQueryVariables>;
export const StartSearchDocument = new TypedDocumentString(`
    mutation StartSearch($input: StartSearchInput!) {
  startSearch(input: $input) {
    ...Verdict
  }
}
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}
fragment Verdict on Study {
  id
  pair
  timeframe
  side
  state
  progress
  error
  best {
    stopLossPct
    takeProfitPct
    objective
    metrics {
      ...Figures
    }
  }
  validation {
    outOfSample {
      ...Figures
    }
    pbo
    reasons
    warnings
  }
  validated
  published
}`) as unknown as TypedDocumentString<StartSearchMutation, StartSearchMutationVariables>;
export const StudyDocument = new TypedDocumentString(`
    query Study($id: ID!) {
  study(id: $id) {
    ...Verdict
  }
}
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}
fragment Verdict on Study {
  id
  pair
  timeframe
  side
  state
  progress
  error
  best {
    stopLossPct
    takeProfitPct
    objective
    metrics {
      ...Figures
    }
  }
  validation {
    outOfSample {
      ...Figures
    }
    pbo
    reasons
    warnings
  }
  validated
  published
}`) as unknown as TypedDocumentString<StudyQuery, StudyQueryVariables>;
export const PauseDocument = new TypedDocumentString(`
    mutation Pause($input: PauseInput!) {
  pause(input: $input) {
    ...PauseFacts
  }
}
    fragment PauseFacts on Pause {
  id
  pair
  side
  source
  bot
  reason
  author
  createdAt
  until
  endedAt
  endedBy
}`) as unknown as TypedDocumentString<PauseMutation, PauseMutationVariables>;
export const ResumeDocument = new TypedDocumentString(`
    mutation Resume($id: ID!) {
  resume(id: $id) {
    ...PauseFacts
  }
}
    fragment PauseFacts on Pause {
  id
  pair
  side
  source
  bot
  reason
  author
  createdAt
  until
  endedAt
  endedBy
}`) as unknown as TypedDocumentString<ResumeMutation, ResumeMutationVariables>;
export const PausesDocument = new TypedDocumentString(`
    query Pauses($includeEnded: Boolean) {
  pauses(includeEnded: $includeEnded) {
    ...PauseFacts
  }
}
    fragment PauseFacts on Pause {
  id
  pair
  side
  source
  bot
  reason
  author
  createdAt
  until
  endedAt
  endedBy
}`) as unknown as TypedDocumentString<PausesQuery, PausesQueryVariables>;
export const HealthDocument = new TypedDocumentString(`
    query Health {
  feeders {
    source
    lastSignalAt
    signalsLastHour
    signalsLastDay
    defaultedShare
    forwardedShare
    agreementShare
    silent
    trades
    winRate
    expectancyPct
    netProfitPct
  }
  bots {
    name
    sides
    reachable
    state
    forceEntryEnabled
    positionAdjustment
    clockOffsetSeconds
    inFlight
    owed
    refusals {
      text
      count
    }
    lastAnswerAt
  }
}
    `) as unknown as TypedDocumentString<HealthQuery, HealthQueryVariables>;
export const CancelSearchDocument = new TypedDocumentString(`
    mutation CancelSearch($id: ID!) {
  cancelSearch(id: $id) {
    ...Verdict
  }
}
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}
fragment Verdict on Study {
  id
  pair
  timeframe
  side
  state
  progress
  error
  best {
    stopLossPct
    takeProfitPct
    objective
    metrics {
      ...Figures
    }
  }
  validation {
    outOfSample {
      ...Figures
    }
    pbo
    reasons
    warnings
  }
  validated
  published
}`) as unknown as TypedDocumentString<CancelSearchMutation, CancelSearchMutationVariables>;
export const SearchProgressDocument = new TypedDocumentString(`
    subscription SearchProgress($id: ID!) {
  searchProgress(id: $id) {
    ...Verdict
  }
}
    fragment Figures on Metrics {
  trades
  winRate
  profitFactor
  expectancyPct
  netProfitPct
  maxDrawdownPct
}
fragment Verdict on Study {
  id
  pair
  timeframe
  side
  state
  progress
  error
  best {
    stopLossPct
    takeProfitPct
    objective
    metrics {
      ...Figures
    }
  }
  validation {
    outOfSample {
      ...Figures
    }
    pbo
    reasons
    warnings
  }
  validated
  published
}`) as unknown as TypedDocumentString<SearchProgressSubscription, SearchProgressSubscriptionVariables>;
export const DecisionMadeDocument = new TypedDocumentString(`
    subscription DecisionMade($pair: String, $side: Side) {
  decisionMade(pair: $pair, side: $side) {
    id
    pair
    side
    outcome
    reason
    detail
    votes
    expectedFeeders
    confidence
    sources
    leverage
    enterTag
    conflict
    windowOpenedAt
    windowClosedAt
    decidedAt
    deliveries {
      bot
      state
      detail
      tradeId
    }
  }
}
    `) as unknown as TypedDocumentString<DecisionMadeSubscription, DecisionMadeSubscriptionVariables>;