// The ports of studies: requested on the gateway side, run and written by the worker.
import type { FlatPlane } from '#domain/plane.ts';
import type { Plane, Study, StudySpec } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';

/** What operators asked of the search: to run a study, to cancel one, or to keep one that a command ran itself. */
export type StudyRequest =
  | { readonly kind: 'start'; readonly studyId: string; readonly spec: StudySpec }
  | { readonly kind: 'cancel'; readonly studyId: string }
  | {
      readonly kind: 'keep';
      readonly studyId: string;
      readonly study: Study;
      readonly trials: readonly Trial[];
      /** Read, it is one of columns. */
      readonly plane: Plane | FlatPlane | null;
    };

export interface StudyRequests {
  append(request: StudyRequest, atMs: number): Promise<number>;
  /** Requests with seq > `seq`, in order. */
  after(
    seq: number,
    limit: number,
  ): Promise<readonly { readonly seq: number; readonly atMs: number; readonly request: StudyRequest }[]>;
}

/** Studies without their planes (a result's `plane` is kept apart). Reading shows a requested study as QUEUED before the worker has seen it. */
export interface StudyJournal {
  /** Writes the study as it is now; `requestSeq`, when given, marks that request as seen in the same commit. */
  save(
    study: Study,
    extras?: { readonly plane?: Plane | FlatPlane | undefined; readonly requestSeq?: number | undefined },
  ): Promise<void>;
  byIds(ids: readonly string[]): Promise<readonly (Study | undefined)[]>;
  /** Newest first by (createdAt, id); at most `first` + 1. */
  page(query: {
    readonly first: number;
    readonly after?: { readonly createdAtMs: number; readonly id: string } | undefined;
    readonly pair?: string | undefined;
  }): Promise<readonly Study[]>;
  plane(id: string): Promise<Plane | undefined>;
  /** The last request seen, and the studies QUEUED or RUNNING, oldest first: where a starting worker goes on. */
  unfinished(): Promise<{ readonly requestSeq: number; readonly studies: readonly Study[] }>;
}
