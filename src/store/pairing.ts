// PORTS that keep the journal's two files together: gateway.db remembers the worker.db it has seen, so that a worker with another one (new, replaced, or
// put back from a backup) sends nothing that the lost one may have sent already.

/** The gateway's end. */
export interface WorkerMemory {
  /**
   * Looks at worker.db and remembers it, or how far it has got; one that its worker has not yet compared is left alone. Writes only when there is something new. Resolves to
   * until when its worker holds back, epoch ms; null when it does not.
   */
  look(): Promise<number | null>;
}

/** Why a worker holds back, and until when. */
export interface HoldBack {
  /** What is the matter with worker.db, in words. */
  readonly why: string;
  /** From now until every order that the lost worker.db may have sent is too late to be sent, ms; 0 when it is already. */
  readonly remainingMs: number;
}

/** The worker's end. */
export interface WorkerPairing {
  /**
   * Compares worker.db with what gateway.db remembers, once, before anything is decided or sent. Resolves to undefined when it is the one, or
   * gateway.db remembers none. A hold is kept in worker.db: another start within it goes on with it.
   */
  compare(at: { readonly wallMs: number; readonly ttlMs: number }): Promise<HoldBack | undefined>;
}
