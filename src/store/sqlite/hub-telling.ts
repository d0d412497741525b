// What of a file's new rows the shared hub is told, and what happens when its outbox is full: signals and decisions are never refused for it - they are
// taken from their tables when there is room again -, trades and levels are, so that whoever hands them in keeps them.
import type { DatabaseSync } from 'node:sqlite';
import type { Decision } from '#domain/decision.ts';
import type { ParamRecord } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Signal } from '#domain/signal.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { decisionLine } from '#store/influx/decision-lines.ts';
import type { OwnTrade } from '#store/influx/own-trade.ts';
import { paramsLine } from '#store/influx/params-lines.ts';
import { signalLine } from '#store/influx/signal-lines.ts';
import { binTag, supersededLine, tradeLine } from '#store/influx/trade-lines.ts';
import { UNFINISHED } from './forgetting.ts';
import type { OutboxTable } from './outbox-table.ts';

/** Tells of signals just journaled, in journal order; `nanos`: of those that are not at their hash, by id. */
export function signalTelling({
  rules,
  put,
  leave,
}: OutboxTable): (signals: readonly Signal[], nanos: ReadonlyMap<string, number>) => void {
  if (rules === null) return () => undefined;
  const { measurement } = rules.names.signals;
  return (signals, nanos) => {
    const [first] = signals;
    if (first === undefined) return;
    const full = put(
      signals.map((signal) => ({
        place: 'signals' as const,
        line: () => signalLine(signal, measurement, nanos.get(signal.id)),
        ref: null,
      })),
    );
    if (full !== undefined) leave({ at: first.seq - 1, id: '' });
  };
}

/**
 * Tells of decisions just decided or ended, each exactly once and only when its end stays: FORWARDED at once, any other end when none of its deliveries
 * is open, looked for or held. In the hub the outcome is part of a point's name, so a second end would be a second point.
 */
export function decisionTelling(db: DatabaseSync, outbox: OutboxTable): (decisions: readonly Decision[]) => void {
  const { rules, put, leave } = outbox;
  if (rules === null) return () => undefined;
  const { measurement } = rules.names.decisions;
  const open = db.prepare(`SELECT 1 FROM deliveries WHERE decisionId = ? AND ${UNFINISHED} LIMIT 1`);
  const tell = db.prepare('UPDATE decisions SET told = 1 WHERE id = ? AND told IS NULL');
  const stays = ({ id, outcome }: Decision) =>
    outcome !== 'PENDING' && (outcome === 'FORWARDED' || outcome === 'REJECTED' || open.get(id) === undefined);
  return (decisions) => {
    const ended = decisions.filter((decision) => stays(decision) && tell.run(decision.id).changes === 1);
    if (ended.length === 0) return;
    const full = put(
      ended.map((decision) => ({
        place: 'decisions' as const,
        line: () => decisionLine(decision, measurement),
        ref: null,
      })),
    );
    if (full !== undefined) leave({ at: Math.min(...ended.map(({ window }) => window.closesAtMs)), id: '' });
  };
}

/** A trade at its nanosecond; `left`: what was recorded of it before, at another point. */
export interface RecordedTrade {
  readonly trade: ClosedTrade;
  readonly nano: number;
  readonly left: { readonly trade: ClosedTrade; readonly nano: number } | null;
}

/**
 * Tells of closed trades: first that one has left its earlier point, then where it is. Throws HUB_UNAVAILABLE when the outbox is full, so that nothing of the
 * call is recorded.
 */
export function tradeTelling({ rules, put }: OutboxTable): (recorded: readonly RecordedTrade[]) => void {
  if (rules === null) return () => undefined;
  const { measurement } = rules.names.trades;
  const entry = (trade: OwnTrade, line: () => string) => ({
    place: 'trades' as const,
    line,
    ref: JSON.stringify(trade),
  });
  const leaving = ({ trade, nano }: NonNullable<RecordedTrade['left']>) => {
    const point = { ...trade, bin: binTag(trade.leverage), nano };
    return entry({ ...trade, superseded: true }, () => supersededLine(point, measurement));
  };
  return (recorded) => {
    const full = put(
      recorded.flatMap(({ trade, nano, left }) => [
        ...(left === null ? [] : [leaving(left)]),
        entry(trade, () => tradeLine(trade, measurement, nano)),
      ]),
    );
    requireRoom('closed trades', full);
  };
}

/** Tells of a published record; throws HUB_UNAVAILABLE when the outbox is full. */
export function paramTelling({ rules, put }: OutboxTable): (record: ParamRecord) => void {
  if (rules === null) return () => undefined;
  const { names } = rules;
  return (record) => {
    const place = record.side === null ? 'params' : 'paramsBySide';
    const full = put([{ place, line: () => paramsLine(record, names), ref: JSON.stringify(record) }]);
    requireRoom('published levels', full);
  };
}

/** Throws HUB_UNAVAILABLE when the outbox of `what` is `full` (which bound, in words). */
export function requireRoom(what: string, full: string | undefined): void {
  if (full === undefined) return;
  throw new Fault(
    'HUB_UNAVAILABLE',
    `the hub does not take what it is sent, and the outbox of ${what} is full (${full}); try again when the hub is back`,
  );
}
