// How far a long command is, on standard error: a bar on a terminal, a plain line per quarter otherwise. Says nothing before there is progress, so that a
// refusal stays alone.
import { SingleBar } from 'cli-progress';

/** Told the share done (0..1, ascending); `stop` leaves the terminal as it was. */
export interface Progress {
  show(share: number): void;
  stop(): void;
}

/** Progress of `what` on `stream`. */
export function openProgress(what: string, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bar(what, stream) : lines(what, stream);
}

function bar(what: string, stream: NodeJS.WriteStream): Progress {
  const format = `${what} [{bar}] {percentage} %`;
  const shown = new SingleBar({ format, stream, clearOnComplete: true, hideCursor: true });
  let started = false;
  return {
    show: (share) => {
      if (!started) shown.start(1, 0);
      started = true;
      shown.update(share);
    },
    stop: () => shown.stop(),
  };
}

function lines(what: string, stream: NodeJS.WriteStream): Progress {
  let quarters = 0;
  return {
    show: (share) => {
      if (Math.floor(share * 4) <= quarters) return;
      quarters = Math.floor(share * 4);
      stream.write(`${what}: ${quarters * 25} %\n`);
    },
    stop: () => undefined,
  };
}
