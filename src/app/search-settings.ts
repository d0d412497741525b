// What can be set of searches, by the names the file uses.

export interface SearchSettings {
  /** undefined: one per core less one. */
  readonly studyThreads: number | undefined;
  readonly studyDays: number;
  readonly studiesKept: number;
}
