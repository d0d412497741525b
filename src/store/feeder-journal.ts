// The port of what is counted of feeders. The writers count in the commits they make anyway, so that asking costs the same after a million signals.
import type { Rhythm } from '#domain/feeder.ts';

/** The signals of one source in whole minutes: the last hour's, the last day's, and those of the day that named no confidence. */
export interface FeederHeard {
  readonly source: string;
  readonly rhythm: Rhythm;
  readonly signalsLastHour: number;
  readonly signalsLastDay: number;
  readonly defaultedLastDay: number;
}

/** Votes of one source that counted: all, those with another source's vote beside them, those in decisions that were forwarded. */
export interface FeederVotes {
  readonly votes: number;
  readonly joined: number;
  readonly forwarded: number;
}

export interface FeederJournal {
  /** The sources heard last, at most `limit` of them, by name. One that was quiet for 30 days is forgotten. */
  heard(query: {
    readonly hourFromMs: number;
    readonly dayFromMs: number;
    readonly limit: number;
  }): Promise<readonly FeederHeard[]>;
  /** The rhythms of the sources heard last, at most `limit`, latest first. */
  rhythms(limit: number): Promise<readonly { readonly source: string; readonly rhythm: Rhythm }[]>;
  /** The pairs that kept signals name, by name; at most 10,000. */
  pairs(): Promise<readonly string[]>;
  /** Votes in windows that closed at `fromMs` or later (at most a day back), whole minutes, of each source; undefined without any. */
  votes(query: {
    readonly fromMs: number;
    readonly sources: readonly string[];
  }): Promise<readonly (FeederVotes | undefined)[]>;
}
