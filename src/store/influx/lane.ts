// One file's way into the hub: its outbox in order, batch by batch; then the source rows an outbox had no room for; then, now and then, a look whether the
// hub still has what it acknowledged. A row leaves the outbox only after the hub has it, or has refused it for good with its words kept.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import type { KeptHubRequest } from '#store/sqlite/hub-requests.ts';
import type { OutboxRow, OutboxState } from '#store/sqlite/outbox-reader.ts';
import {
  BLOCK_PLACES,
  type OutboxStep,
  type PlaceName,
  type Refused,
  type WalkCursor,
} from '#store/sqlite/outbox-table.ts';
import type { Walked } from '#store/sqlite/outbox-walk.ts';
import { mark } from '#trace/trace.ts';
import { runsOf } from './batch.ts';
import type { Ends, Sender, Stopping } from './sender.ts';
import { type Anchor, anchorOf, type Having } from './told-flux.ts';
import { Anchors, type ToldLines, toldLines, toldText } from './told-lines.ts';
import { endedRows, linesOf, type Told } from './told-rows.ts';

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
  /** The file, as it is called in logs: the first of its places. */
  readonly name: PlaceName;
  readonly source: LaneSource;
  /** Who sends to the bucket of a place. */
  readonly senderOf: (place: PlaceName) => Sender;
  /** Whether the hub has the point of `anchor` at a place. */
  readonly has: (anchor: Anchor, place: PlaceName) => Promise<Having>;
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
/** Lines read at one go on the serving thread: under a millisecond. */
const CHUNK = 1_000;
/** Blocks read at one go, each of up to a thousand lines. */
const BLOCK_CHUNK = 1;
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
  const anchors = new Anchors();
  let troubled = false;
  /** Rows up to this seq have had their end, and are being taken out of the outbox if they are still there. */
  let toldUpTo = 0;
  let settled: Promise<void> = Promise.resolve();

  const nextBatch = async (): Promise<readonly Told[]> => {
    const batch: Told[] = [];
    let bytes = 0;
    let after = toldUpTo;
    while (batch.length < BATCH_LINES) {
      const wanted = BLOCK_PLACES.has(name) ? BLOCK_CHUNK : Math.min(CHUNK, BATCH_LINES - batch.length);
      const chunk = source.rows(after, wanted);
      for (const row of chunk) {
        const sender = senderOf(row.place);
        if (batch[0] !== undefined && senderOf(batch[0].place) !== sender) return batch;
        bytes += Buffer.byteLength(row.line) + 1;
        if (bytes > sender.maxBytes && batch.length > 0) return batch;
        batch.push(...linesOf(row));
      }
      if (chunk.length < wanted) return batch;
      after = chunk.at(-1)?.seq ?? after;
      await turn();
    }
    return batch;
  };

  /**
   * Tells what waits in the outbox, one batch of one bucket; false: stopped before its end. Taking it out of the outbox goes on while the next one is sent:
   * a crash in between sends both again, which changes nothing.
   */
  const tellBatch = async (batch: readonly [Told, ...Told[]], { lastLine }: OutboxState): Promise<boolean> => {
    const taken: Promise<void>[] = [];
    const known = toldLines(lastLine, name);
    const endsOf = endedRows(batch);
    const isSent = await senderOf(batch[0].place).send(batch, async (told) => {
      taken.push(takeOut(told, endsOf(told), known));
    });
    await settled;
    settled = Promise.all(taken).then(() => undefined);
    settled.catch(() => undefined);
    toldUpTo = batch.at(-1)?.seq ?? toldUpTo;
    if (!isSent) await settled;
    return isSent;
  };

  const takeOut = async ({ gone, refused }: Ends<Told>, ended: readonly number[], known: ToldLines): Promise<void> => {
    anchors.note(gone);
    await source.apply({
      kind: 'settle',
      gone: runsOf(ended),
      refused: refused.map(({ one: { seq, line, isPart }, status, words }) => ({
        seq,
        ...(isPart === true && { line }),
        status,
        words,
      })),
      lastLine: anchors.over(known),
    });
    mark('outbox.acknowledged', { outbox: name, lines: gone.length, refused: refused.length });
    const [first] = refused;
    if (first !== undefined)
      log.warn(
        {
          outbox: name,
          lines: refused.length,
          line: first.one.line.slice(0, 300),
          status: first.status,
          words: first.words,
        },
        'the hub refuses lines for good; see `paramgate hub status`',
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
        anchors.note(told.gone);
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
      lastLine: anchors.over(toldLines(lastLine, name)),
    });
    mark('outbox.acknowledged', { outbox: name, lines: lines.length, refused: refused.length });
    if (outside > 0) log.info({ outbox: name, lines: outside }, 'rows older than the hub keeps were left out');
    return true;
  };

  /** Whether the hub still has the newest lines it is known to have had; when it lacks one, everything is sent again. */
  const look = async ({ lastLine }: OutboxState): Promise<void> => {
    lookAtMs = clock.now().monotonicMs + LOOK_MS;
    const known = toldLines(lastLine, name);
    const places = Object.keys(known) as PlaceName[];
    const found = await Promise.all(
      places.map((place) => {
        const anchor = anchorOf(known[place] ?? '');
        return anchor === undefined ? 'unknown' : has(anchor, place);
      }),
    );
    const sure = places.filter((_, index) => found[index] === 'there' || found[index] === 'expired');
    const next = Object.fromEntries(sure.map((place) => [place, anchors.newest[place] ?? known[place]]));
    if (!found.includes('gone')) {
      const text = toldText({ ...known, ...next });
      if (text !== lastLine) await source.apply({ kind: 'settle', gone: [], refused: [], lastLine: text });
      return;
    }
    log.warn({ outbox: name }, 'the hub has lost what it had acknowledged; what the journal holds is sent again');
    mark('outbox.forgotten', { outbox: name });
    anchors.forget();
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
    if (first !== undefined && !(await tellBatch([first, ...others], state))) return undefined;
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
