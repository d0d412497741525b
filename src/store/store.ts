// The ports: what is remembered, by whom, and what each promises on a crash. Implementations are chosen in open.ts and pass one contract suite each.
// Every port is asynchronous and batch-first: keys in, values out in key order, absent = undefined (DataLoader's own contract). Writes are idempotent by id,
// committed and synced to disk before they resolve, and never run on the calling thread.
import type { Refusal } from '#domain/bot-state.ts';
import type {
  Decision,
  DecisionChange,
  DecisionOutcome,
  Delivery,
  DeliveryAttempt,
  SignalFate,
} from '#domain/decision.ts';
import type { Side } from '#domain/market.ts';
import type { NewSignal, Signal } from '#domain/signal.ts';
import type { BotJournal } from './bot-journal.ts';
import type { FeederJournal } from './feeder-journal.ts';
import type { CandleStore, EntryStore, ParamStore, RecordedTrades, SnapshotStore, TradeStore } from './hub.ts';
import type { DeadLetterRequest, Outbox } from './outbox.ts';
import type { WorkerMemory, WorkerPairing } from './pairing.ts';
import type { PauseJournal } from './pause-journal.ts';
import type { StudyJournal, StudyRequests } from './study-journal.ts';
import type { TrialJournal } from './trial-journal.ts';

export type { BotJournal } from './bot-journal.ts';
export type { FeederJournal } from './feeder-journal.ts';
export type {
  CandleStore,
  EntryStore,
  ParamStore,
  RecordedTrades,
  SharedTradeHistory,
  SnapshotStore,
  SourceSums,
  TradeHistory,
  TradeStore,
} from './hub.ts';
export { DEFAULT_HUB_NAMES, type HubNames, type HubPlace, type InfluxHub } from './influx/bucket-names.ts';
export type { DeadLetterRequest, DeadLetterStatus, Outbox, OutboxHolds, OutboxStatus } from './outbox.ts';
export type { WorkerMemory, WorkerPairing } from './pairing.ts';
export type { PauseJournal } from './pause-journal.ts';
export type { StudyJournal, StudyRequest, StudyRequests } from './study-journal.ts';
export type { TrialJournal } from './trial-journal.ts';

// ---- signals: written by the gateway side -------------------------------------------------------------------------------------------

/**
 * The end of one append: `accepted` with the journaled signal; `duplicate` with the first one (same credential and idempotency key and the same
 * contents, or same source, pair, side and sentAt); `conflict` with the first one (same key, other contents: refused, nothing written).
 */
export interface AppendResult {
  readonly kind: 'accepted' | 'duplicate' | 'conflict';
  readonly signal: Signal;
}

/** The append-only log of accepted signals. A crash before `append` resolves may or may not have kept a signal; after it the signal is kept. */
export interface SignalJournal {
  /**
   * Appends in the given order, many callers' signals in one commit. Each gets its `receivedAtMs` inside the commit, never smaller than its
   * predecessor's while the process lives, and its window: the open one of its (pair, side), else a new one of its `windowMs`.
   * Rejects with JOURNAL_UNAVAILABLE (nothing of this call is kept) when the journal cannot be written.
   */
  append(signals: readonly NewSignal[]): Promise<readonly AppendResult[]>;
  /**
   * What `append` would answer for signals that are journaled already: `duplicate` or `conflict`, undefined for a new one. Asked for signals too old to
   * be taken: sending again is safe for as long as the first one is kept.
   */
  known(signals: readonly NewSignal[]): Promise<readonly (AppendResult | undefined)[]>;
  byIds(ids: readonly string[]): Promise<readonly (Signal | undefined)[]>;
  /** Signals with seq > `seq` in journal order, at most `limit`. Committed ones only, without holes: a later call never shows an earlier seq. */
  after(seq: number, limit: number): Promise<readonly Signal[]>;
}

// ---- decisions and deliveries: written by the holder of the worker's lock -------------------------------------------------------------

/** A bot that would be owed a decision but for a pause: its delivery is EXPIRED from the start. */
export interface Withheld {
  readonly bot: string;
  readonly pauseId: string;
  /** The pause in words. */
  readonly detail: string;
}

/** A closed window ready to be journaled: the decision, its signals' fates, and the deliveries owed (all PENDING, no attempts) or withheld. */
export interface Closing {
  readonly decision: Decision;
  readonly fates: readonly SignalFate[];
  readonly owedTo: readonly string[];
  readonly withheld: readonly Withheld[];
}

/** Filters of a page of decisions; newest first by (windowClosedAt, id); `after` is an opaque cursor. Absent filter: all. */
export interface DecisionQuery {
  readonly first: number;
  readonly after?: { readonly windowClosesAtMs: number; readonly id: string } | undefined;
  readonly pair?: string | undefined;
  readonly side?: Side | undefined;
  readonly outcome?: DecisionOutcome | undefined;
  readonly source?: string | undefined;
  /** from <= windowClosedAt < to */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** What the aggregator keeps of decisions, and where it goes on after a start. */
export interface DecisionLog {
  /**
   * All or none, in one commit. A decision that is already there is left as it is (replay after a crash). `decidedUpToSeq`: every signal up to here is
   * decided by these closings or earlier ones; kept in the same commit, never going back.
   */
  decide(closings: readonly Closing[], decidedUpToSeq: number): Promise<void>;
  /** Every signal up to this seq is decided, by the highest mark given to `decide`; 0 before the first. */
  decidedUpToSeq(): Promise<number>;
  /** All fates with seq > `seq`, in order of seq: what recovery needs to know which signals are already decided. */
  fatesAfter(seq: number, limit: number): Promise<readonly SignalFate[]>;
}

/** What is told of decisions afterwards. */
export interface DecisionHistory {
  byIds(ids: readonly string[]): Promise<readonly (Decision | undefined)[]>;
  /** At most `first` + 1 decisions: one more than asked shows that there is a next page. */
  page(query: DecisionQuery): Promise<readonly Decision[]>;
  /** The fate of each signal; undefined while its window is open. */
  fates(signalIds: readonly string[]): Promise<readonly (SignalFate | undefined)[]>;
  /** The fates of the signals of each decision, in journal order. */
  fatesOf(decisionIds: readonly string[]): Promise<readonly (readonly SignalFate[])[]>;
}

/** Both, for the one who writes decisions and reads them. */
export type DecisionJournal = DecisionLog & DecisionHistory;

/** The identity of a trade at a bot: ids alone are given again by a recreated database. */
export interface TradeRef {
  readonly tradeId: string;
  readonly openedAtMs: number;
}

/** What changed since one last looked: the way to hear of decisions, also from another process. */
export interface DecisionChanges {
  /** Changes with seq > `seq` in order, at most `limit`. Committed ones only, without holes: a later call never shows an earlier seq. */
  after(seq: number, limit: number): Promise<readonly DecisionChange[]>;
  /** The seq of the last change; 0 before the first. */
  lastSeq(): Promise<number>;
}

export interface DeliveryJournal {
  /**
   * Deliveries that are not final or still settled or held, with their attempts, their decisions and the ids of these decisions' signals (the first 100 in
   * journal order); oldest window close first. All of them, or those of `decisionIds`.
   */
  unfinished(
    decisionIds?: readonly string[],
  ): Promise<
    readonly { readonly delivery: Delivery; readonly decision: Decision; readonly signalIds: readonly string[] }[]
  >;
  /**
   * Journals the intent of an attempt before its request leaves. `busy`: another attempt at this bot is in flight or held (refused by a unique
   * index, whoever asks) and nothing was written.
   */
  begin(intent: {
    readonly decisionId: string;
    readonly bot: string;
    readonly attemptId: string;
    readonly atMs: number;
  }): Promise<'begun' | 'busy'>;
  /**
   * Journals what is now known: the attempt's end, the delivery, the decision's end, in one commit. With `trade`, that trade settles this decision;
   * `taken`: the trade already settled another one, and nothing was written. `refusal`: the bot refused the order, in its own words.
   */
  record(update: {
    readonly attempt?: DeliveryAttempt | undefined;
    readonly delivery: Delivery;
    readonly decision: Decision;
    readonly trade?: TradeRef | undefined;
    readonly refusal?: Refusal | undefined;
  }): Promise<'recorded' | 'taken'>;
  /** The deliveries of each decision, by bot name. */
  ofDecisions(decisionIds: readonly string[]): Promise<readonly (readonly Delivery[])[]>;
}

// ---- all together ----------------------------------------------------------------------------------------------------------------------

/** Ports of the gateway side: it writes signals, study requests and the hub's trades, and reads everything else. */
export interface GatewayStore extends AsyncDisposable {
  readonly signals: SignalJournal;
  readonly decisions: DecisionHistory;
  readonly deliveries: Pick<DeliveryJournal, 'ofDecisions'>;
  readonly changes: DecisionChanges;
  readonly pauses: PauseJournal;
  readonly feeders: FeederJournal;
  readonly bots: Omit<BotJournal, 'save'>;
  readonly studyRequests: Pick<StudyRequests, 'append'>;
  readonly studies: Pick<StudyJournal, 'byIds' | 'page' | 'plane'>;
  readonly trials: Pick<TrialJournal, 'of'>;
  readonly params: Pick<ParamStore, 'newest' | 'known'>;
  readonly trades: TradeStore;
  readonly recorded: RecordedTrades;
  readonly candles: CandleStore;
  readonly entries: EntryStore;
  /** What waits for a hub that is not in the data folder; null: there is none. */
  readonly outbox: Outbox | null;
  readonly snapshots: SnapshotStore;
  readonly workerMemory: WorkerMemory;
  /**
   * Forgets, in one small step, signals received before `beforeMs` (epoch ms), with their keys; those alone whose decisions are final in all they owe.
   * Resolves to how many went: 0 when there are none (left).
   */
  forget(beforeMs: number): Promise<number>;
  /** As `forget`, requests of before `beforeMs` that the worker has seen. */
  forgetStudyRequests(beforeMs: number): Promise<number>;
  /** Writes to the gateway's file without changing anything; rejects with JOURNAL_UNAVAILABLE when that cannot be. */
  tryWriting(): Promise<void>;
  /**
   * Asks whoever writes that outbox to send dead letters again or to drop them; done within a second while it runs with a shared hub, else at its next start.
   */
  askOutbox(request: DeadLetterRequest): Promise<void>;
  /** Calls `listener` after a write to the hub by this process, whichever side made it. Returns what ends it. */
  onHubWrite(listener: (kind: 'params' | 'trades') => void): () => void;
}

/** Ports of the worker side: it writes decisions, deliveries, studies and published levels, and reads the gateway's files. */
export interface WorkerStore extends AsyncDisposable {
  readonly signals: Pick<SignalJournal, 'after' | 'byIds'>;
  readonly decisions: DecisionJournal;
  readonly deliveries: DeliveryJournal;
  readonly changes: DecisionChanges;
  readonly pauses: Pick<PauseJournal, 'inForce'>;
  readonly bots: Pick<BotJournal, 'save'>;
  readonly studyRequests: Pick<StudyRequests, 'after'>;
  readonly studies: StudyJournal;
  readonly trials: TrialJournal;
  readonly params: ParamStore;
  readonly trades: Pick<TradeStore, 'sums'>;
  readonly candles: Pick<CandleStore, 'read' | 'list'>;
  readonly entries: Pick<EntryStore, 'read'>;
  /** As the gateway side's, for what the worker side writes. */
  readonly outbox: Outbox | null;
  readonly pairing: WorkerPairing;
  /** As the gateway side's, for the worker's file. */
  tryWriting(): Promise<void>;
  /**
   * Forgets, in one small step, a study that has ended and was made before `beforeMs` or is not among the newest `kept`, with its plane and trials (or a
   * part of them). Resolves to 0 when there is none (left).
   */
  forgetStudies(old: { readonly beforeMs: number; readonly kept: number }): Promise<number>;
  /** As the gateway side's, for decisions whose windows closed before `beforeMs`, with their deliveries and all else that belongs to them. */
  forget(beforeMs: number): Promise<number>;
}
