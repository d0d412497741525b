// How far a long command is, on standard error: a bar on a terminal, a plain line per quarter otherwise, both with an estimate of what is left. Says nothing
// before there is progress, so that a refusal stays alone.
import { SingleBar } from 'cli-progress';
import type { Clock } from '#domain/time.ts';

/** Told the share done (0..1, ascending); `stop` leaves the terminal as it was. */
export interface Progress {
  show(share: number): void;
  stop(): void;
}

/** Progress of `what` on `stream`, begun now. */
export function openProgress(what: string, stream: NodeJS.WriteStream, clock: Pick<Clock, 'now'>): Progress {
  const startedMs = clock.now().monotonicMs;
  const left = (share: number) => durationText(((clock.now().monotonicMs - startedMs) * (1 - share)) / share);
  return stream.isTTY ? bar(what, stream, left) : lines(what, stream, left);
}

/** A duration in ms for people: `3 s`, `2 min`, `1.5 h`. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 100) return `${seconds} s`;
  return seconds < 6_000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

type Left = (share: number) => string;

function bar(what: string, stream: NodeJS.WriteStream, left: Left): Progress {
  const format = `${what} [{bar}] {percentage} %, about {left} left`;
  const shown = new SingleBar({ format, stream, clearOnComplete: true, hideCursor: true });
  let started = false;
  return {
    show: (share) => {
      if (!started) shown.start(1, 0, { left: '?' });
      started = true;
      shown.update(share, { left: left(share) });
    },
    stop: () => shown.stop(),
  };
}

function lines(what: string, stream: NodeJS.WriteStream, left: Left): Progress {
  let quarters = 0;
  return {
    show: (share) => {
      if (Math.floor(share * 4) <= quarters) return;
      quarters = Math.floor(share * 4);
      stream.write(`${what}: ${quarters * 25} %${quarters < 4 ? `, about ${left(share)} left` : ''}\n`);
    },
    stop: () => undefined,
  };
}
