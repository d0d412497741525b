// Work that is dear to begin, handed in piece by piece and done together: the first piece at once, what comes meanwhile or soon after in one go.
import type { Clock } from '#domain/time.ts';

/**
 * Hands a piece in; resolves when it has been done, and rejects with what its go rejected with. One go runs at a time, and begins `restMs` after the
 * end of the one before at the earliest.
 */
export function gathering<Piece>(
  go: (pieces: readonly Piece[]) => Promise<void>,
  { clock, restMs }: { readonly clock: Clock; readonly restMs: number },
): (piece: Piece) => Promise<void> {
  let waiting: Piece[] = [];
  let next: Promise<void> | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let endedMs = Number.NEGATIVE_INFINITY;
  const begin = async () => {
    await running;
    const restingMs = endedMs + restMs - clock.now().monotonicMs;
    if (restingMs > 0) await clock.sleep(restingMs);
    const pieces = waiting;
    waiting = [];
    next = undefined;
    await go(pieces).finally(() => {
      endedMs = clock.now().monotonicMs;
    });
  };
  return (piece) => {
    waiting.push(piece);
    if (next === undefined) {
      next = begin();
      running = next.catch(() => undefined);
    }
    return next;
  };
}
