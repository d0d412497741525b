// How the feeders are doing: what was counted of their signals and votes, and what the trades their tags name earned. Asking costs the same after a million signals.
import { isSilent, type Rhythm } from '#domain/feeder.ts';
import type { Clock } from '#domain/time.ts';
import type { FeederJournal, SourceSums, TradeStore } from '#store/store.ts';

/** One source. Shares are 0..1, null without anything to share; trade figures are position level percentages of the last 30 days, null without trades. */
export interface FeederHealth {
  readonly source: string;
  readonly lastSignalAtMs: number | null;
  readonly signalsLastHour: number;
  readonly signalsLastDay: number;
  /** Of the last day's signals. */
  readonly defaultedShare: number | null;
  /** Of its votes that counted in windows that closed in the last day: in forwarded decisions. */
  readonly forwardedShare: number | null;
  /** Of the same votes: with another source's vote beside them. */
  readonly agreementShare: number | null;
  readonly silent: boolean;
  readonly trades: number;
  readonly winRate: number | null;
  readonly expectancyPct: number | null;
  readonly netProfitPct: number | null;
}

export interface Feeders {
  /** By source: those heard in the last 30 days (the 1,000 heard last), those that are configured, and those that trades name. */
  all(): Promise<readonly FeederHealth[]>;
  /** Which of the feeders heard last (at most 200) are silent against their own rhythm. */
  silences(): Promise<readonly { readonly source: string; readonly silent: boolean }[]>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TRADES_MS = 30 * DAY_MS;
const FEEDERS = 1_000;
const WATCHED = 200;
/** How long what trades earned is told again without reading them. */
const TRADES_FRESH_MS = 5_000;

export interface FeedersParts {
  readonly journal: FeederJournal;
  readonly trades: Pick<TradeStore, 'bySource'>;
  /** Sources that some credential speaks for. */
  readonly configured: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
}

export function openFeeders({ journal, trades, configured, clock }: FeedersParts): Feeders {
  let earned: { readonly sums: Promise<ReadonlyMap<string, SourceSums>>; readonly askedAtMs: number } | undefined;
  /** Whoever asks while the trades are read waits for the same answer; a read that failed is not remembered. */
  const earnings = () => {
    const { wallMs, monotonicMs } = clock.now();
    if (earned !== undefined && monotonicMs - earned.askedAtMs < TRADES_FRESH_MS) return earned.sums;
    const sums = trades
      .bySource({ fromMs: wallMs - TRADES_MS, toMs: wallMs })
      .then((all) => new Map(all.map((one) => [one.source, one])));
    const asked = { sums, askedAtMs: monotonicMs };
    earned = asked;
    sums.catch(() => {
      if (earned === asked) earned = undefined;
    });
    return sums;
  };
  return {
    all: async () => {
      const { wallMs } = clock.now();
      const dayFromMs = wallMs - DAY_MS;
      const heard = await journal.heard({ hourFromMs: wallMs - HOUR_MS, dayFromMs, limit: FEEDERS });
      const bySource = new Map(heard.map((one) => [one.source, one]));
      const sums = await earnings();
      const sources = [...new Set([...bySource.keys(), ...configured, ...sums.keys()])].toSorted(byBytes);
      const votes = await journal.votes({ fromMs: dayFromMs, sources });
      return sources.map((source, index): FeederHealth => {
        const signals = bySource.get(source);
        const counted = votes[index];
        return {
          source,
          lastSignalAtMs: signals?.rhythm.lastAtMs ?? null,
          signalsLastHour: signals?.signalsLastHour ?? 0,
          signalsLastDay: signals?.signalsLastDay ?? 0,
          defaultedShare: share(signals?.defaultedLastDay, signals?.signalsLastDay),
          forwardedShare: share(counted?.forwarded, counted?.votes),
          agreementShare: share(counted?.joined, counted?.votes),
          silent: isQuiet(signals?.rhythm, wallMs),
          ...earningsOf(sums.get(source)),
        };
      });
    },
    silences: async () => {
      const { wallMs } = clock.now();
      const rhythms = await journal.rhythms(WATCHED);
      return rhythms.map(({ source, rhythm }) => ({ source, silent: isSilent(rhythm, wallMs) }));
    },
  };
}

function isQuiet(rhythm: Rhythm | undefined, nowMs: number): boolean {
  return rhythm !== undefined && isSilent(rhythm, nowMs);
}

function share(part: number | undefined, whole: number | undefined): number | null {
  return part === undefined || whole === undefined || whole === 0 ? null : part / whole;
}

function earningsOf(
  sums: SourceSums | undefined,
): Pick<FeederHealth, 'trades' | 'winRate' | 'expectancyPct' | 'netProfitPct'> {
  if (sums === undefined || sums.trades === 0)
    return { trades: 0, winRate: null, expectancyPct: null, netProfitPct: null };
  const { trades, wins, sumProfitPct } = sums;
  return { trades, winRate: wins / trades, expectancyPct: sumProfitPct / trades, netProfitPct: sumProfitPct };
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
