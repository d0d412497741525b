// What keeps this instance from telling the fleet's hub, in sentences for whoever reads /readyz. Looked up at most once a second, however often it is asked.
import type { Clock } from '#domain/time.ts';
import type { Outbox, OutboxHolds, OutboxStatus } from '#store/store.ts';

/** How much may wait for the hub, as the store has it. */
export interface OutboxLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly ageMs: number;
}

const FRESH_MS = 1_000;
/** From this share of a bound on an outbox is told of: whoever reads it can still do something. */
const NEARLY = 0.9;
/** What is kept in the journal alone when its outbox is full; all else is refused then. */
const KEPT_ELSEWHERE: ReadonlySet<OutboxHolds> = new Set(['signals', 'decisions']);

/** Asks for the sentences: one for each trouble of each outbox, none when all is well or there is no shared hub. Resolves always. */
export function outboxProblems(
  outbox: () => Pick<Outbox, 'status'> | null | undefined,
  { limits, clock }: { readonly limits: OutboxLimits; readonly clock: Pick<Clock, 'now'> },
): () => Promise<readonly string[]> {
  let known: Promise<readonly string[]> = Promise.resolve([]);
  let knownAtMs = Number.NEGATIVE_INFINITY;
  const look = async () => {
    try {
      const all = (await outbox()?.status()) ?? [];
      return all.flatMap((one) => sentences(one, limits, clock.now().wallMs));
    } catch (error) {
      return [`what waits for the hub cannot be read: ${error instanceof Error ? error.message : String(error)}`];
    }
  };
  return () => {
    const nowMs = clock.now().monotonicMs;
    if (nowMs - knownAtMs >= FRESH_MS) {
      known = look();
      knownAtMs = nowMs;
    }
    return known;
  };
}

function sentences(one: OutboxStatus, limits: OutboxLimits, wallMs: number): readonly string[] {
  const { holds, bucket, rows, bytes, oldestAtMs, deadLetters, isBehind, breaker, alarm } = one;
  const waiting = `${rows} ${rows === 1 ? 'row' : 'rows'} of ${holds}`;
  const said: string[] = [];
  if (alarm !== null)
    said.push(`the hub does not let this instance write to ${bucket} (${alarm}): ${waiting} wait until a person looks`);
  else if (breaker === 'open' && rows > 0) said.push(`the hub takes no writes at present: ${waiting} wait`);
  const ageMs = oldestAtMs === null ? 0 : wallMs - oldestAtMs;
  const share = Math.max(rows / limits.rows, bytes / limits.bytes, ageMs / limits.ageMs);
  const then = KEPT_ELSEWHERE.has(holds) ? 'what comes is kept in the journal alone' : `${holds} are refused`;
  if (share >= 1) said.push(`the outbox of ${holds} is full (${waiting}): ${then} until the hub takes them`);
  else if (share >= NEARLY)
    said.push(`the outbox of ${holds} is ${Math.floor(share * 100)} % full: when it is full, ${then}`);
  if (isBehind) said.push(`the hub is behind on ${holds}: rows of the journal are still to be sent to it`);
  if (deadLetters > 0)
    said.push(
      `${deadLetters} ${deadLetters === 1 ? 'line' : 'lines'} of ${holds} were refused by the hub for good: see paramgate hub status`,
    );
  return said;
}
