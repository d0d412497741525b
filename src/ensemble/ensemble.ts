// DOOR of ensemble: sixty seconds of opinions become one decision. Intake and history on the gateway side, the aggregator on the worker side.
import type { Decision, Delivery, SignalFate } from '#domain/decision.ts';
import { badInput, Fault } from '#domain/fault.ts';
import type { Feed } from '#domain/feed.ts';
import type { Log } from '#domain/log.ts';
import { fromE4, type NewSignal, type Signal } from '#domain/signal.ts';
import type { Clock, Now } from '#domain/time.ts';
import type { AppendResult, DecisionQuery, GatewayStore } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { acceptable, isTooOld, requireRecent, type SignalSubmission, type Submitter } from './acceptable.ts';
import { type AggregatorParts, SignalAggregator } from './aggregator.ts';
import { type DecisionFilter, decisionFeeds } from './decision-feed.ts';
import type { EnsembleSettings } from './settings.ts';

export type { SignalSubmission, Submitter } from './acceptable.ts';
export { type FeederHealth, type Feeders, openFeeders } from './feeders.ts';
export { openPauses, type Pauses } from './pauses.ts';
export type { EnsembleSettings } from './settings.ts';

/** The gateway side. */
export interface Intake {
  /** Resolves when the signal is in the journal. Rejects with BAD_USER_INPUT, FORBIDDEN (source), INTAKE_OFF or JOURNAL_UNAVAILABLE, having kept nothing. */
  submit(
    submission: SignalSubmission,
    submitter: Submitter,
  ): Promise<{ readonly signal: Signal; readonly duplicate: boolean }>;
}

/** What is told about signals and decisions afterwards, batch-first for loaders. */
export interface History {
  signals(ids: readonly string[]): Promise<readonly (Signal | undefined)[]>;
  fates(signalIds: readonly string[]): Promise<readonly (SignalFate | undefined)[]>;
  decisions(ids: readonly string[]): Promise<readonly (Decision | undefined)[]>;
  /** At most `first` + 1, newest first. */
  page(query: DecisionQuery): Promise<readonly Decision[]>;
  /** The signals of each decision, newest first. */
  signalsOf(decisionIds: readonly string[]): Promise<readonly (readonly Signal[])[]>;
  /** The deliveries of each decision, by bot name. */
  deliveriesOf(decisionIds: readonly string[]): Promise<readonly (readonly Delivery[])[]>;
  /** Decisions from now on: each when it is decided and whenever its outcome becomes another, with that outcome; at most 0.2 s after it is journaled. */
  follow(filter: DecisionFilter): Promise<Feed<Decision>>;
}

/** The worker side: reads the signal journal, closes what is due, journals decisions and what bots are owed. */
export interface Aggregator {
  /**
   * One step: reads new signals, decides every window due by `now`. Returns how many windows are open afterwards. Windows are decided from
   * 120 ms after their close, so tick at least every 100 ms. The first ticks may still be looking through history, then 0 and 0. Rejects when a journal cannot be read or written; the next tick recovers.
   */
  tick(now: Now): Promise<{ readonly open: number; readonly decided: number }>;
}

/** Where signals are checked and journaled. `newId` gives ids never given before. */
export function openIntake(parts: {
  readonly signals: Pick<GatewayStore['signals'], 'append' | 'known'>;
  readonly settings: EnsembleSettings;
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}): Intake {
  const check = (submission: SignalSubmission, submitter: Submitter): NewSignal => {
    if (!parts.settings.intake) {
      throw new Fault('INTAKE_OFF', 'This gateway takes no signals (intake is off); send them to the host that does.');
    }
    const context = { settings: parts.settings, wallMs: parts.clock.now().wallMs };
    return { ...acceptable(submission, submitter, context), id: parts.newId() };
  };
  const journaled = async (checked: NewSignal): Promise<AppendResult> => {
    const { wallMs } = parts.clock.now();
    // Sent again long after its window, as a feeder does that never heard the answer, it is still the signal it was.
    const [known] = isTooOld(checked, wallMs) ? await parts.signals.known([checked]) : [];
    if (known !== undefined) return known;
    requireRecent(checked, wallMs);
    const [end] = await parts.signals.append([checked]);
    if (end === undefined) throw new Error('the journal answered an append of one signal with nothing');
    return end;
  };
  return {
    submit: async (submission, submitter) => {
      let source = 'unknown';
      try {
        const checked = check(submission, submitter);
        source = checked.source;
        const { kind, signal } = await journaled(checked);
        if (kind === 'conflict') {
          throw badInput('idempotencyKey', `used before with other contents (signal ${signal.id})`, 'a key of its own');
        }
        mark('signal.submitted', { source, result: kind, defaulted: signal.confidenceDefaulted });
        tellAccepted(parts.log, signal, kind === 'duplicate');
        return { signal, duplicate: kind === 'duplicate' };
      } catch (error) {
        mark('signal.submitted', { source, result: 'refused', defaulted: false });
        if (error instanceof Fault) {
          parts.log.info(
            { credential: submitter.credential, code: error.code, fault: error.message },
            'signal refused',
          );
        }
        throw error;
      }
    },
  };
}

function tellAccepted(log: Log, signal: Signal, duplicate: boolean): void {
  const { id: signalId, pair, side, source, credential, confidenceE4 } = signal;
  const fields = { signalId, pair, side, source, credential, confidence: fromE4(confidenceE4) };
  if (duplicate) log.info(fields, 'signal received again');
  else if (signal.confidenceDefaulted)
    log.warn(fields, 'signal accepted with the configured confidence: it names none');
  else log.info(fields, 'signal accepted');
}

/** What the journals tell of signals and decisions. */
export function openHistory({
  signals,
  decisions,
  deliveries,
  changes,
  clock,
}: {
  readonly signals: Pick<GatewayStore['signals'], 'byIds'>;
  readonly decisions: GatewayStore['decisions'];
  readonly deliveries: GatewayStore['deliveries'];
  readonly changes: GatewayStore['changes'];
  readonly clock: Pick<Clock, 'sleep'>;
}): History {
  return {
    follow: decisionFeeds({ changes, decisions, clock }),
    signals: (ids) => signals.byIds(ids),
    fates: (signalIds) => decisions.fates(signalIds),
    decisions: (ids) => decisions.byIds(ids),
    page: (query) => decisions.page(query),
    signalsOf: async (decisionIds) => {
      const fates = await decisions.fatesOf(decisionIds);
      const ids = fates.flatMap((ofOne) => ofOne.map((fate) => fate.signalId));
      const found = new Map((await signals.byIds(ids)).flatMap((signal) => (signal ? [[signal.id, signal]] : [])));
      return fates.map((ofOne) =>
        ofOne.flatMap((fate) => found.get(fate.signalId) ?? []).sort((a, b) => b.seq - a.seq),
      );
    },
    deliveriesOf: (decisionIds) => deliveries.ofDecisions(decisionIds),
  };
}

/** The aggregator over these journals. Nothing is read before the first tick. Only the holder of the worker's lock may have one. */
export function openAggregator(parts: AggregatorParts): Aggregator {
  return new SignalAggregator(parts);
}
