// How a study begins.
import type { Study, StudySpec } from '#domain/study.ts';

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
