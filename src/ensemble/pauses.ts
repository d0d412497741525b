// Where operators set and end pauses, on the gateway side. A pause is on disk before it is acknowledged, and counts from then on.
import { badInput, Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { overSinceMs, type Pause, type PauseRequest, requirePause } from '#domain/pause.ts';
import { type Clock, isoTime } from '#domain/time.ts';
import type { PauseJournal } from '#store/store.ts';

/** Pauses as they are now: one that is over says since when, also when its time ran out and nobody ended it. */
export interface Pauses {
  /** Resolves when the pause is in the journal. Rejects with BAD_USER_INPUT, INTAKE_OFF or JOURNAL_UNAVAILABLE, having kept nothing. */
  pause(request: PauseRequest, author: string): Promise<Pause>;
  /** Ends a pause. Rejects with NOT_FOUND, or with BAD_USER_INPUT when it is over already. */
  resume(id: string, by: string): Promise<Pause>;
  /** Newest first: those in force, or, with the ended ones, the newest 1,000. */
  list(includeEnded: boolean): Promise<readonly Pause[]>;
  byIds(ids: readonly string[]): Promise<readonly (Pause | undefined)[]>;
}

const NEWEST = 1_000;

export interface PausesParts {
  readonly journal: PauseJournal;
  /** The names of the bots there are. */
  readonly bots: () => Promise<readonly string[]>;
  /** Whether this host takes signals: a pause set anywhere else would stop nothing. */
  readonly intake: boolean;
  readonly newId: () => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export function openPauses({ journal, bots, intake, newId, clock, log }: PausesParts): Pauses {
  const nowMs = () => Math.trunc(clock.now().wallMs);
  const seen = (pause: Pause): Pause => ({ ...pause, endedAtMs: overSinceMs(pause, nowMs()) });
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
      const pause = { ...checked, id: newId(), author, createdAtMs, endedAtMs: null, endedBy: null };
      await journal.add(pause);
      log.warn({ pauseId: pause.id, author, ...checked }, 'paused');
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
  };
}
