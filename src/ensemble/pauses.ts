// Where operators set and end pauses, on the gateway side. A pause is on disk before it is acknowledged, and counts from then on.
import { badInput, Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { overSinceMs, type Pause, type PauseRequest, requirePause } from '#domain/pause.ts';
import { type Clock, isoTime } from '#domain/time.ts';
import type { FeederJournal, PauseJournal } from '#store/store.ts';
import { type KnownNames, requireKnown, unheardNote } from './pause-names.ts';

/** Pauses as they are now: one that is over says since when, also when its time ran out and nobody ended it. */
export interface Pauses {
  /** Resolves when the pause is in the journal. Rejects with BAD_USER_INPUT, INTAKE_OFF or JOURNAL_UNAVAILABLE, having kept nothing. */
  pause(request: PauseRequest, author: string): Promise<Pause>;
  /** Ends a pause. Rejects with NOT_FOUND, or with BAD_USER_INPUT when it is over already. */
  resume(id: string, by: string): Promise<Pause>;
  /** Newest first: those in force, or, with the ended ones, the newest 1,000. */
  list(includeEnded: boolean): Promise<readonly Pause[]>;
  byIds(ids: readonly string[]): Promise<readonly (Pause | undefined)[]>;
  /** What whoever set it should know: that a name in it was never heard, so that it stops nothing yet. null: nothing, or it is over. */
  noteOn(pause: Pause): Promise<string | null>;
}

const NEWEST = 1_000;

export interface PausesParts {
  readonly journal: PauseJournal;
  readonly heard: Pick<FeederJournal, 'rhythms' | 'pairs'>;
  /** Who may speak for what, by credential; undefined: for any source. */
  readonly speakers: readonly (readonly string[] | undefined)[];
  /** The names of the bots there are. */
  readonly bots: () => Promise<readonly string[]>;
  /** Whether this host takes signals: a pause set anywhere else would stop nothing. */
  readonly intake: boolean;
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Sources looked through for one that a pause names. */
const SOURCES = 10_000;
/** How long names are known without reading them again: a list of pauses asks for each of them. */
const NAMES_FRESH_MS = 1_000;

export function openPauses(parts: PausesParts): Pauses {
  const { journal, heard, speakers, bots, intake, newId, clock, log } = parts;
  const nowMs = () => Math.trunc(clock.now().wallMs);
  const seen = (pause: Pause): Pause => ({ ...pause, endedAtMs: overSinceMs(pause, nowMs()) });
  let names: { readonly known: Promise<KnownNames | undefined>; readonly readAtMs: number } | undefined;
  /** undefined when the journal cannot be read: a pause must not fail for it. */
  const knownNames = async (): Promise<KnownNames | undefined> => {
    try {
      const sources = (await heard.rhythms(SOURCES)).map(({ source }) => source);
      const isClosed = speakers.length > 0 && !speakers.includes(undefined);
      return {
        sources: [...new Set([...sources, ...speakers.flatMap((own) => own ?? [])])],
        pairs: await heard.pairs(),
        isClosed,
      };
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
  };
  return {
    pause: async (request, author) => {
      if (!intake) {
        const where = 'set it on the host that takes signals';
        throw new Fault(
          'INTAKE_OFF',
          `This gateway takes no signals (intake is off), so a pause here stops nothing; ${where}.`,
        );
      }
      const createdAtMs = nowMs();
      const checked = requirePause(request, { bots: await bots(), nowMs: createdAtMs });
      const known = await knownNames();
      if (known !== undefined) requireKnown(checked, known);
      const pause = { ...checked, id: newId(), author, createdAtMs, endedAtMs: null, endedBy: null };
      await journal.add(pause);
      const note = known === undefined ? null : unheardNote(checked, known);
      log.warn({ pauseId: pause.id, author, ...checked, ...(note === null ? {} : { note }) }, 'paused');
      return pause;
    },
    resume: async (id, by) => {
      const { pause, ended } = await journal.end({ id, atMs: nowMs(), by });
      if (pause === undefined) {
        throw new Fault('NOT_FOUND', `id: no pause ${JSON.stringify(id.slice(0, 60))}`, { field: 'id' });
      }
      if (!ended) {
        const { endedAtMs, endedBy } = seen(pause);
        const how = endedBy === null ? 'by its own time' : `by ${endedBy}`;
        throw badInput('id', `this pause ended at ${isoTime(endedAtMs ?? 0)}, ${how}`, 'the id of a pause in force');
      }
      log.warn({ pauseId: id, by }, 'resumed');
      return pause;
    },
    list: async (includeEnded) => {
      if (includeEnded) return (await journal.newest(NEWEST)).map(seen);
      return (await journal.inForce(nowMs())).toReversed();
    },
    byIds: async (ids) => (await journal.byIds(ids)).map((pause) => pause && seen(pause)),
    noteOn: async (pause) => {
      if (seen(pause).endedAtMs !== null || (pause.source ?? pause.pair) === null) return null;
      const { monotonicMs } = clock.now();
      if (names === undefined || monotonicMs - names.readAtMs >= NAMES_FRESH_MS)
        names = { known: knownNames(), readAtMs: monotonicMs };
      const known = await names.known;
      return known === undefined ? null : unheardNote(pause, known);
    },
  };
}
