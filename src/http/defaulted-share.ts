// How many of the last hour's signals came without a confidence: sixty counts of one minute each, so that the memory is bounded.
import type { Clock } from '#domain/time.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;

export interface DefaultedShare {
  /** Counts one accepted signal. */
  count(defaulted: boolean): void;
  /** 0..1 of the signals of the last hour, whole minutes; 0 without signals. */
  share(): number;
}

export function openDefaultedShare(clock: Clock): DefaultedShare {
  const minutes = Array.from({ length: MINUTES }, () => ({ minute: -1, signals: 0, defaulted: 0 }));
  const thisMinute = () => Math.floor(clock.now().monotonicMs / MINUTE_MS);
  return {
    count: (defaulted) => {
      const minute = thisMinute();
      const at = minutes[minute % MINUTES];
      if (at === undefined) return;
      if (at.minute !== minute) Object.assign(at, { minute, signals: 0, defaulted: 0 });
      at.signals += 1;
      at.defaulted += defaulted ? 1 : 0;
    },
    share: () => {
      const oldest = thisMinute() - MINUTES + 1;
      const recent = minutes.filter(({ minute }) => minute >= oldest);
      const signals = recent.reduce((sum, at) => sum + at.signals, 0);
      return signals === 0 ? 0 : recent.reduce((sum, at) => sum + at.defaulted, 0) / signals;
    },
  };
}
