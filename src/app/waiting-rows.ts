// How many rows of an import still wait for the shared hub, looked at until none do or nothing moves any more.
import type { OutboxStatus } from '#store/store.ts';
import { systemClock } from './clock.ts';

const POLL_MS = 50;

/** The imports' outbox of `outboxes`: how many rows wait; 0 where there is none. */
export function importsWaiting(outboxes: unknown): number {
  if (!Array.isArray(outboxes)) return 0;
  return (outboxes as readonly OutboxStatus[]).find(({ holds }) => holds === 'imports')?.rows ?? 0;
}

/** What `read` says when it is 0 or at most `enough`, or has not become less for `patienceMs`. */
export async function whenSettled(
  read: () => Promise<number>,
  { enough = 0, patienceMs }: { readonly enough?: number; readonly patienceMs: number },
): Promise<number> {
  let least = await read();
  let sinceMs = systemClock.now().monotonicMs;
  for (let now = least; now > enough; now = await read()) {
    const nowMs = systemClock.now().monotonicMs;
    if (now < least) {
      least = now;
      sinceMs = nowMs;
    } else if (nowMs - sinceMs > patienceMs) return now;
    await systemClock.sleep(POLL_MS);
  }
  return Math.min(least, enough);
}

/** What a command says of `count` rows that wait; nothing of none. */
export function waitingText(count: number): string {
  return count === 0 ? '' : `${count} rows wait for the hub, and are sent by the service or the next command\n`;
}
