// One file's way into the hub: its outbox in order, batch by batch; then the source rows an outbox had no room for; then, now and then, a look whether the
// hub still has what it acknowledged. A row leaves the outbox only after the hub has it, or has refused it for good with its words kept.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { KeptHubRequest } from '#store/sqlite/hub-requests.ts';
import type { OutboxRow, OutboxState } from '#store/sqlite/outbox-reader.ts';
import type { OutboxStep, PlaceName, Refused, WalkCursor } from '#store/sqlite/outbox-table.ts';
import type { Walked } from '#store/sqlite/outbox-walk.ts';
import { mark } from '#trace/trace.ts';
import { runsOf } from './batch.ts';
import type { Ends, Sender, Stopping } from './sender.ts';
import { type Anchor, anchorOf, type Having } from './told-flux.ts';

/** A file's outbox as its lane sees it. */
export interface LaneSource {
  state(): OutboxState | undefined;
  rows(after: number, limit: number): readonly OutboxRow[];
  walk(from: WalkCursor, limit: number): Walked;
  requests(after: number): readonly KeptHubRequest[];
  /** Applies `step` in the file's writer; resolves when it is on disk. */
  apply(step: OutboxStep): Promise<number>;
}

export interface LaneParts {
  /** The file, as it is called in logs. */
  readonly name: string;
  readonly source: LaneSource;
  /** Who sends to the bucket of a place. */
  readonly senderOf: (place: PlaceName) => Sender;
  /** Whether the hub has the point of `anchor`. */
  readonly has: (anchor: Anchor) => Promise<Having>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Lane {
  /** Resolves when the lane has stopped. */
  readonly ended: Promise<void>;
  /** The hub may have lost what it had: it is asked at the next turn. */
  doubt(): void;
}

/** The most lines a request carries: the hub takes more at no gain, and each batch is built on the serving thread. */
const BATCH_LINES = 5_000;
/** Rows read at one go on the serving thread: under a millisecond. */
const CHUNK = 1_000;
const WALK_CHUNK = 500;
/** Pause when nothing waits. */
const IDLE_MS = 250;
/** Pause after the journal could not be read or written. */
const TROUBLE_MS = 1_000;
/** How often an undoubted hub is asked whether it still has what it acknowledged. */
const LOOK_MS = 60_000;

/** Starts telling; goes on until `stopping.hurry` aborts and nothing more goes through, or until `stopping.now` does. */
export function startLane({ name, source, senderOf, has, clock, log }: LaneParts, stopping: Stopping): Lane {
  let lookAtMs = Number.NEGATIVE_INFINITY;
  let newest: string | null = null;
  let troubled = false;
  /** Rows up to this seq have had their end, and are being taken out of the outbox if they are still there. */
  let toldUpTo = 0;
  let settled: Promise<void> = Promise.resolve();

  const nextBatch = async (): Promise<readonly OutboxRow[]> => {
    const batch: OutboxRow[] = [];
    let bytes = 0;
    let after = toldUpTo;
    while (batch.length < BATCH_LINES) {
      const chunk = source.rows(after, Math.min(CHUNK, BATCH_LINES - batch.length));
      for (const row of chunk) {
        const sender = senderOf(row.place);
        if (batch[0] !== undefined && senderOf(batch[0].place) !== sender) return batch;
        bytes += Buffer.byteLength(row.line) + 1;
        if (bytes > sender.maxBytes && batch.length > 0) return batch;
        batch.push(row);
      }
      if (chunk.length < CHUNK) return batch;
      after = chunk.at(-1)?.seq ?? after;
      await turn();
    }
    return batch;
  };

  /**
   * Tells what waits in the outbox, one batch of one bucket; false: stopped before its end. Taking it out of the outbox goes on while the next one is sent:
   * a crash in between sends both again, which changes nothing.
   */
  const tellBatch = async (batch: readonly [OutboxRow, ...OutboxRow[]], anchor: string | null): Promise<boolean> => {
    const taken: Promise<void>[] = [];
    const isSent = await senderOf(batch[0].place).send(batch, async (told) => {
      taken.push(takeOut(told, anchor));
    });
    await settled;
    settled = Promise.all(taken).then(() => undefined);
    settled.catch(() => undefined);
    toldUpTo = batch.at(-1)?.seq ?? toldUpTo;
    if (!isSent) await settled;
    return isSent;
  };

  const takeOut = async ({ gone, refused }: Ends<OutboxRow>, anchor: string | null): Promise<void> => {
    const last = gone.at(-1)?.line ?? null;
    newest = last ?? newest;
    await source.apply({
      kind: 'settle',
      gone: runsOf(gone.map(({ seq }) => seq)),
      refused: refused.map(({ one, status, words }) => ({ seq: one.seq, status, words })),
      lastLine: anchor === null ? last : null,
    });
    mark('outbox.acknowledged', { outbox: name, lines: gone.length, refused: refused.length });
    for (const { one, status, words } of refused)
      log.warn(
        { outbox: name, line: one.line.slice(0, 300), status, words },
        'the hub refuses a line for good; see `paramgate hub status`',
      );
  };

  /** Tells the next source rows after the walk's place; false: stopped before their end. */
  const walkOn = async ({ walk, walkSkips, lastLine }: OutboxState): Promise<boolean> => {
    if (walk === null) return true;
    const { lines, unwritable, to } = source.walk(walk, WALK_CHUNK);
    const refused: Refused[] = unwritable.map((one) => ({ ...one, line: '', status: 0 }));
    let outside = 0;
    for (const [sender, own] of Map.groupBy(lines, ({ place }) => senderOf(place))) {
      const isSent = await sender.send(own, async (told) => {
        newest = told.gone.at(-1)?.line ?? newest;
        for (const { one, status, words } of told.refused) {
          // What has grown older than the hub keeps anything was in it once, or may not be any more.
          if (/retention/i.test(words)) outside += 1;
          else refused.push({ ...one, status, words });
        }
      });
      if (!isSent) return false;
    }
    await source.apply({
      kind: 'walked',
      from: walk,
      to,
      skips: walkSkips,
      refused,
      lastLine: lastLine === null ? newest : null,
    });
    mark('outbox.acknowledged', { outbox: name, lines: lines.length, refused: refused.length });
    if (outside > 0) log.info({ outbox: name, lines: outside }, 'rows older than the hub keeps were left out');
    return true;
  };

  /** Whether the hub still has the newest line it is known to have had; when it has not, everything is sent again. */
  const look = async (state: OutboxState): Promise<void> => {
    lookAtMs = clock.now().monotonicMs + LOOK_MS;
    const anchor = state.lastLine === null ? undefined : anchorOf(state.lastLine);
    if (anchor === undefined) return;
    const having = await has(anchor);
    if ((having === 'there' || having === 'expired') && newest !== null && newest !== state.lastLine)
      await source.apply({ kind: 'settle', gone: [], refused: [], lastLine: newest });
    if (having !== 'gone') return;
    log.warn({ outbox: name }, 'the hub has lost what it had acknowledged; what the journal holds is sent again');
    mark('outbox.forgotten', { outbox: name });
    newest = null;
    await source.apply({ kind: 'walk' });
  };

  /** One step; whether there was anything to do, or undefined: stopped in the middle of it. */
  const step = async (): Promise<boolean | undefined> => {
    const state = source.state();
    if (state === undefined) return false;
    const requests = source.requests(state.requestSeq);
    for (const { seq, verb, ids } of requests) await source.apply({ kind: 'request', seq, verb, ids });
    if (!stopping.hurry.aborted && clock.now().monotonicMs >= lookAtMs) {
      await look(state);
      return true;
    }
    const [first, ...others] = await nextBatch();
    if (first === undefined) await settled;
    if (first !== undefined && !(await tellBatch([first, ...others], state.lastLine))) return undefined;
    if (state.walk !== null && !(await walkOn(state))) return undefined;
    return first !== undefined || state.walk !== null || requests.length > 0;
  };

  const run = async () => {
    while (!stopping.now.aborted) {
      try {
        const didSomething = await step();
        if (troubled) log.info({ outbox: name }, 'the outbox can be read and written again');
        troubled = false;
        if (didSomething === true) continue;
        if (stopping.hurry.aborted) return;
        await clock.sleep(IDLE_MS, stopping.hurry);
      } catch (error) {
        if (!troubled)
          log.error({ outbox: name, err: error }, 'the outbox cannot be read or written; it is tried again');
        troubled = true;
        if (stopping.hurry.aborted) return;
        await clock.sleep(TROUBLE_MS, stopping.hurry);
      }
    }
  };
  return {
    ended: run(),
    doubt: () => {
      lookAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Lets whatever else waits on this thread go first. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
