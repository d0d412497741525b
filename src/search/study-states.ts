// How a study begins and ends.
import { Fault } from '#domain/fault.ts';
import type { Rivals, Study, StudyResult, StudySpec } from '#domain/study.ts';
import { withinFolder } from '#market/candles.ts';

/** A study that was asked for and not begun. */
export function queuedStudy(id: string, spec: StudySpec, createdAtMs: number): Study {
  return {
    id,
    spec,
    state: 'QUEUED',
    progress: 0,
    createdAtMs,
    startedAtMs: null,
    finishedAtMs: null,
    result: null,
    published: false,
    error: null,
  };
}

/** A study that begins, or goes on: its beginning stays what it was. */
export function begunStudy(study: Study, rivals: Rivals, atMs: number): Study {
  return { ...study, state: 'RUNNING', rivals, startedAtMs: study.startedAtMs ?? atMs };
}

/** A study that ended without a result; what is not meant for its readers is not told: what broke inside, and where `candlesFolder` stands. */
export function failedStudy(
  study: Study,
  error: unknown,
  { atMs, candlesFolder }: { readonly atMs: number; readonly candlesFolder: string | undefined },
): Study {
  const told = error instanceof Fault ? withinFolder(error.message, candlesFolder) : 'internal error';
  return { ...ended(study, atMs), state: 'FAILED', error: told };
}

/** A study that was ended by somebody. */
export function cancelledStudy(study: Study, atMs: number): Study {
  return { ...ended(study, atMs), state: 'CANCELLED' };
}

/** A study with its result. Still RUNNING: it may have to be published before it counts as complete. */
export function doneStudy(study: Study, result: StudyResult, atMs: number): Study {
  return { ...ended(study, atMs), progress: 1, result };
}

function ended({ remainingMs: _nothingLeft, ...study }: Study, atMs: number): Study {
  return { ...study, finishedAtMs: study.finishedAtMs ?? atMs };
}
