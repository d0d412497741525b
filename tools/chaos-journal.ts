// Looks at the journal's files with nothing of the service: plain SQL and the rules of the contract, counted anew.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Acknowledged } from './chaos-feeders.ts';

export interface SignalRow {
  readonly seq: number;
  readonly id: string;
  readonly pair: string;
  readonly side: string;
  readonly source: string;
  readonly confidenceE4: number;
  readonly leverage: number | null;
  readonly receivedAtMs: number;
}
export interface DecisionRow {
  readonly id: string;
  readonly pair: string;
  readonly side: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly votes: number;
  readonly confidenceE4: number;
  readonly leverage: number | null;
  readonly sources: string;
  readonly enterTag: string;
  readonly windowClosesAtMs: number;
}
export interface DeliveryRow {
  readonly decisionId: string;
  readonly bot: string;
  readonly state: string;
  readonly tradeId: string | null;
  readonly detail: string | null;
  readonly settleUntilMs: number | null;
  readonly heldUntilMs: number | null;
}
export interface AttemptRow {
  readonly id: string;
  readonly decisionId: string;
  readonly bot: string;
  readonly atMs: number;
  readonly finishedAtMs: number | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly open: number;
}
interface FateRow {
  readonly seq: number;
  readonly signalId: string;
  readonly decisionId: string;
  readonly counted: number;
}

/** Everything both files say about signals and orders. */
export interface Journal {
  readonly signals: readonly SignalRow[];
  readonly decisions: readonly DecisionRow[];
  readonly fates: readonly FateRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly attempts: readonly AttemptRow[];
  /** What SQLite finds wrong with the files. */
  readonly damage: readonly string[];
}

/** Reads the files of a data folder; a file that is not there yet is empty. */
export function readJournal(folder: string): Journal {
  const damage: string[] = [];
  const read = (file: string, ...tables: readonly string[]) => {
    using db = new DatabaseSync(join(folder, file), { readOnly: true, timeout: 5_000 });
    const found = Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0];
    if (found !== 'ok') damage.push(`${file}: ${found}`);
    return tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());
  };
  const [signals = []] = read('gateway.db', 'signals');
  const worker = read('worker.db', 'decisions', 'fates', 'deliveries', 'attempts');
  const [decisions = [], fates = [], deliveries = [], attempts = []] = worker;
  return {
    signals: signals as readonly object[] as readonly SignalRow[],
    decisions: decisions as readonly object[] as readonly DecisionRow[],
    fates: fates as readonly object[] as readonly FateRow[],
    deliveries: deliveries as readonly object[] as readonly DeliveryRow[],
    attempts: (attempts as readonly object[] as readonly AttemptRow[]).toSorted((a, b) => a.atMs - b.atMs),
    damage,
  };
}

/** How much the journal still has to do: signals without a fate, and deliveries that are not over. */
export function unfinished({ signals, fates, deliveries }: Journal): number {
  const open = deliveries.filter(
    ({ state, settleUntilMs, heldUntilMs }) => state === 'PENDING' || settleUntilMs !== null || heldUntilMs !== null,
  );
  return signals.length - fates.length + open.length;
}

/** What is wrong with signals and decisions: each acknowledged signal is kept, in exactly one decision, which counts its votes as it should. */
export function checkDecisions(journal: Journal, acknowledged: readonly Acknowledged[]): readonly string[] {
  const faults: string[] = journal.damage.map((found) => `damaged: ${found}`);
  const signals = new Map(journal.signals.map((signal) => [signal.id, signal]));
  for (const { id, opinion } of acknowledged) {
    const signal = signals.get(id);
    if (signal === undefined) faults.push(`acknowledged signal ${id} is not in the journal`);
    else if (signal.pair !== opinion.pair || signal.side !== opinion.side || signal.source !== opinion.source)
      faults.push(`signal ${id} is kept with other contents`);
  }
  const decisions = new Map(journal.decisions.map((decision) => [decision.id, decision]));
  const fates = Map.groupBy(journal.fates, (fate) => fate.signalId);
  for (const signal of journal.signals) {
    const own = fates.get(signal.id) ?? [];
    if (own.length !== 1) faults.push(`signal ${signal.id} (seq ${signal.seq}) is in ${own.length} decisions`);
    const decision = decisions.get(own[0]?.decisionId ?? '');
    if (own.length === 1 && (decision?.pair !== signal.pair || decision.side !== signal.side))
      faults.push(`signal ${signal.id} is in a decision of another market`);
  }
  for (const fate of journal.fates) {
    if (signals.get(fate.signalId)?.seq !== fate.seq) faults.push(`a decision knows ${fate.signalId}, the journal not`);
  }
  const members = Map.groupBy(journal.fates, (fate) => fate.decisionId);
  for (const decision of journal.decisions) {
    const own = (members.get(decision.id) ?? []).toSorted((a, b) => a.seq - b.seq);
    const latest = new Map(own.map((fate) => [signals.get(fate.signalId)?.source, fate]));
    const votes = [...latest.values()];
    for (const fate of own) {
      if ((fate.counted === 1) !== votes.includes(fate)) faults.push(`${fate.signalId} is counted as it should not be`);
    }
    const cast = votes.flatMap((fate) => signals.get(fate.signalId) ?? []);
    const mean = cast.reduce((sum, vote) => sum + vote.confidenceE4, 0) / cast.length;
    const lowest = Math.min(...cast.map((vote) => vote.leverage ?? Number.POSITIVE_INFINITY));
    const sources = JSON.stringify(cast.map((vote) => vote.source).sort());
    if (decision.votes !== cast.length || decision.sources !== sources || Math.abs(decision.confidenceE4 - mean) > 0.5)
      faults.push(`decision ${decision.id} says ${decision.votes} votes of ${decision.confidenceE4}, not its signals`);
    if ((decision.leverage ?? Number.POSITIVE_INFINITY) !== lowest) faults.push(`${decision.id} has another leverage`);
    const rejected = mean < 7_000;
    if (rejected !== (decision.outcome === 'REJECTED'))
      faults.push(`${decision.id} is ${decision.outcome}, mean ${mean}`);
  }
  return faults;
}
