// The port of pauses: written by the gateway side, obeyed by the worker.
import type { Pause } from '#domain/pause.ts';

/** Pauses are never forgotten: decisions name the one that stopped them. */
export interface PauseJournal {
  /**
   * Keeps a pause that is in force; one of the same id is left as it is. Also on a full disk, as long as there is room in what was reserved for that: rejects
   * with JOURNAL_UNAVAILABLE when it could be kept nowhere.
   */
  add(pause: Pause): Promise<void>;
  /**
   * Ends the pause at `atMs` unless it is over by then. `pause` as it is afterwards (undefined: there is none); `ended`: by this call. Rejects with
   * JOURNAL_UNAVAILABLE when that cannot be written: the pause stays in force.
   */
  end(ending: {
    readonly id: string;
    readonly atMs: number;
    readonly by: string;
  }): Promise<{ readonly pause: Pause | undefined; readonly ended: boolean }>;
  /** Those in force at `atMs`, in the order they were made. */
  inForce(atMs: number): Promise<readonly Pause[]>;
  byIds(ids: readonly string[]): Promise<readonly (Pause | undefined)[]>;
  /** At most `first`, over or not, newest first. */
  newest(first: number): Promise<readonly Pause[]>;
}
