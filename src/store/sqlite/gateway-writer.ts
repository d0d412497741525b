// What the gateway's writer thread does to gateway.db: signals get their stamp and window, duplicates find their first, feeders are
// counted, study requests are queued, pauses are kept.
import type { DatabaseSync } from 'node:sqlite';
import type { NewSignal, Signal, Window } from '#domain/signal.ts';
import { mark } from '#trace/trace.ts';
import type { AppendResult } from '../store.ts';
import { writeAgain } from './database.ts';
import { feederCounting } from './feeder-counts.ts';
import { requestForgetting, signalForgetting } from './forgetting.ts';
import type { FileWriter } from './group-commit.ts';
import { hubRequesting } from './hub-requests.ts';
import { signalTelling } from './hub-telling.ts';
import type { JournalTime } from './journal-time.ts';
import { BY_KEY, BY_SENDING, type FindSignal, firstOf } from './known-signals.ts';
import { type OutboxTable, outboxOperation } from './outbox-table.ts';
import { workerRemembering } from './pairing.ts';
import { pauseOperations } from './pauses.ts';
import { signalPoints } from './signal-points.ts';
import { contentHash, INSERT_SIGNAL, journaled, type Row, signalValues } from './signal-rows.ts';

/** A study request as a row: `body` is JSON, `plane` an encoded plane. */
export interface RequestRow {
  readonly atMs: number;
  readonly kind: 'start' | 'cancel' | 'keep';
  readonly studyId: string;
  readonly body: string | null;
  readonly plane: Uint8Array | null;
}

/** Markets whose open window's end is remembered before the ended ones are forgotten. */
const REMEMBERED_WINDOWS = 20_000;

export function gatewayWriter(db: DatabaseSync, time: JournalTime, outbox: OutboxTable) {
  const insert = db.prepare(INSERT_SIGNAL);
  const known = { [BY_KEY]: db.prepare(BY_KEY), [BY_SENDING]: db.prepare(BY_SENDING) };
  const find: FindSignal = (sql, ...values) => known[sql].get(...values);
  const lastOf = db.prepare(
    'SELECT windowOpenedAtMs AS o, windowClosesAtMs AS c FROM signals WHERE pair = ? AND side = ? ORDER BY seq DESC LIMIT 1',
  );
  const insertRequest = db.prepare(
    'INSERT INTO studyRequests (atMs, kind, studyId, body, plane) VALUES (?, ?, ?, ?, ?)',
  );
  /** Per market the window opened by this process and when it ends by the monotonic clock. Only hints: the rows say what is so. */
  const ends = new Map<string, { readonly closesAtMs: number; readonly endsSteadyMs: number }>();
  const feeders = feederCounting(db);
  const tellHub = signalTelling(outbox);
  const points = signalPoints();
  const keepNano = db.prepare('UPDATE signals SET nano = ? WHERE seq = ?');
  /** Of signals whose nanosecond is not their hash, by id; of one operation. */
  const nanos = new Map<string, number>();
  let accepted = 0;

  const append = (signal: NewSignal): AppendResult => {
    const digest = contentHash(signal);
    const first = firstOf(signal, digest, find);
    if (first !== undefined) return first;
    const { receivedAtMs, window } = place(signal);
    const { lastInsertRowid } = insert.run(...signalValues(signal, { receivedAtMs, window, contentHash: digest }));
    accepted += 1;
    const kept = journaled(signal, { seq: Number(lastInsertRowid), receivedAtMs, window });
    const nano = points.take(kept);
    if (nano !== null) {
      keepNano.run(nano, kept.seq);
      nanos.set(kept.id, nano);
    }
    return { kind: 'accepted', signal: kept };
  };

  /** Stamp and window: the open one of the market by the monotonic clock, else a new one that overlaps no earlier one of it. */
  const place = (signal: NewSignal): Pick<Signal, 'receivedAtMs' | 'window'> => {
    const { steadyMs, stampMs } = time.instant();
    const market = `${signal.side} ${signal.pair}`;
    const last = windowOf(lastOf.get(signal.pair, signal.side));
    if (last !== undefined && steadyMs < endOf(market, last)) return { receivedAtMs: stampMs, window: last };
    const overlaps = last !== undefined && stampMs < last.closesAtMs && last.openedAtMs < stampMs + signal.windowMs;
    const openedAtMs = overlaps ? time.lift(last.closesAtMs) : stampMs;
    const window = { openedAtMs, closesAtMs: openedAtMs + signal.windowMs };
    if (ends.size >= REMEMBERED_WINDOWS) forgetEnded(steadyMs);
    ends.set(market, { closesAtMs: window.closesAtMs, endsSteadyMs: steadyMs + signal.windowMs });
    return { receivedAtMs: openedAtMs, window };
  };

  /** When `window` ends by the monotonic clock; one opened before this process started ends by the wall clock, at most its length after the start. */
  const endOf = (market: string, window: Window): number => {
    const known = ends.get(market);
    if (known?.closesAtMs === window.closesAtMs) return known.endsSteadyMs;
    return Math.min(window.closesAtMs, time.startMs + window.closesAtMs - window.openedAtMs);
  };

  const forgetEnded = (steadyMs: number) => {
    for (const [market, end] of ends) if (end.endsSteadyMs <= steadyMs) ends.delete(market);
  };

  return {
    kind: 'gateway',
    db,
    operations: {
      ...pauseOperations(db),
      ...signalForgetting(db, outbox),
      ...requestForgetting(db),
      ...outboxOperation('gateway', outbox),
      ...hubRequesting(db),
      ...workerRemembering(db),
      tryGateway: () => writeAgain(db),
      appendSignals: (signals: readonly NewSignal[]): readonly AppendResult[] => {
        nanos.clear();
        const ends = signals.map(append);
        const fresh = ends.flatMap(({ kind, signal }) => (kind === 'accepted' ? [signal] : []));
        feeders.count(fresh);
        tellHub(fresh, nanos);
        return ends;
      },
      appendRequest: (request: RequestRow): number =>
        Number(
          insertRequest.run(request.atMs, request.kind, request.studyId, request.body, request.plane).lastInsertRowid,
        ),
    },
    beginning: () => {
      accepted = 0;
      feeders.begin();
    },
    committing: () => {
      feeders.write();
      if (accepted > 0) mark('signal.committing', { count: accepted });
    },
    committed: (durationMs: number) => {
      if (accepted > 0) mark('signal.committed', { count: accepted, durationMs });
    },
  } satisfies FileWriter;
}

function windowOf(row: Row | undefined): Window | undefined {
  return row === undefined ? undefined : { openedAtMs: row.o as number, closesAtMs: row.c as number };
}
