// Bins over other days than the configured ones: read when asked, a few kept in memory, never more.
import { badInput } from '#domain/fault.ts';
import type { Clock, Now } from '#domain/time.ts';
import type { BinFigures } from './bins.ts';
import { Figures } from './figures.ts';
import type { FiguresPace } from './figures-options.ts';

/** Bins by the number of days they look back. */
export interface Lookbacks {
  /** The figures over the last `days` x 86,400 s; throws BAD_USER_INPUT naming `lookbackDays`. */
  over(days: number): Figures<BinFigures>;
  /** Trades were written: the next answer of each wants a read that starts after now. */
  wish(): void;
  close(): void;
}

/** How many are kept; the one asked longest ago goes first. */
const MOST_LOOKBACKS = 4;
const MAX_LOOKBACK_DAYS = 3_650;
/** The longest that a question waits: no trade hangs on it, and years take the hub a while. */
const WAIT_MS = 10_000;

export function openLookbacks(around: {
  readonly pace: FiguresPace;
  readonly clock: Clock;
  readonly read: (days: number, now: Now, signal: AbortSignal) => Promise<BinFigures>;
}): Lookbacks {
  const byDays = new Map<number, Figures<BinFigures>>();
  const begin = (days: number) =>
    new Figures({
      clock: around.clock,
      kind: 'bins',
      pace: { ...around.pace, waitMs: WAIT_MS },
      ahead: false,
      read: (now, signal) => around.read(days, now, signal),
    });
  return {
    over: (days) => {
      if (!Number.isInteger(days) || days < 1 || days > MAX_LOOKBACK_DAYS) {
        throw badInput('lookbackDays', `${days} days`, `a whole number from 1 to ${MAX_LOOKBACK_DAYS}`);
      }
      const figures = byDays.get(days) ?? begin(days);
      byDays.delete(days);
      byDays.set(days, figures);
      const [oldest] = byDays;
      if (byDays.size > MOST_LOOKBACKS && oldest !== undefined) {
        byDays.delete(oldest[0]);
        oldest[1].close();
      }
      return figures;
    },
    wish: () => {
      for (const figures of byDays.values()) figures.wish();
    },
    close: () => {
      for (const figures of byDays.values()) figures.close();
    },
  };
}
