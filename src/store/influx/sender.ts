// Sends lines to one bucket until the hub has them or refuses them for good: waits, tries again and asks for less, as each answer says. One request in
// flight per bucket, whoever sends. What the hub says of the service (a token, a bucket that is missing) is said once in the log and tried again slowly.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { mark } from '#trace/trace.ts';
import { backoffMs } from './backoff.ts';
import { type Definite, isAboutLines, type Lined, nextOf } from './batch.ts';
import type { Breaker } from './breaker.ts';
import type { Influx } from './influx.ts';
import { InfluxFailure } from './influx-failure.ts';
import type { WriteAnswer } from './write-answer.ts';

/** What became of some lines; told as soon as it is known, in no order. */
export interface Ends<T extends Lined> {
  readonly gone: readonly T[];
  readonly refused: readonly { readonly one: T; readonly status: number; readonly words: string }[];
}

export interface SenderParts {
  readonly influx: Pick<Influx, 'write'>;
  readonly bucket: string;
  readonly breaker: Breaker;
  /** What the hub does not let us do, by bucket; kept by senders. */
  readonly alarms: Map<string, string>;
  /** Runs what it is given, one after the other per bucket. */
  readonly alone: <R>(run: () => Promise<R>) => Promise<R>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly log: Log;
  /** Told of every failure of the hub (not of a line): it may have lost what it had. */
  readonly onTrouble?: () => void;
}

/** How a sender is stopped. */
export interface Stopping {
  /** Once aborted, nothing is tried again: what fails now is left. */
  readonly hurry: AbortSignal;
  /** Once aborted, the request under way is given up too. */
  readonly now: AbortSignal;
}

export interface Sender {
  /** Sends `batch` (never empty) and tells `ends` of each part; false: stopped before every line had its end. */
  send<T extends Lined>(batch: readonly T[], ends: (told: Ends<T>) => Promise<void>): Promise<boolean>;
  /** Bytes a batch should not exceed: less after the hub said that one was too big. */
  readonly maxBytes: number;
}

export const MAX_BATCH_BYTES = 1_000_000;
const LEAST_BATCH_BYTES = 10_000;
/** A hub that takes longer than this to answer a write is asked again; one that is merely slow is waited for. */
const WRITE_TIMEOUT_MS = 60_000;

type Tried = Definite | { readonly kind: 'again'; readonly waitMs: number };

export function openSender(parts: SenderParts, stopping: Stopping): Sender {
  const { influx, bucket, breaker, alarms, alone, clock, chance, log, onTrouble } = parts;
  let failures = 0;
  let maxBytes = MAX_BATCH_BYTES;

  const once = async (lines: readonly string[]): Promise<WriteAnswer | InfluxFailure> => {
    const giveUp = new AbortController();
    const done = new AbortController();
    const either = AbortSignal.any([giveUp.signal, stopping.now]);
    void clock.sleep(WRITE_TIMEOUT_MS, done.signal).then(() => {
      if (!done.signal.aborted) giveUp.abort();
    });
    const startedMs = clock.now().monotonicMs;
    mark('outbox.sending', { bucket, lines: lines.length });
    try {
      const answer = await influx.write(bucket, lines, either);
      const durationMs = clock.now().monotonicMs - startedMs;
      mark('outbox.sent', { bucket, lines: lines.length, answer: answer.kind, durationMs });
      return answer;
    } catch (error) {
      if (!(error instanceof InfluxFailure)) throw error;
      const durationMs = clock.now().monotonicMs - startedMs;
      mark('outbox.sent', { bucket, lines: lines.length, answer: error.kind, durationMs });
      return error;
    } finally {
      done.abort();
    }
  };

  const failed = (askedMs: number | null, words: string): Tried => {
    failures += 1;
    if (breaker.failures === 0) log.warn({ bucket, words }, 'the hub does not take writes; they wait in the outbox');
    breaker.failed(clock.now().monotonicMs, askedMs);
    onTrouble?.();
    return { kind: 'again', waitMs: backoffMs(failures, chance(), askedMs) };
  };
  const denied = (words: string, advice: string): Tried => {
    failures += 1;
    breaker.succeeded();
    if (alarms.get(bucket) !== words) log.error({ bucket, words }, advice);
    alarms.set(bucket, words);
    onTrouble?.();
    return { kind: 'again', waitMs: backoffMs(failures, chance()) };
  };
  const heard = (answer: Definite): Definite => {
    if (breaker.failures > 0 || alarms.has(bucket) || failures > 0) log.info({ bucket }, 'the hub takes writes again');
    failures = 0;
    alarms.delete(bucket);
    breaker.succeeded();
    if (answer.kind === 'tooBig') maxBytes = Math.max(LEAST_BATCH_BYTES, maxBytes / 2);
    else maxBytes = Math.min(MAX_BATCH_BYTES, maxBytes * 1.05);
    return answer;
  };

  const meaning = (answer: WriteAnswer | InfluxFailure): Tried => {
    if (answer instanceof InfluxFailure) return failed(null, answer.message);
    switch (answer.kind) {
      case 'later':
        return failed(answer.retryAfterMs, `${answer.status} ${answer.message}`);
      case 'denied':
        return denied(
          `${answer.status} ${answer.message}`,
          'the hub does not let us write; a person must look at the token',
        );
      case 'missing':
        return denied(
          `${answer.status} ${answer.message}`,
          'the hub has no such bucket (or organisation); `paramgate hub init` makes it',
        );
      case 'badLines':
        if (isAboutLines(answer.message)) return heard({ ...answer, kind: 'badLines' });
        return denied(
          `${answer.status} ${answer.message}`,
          'the hub refuses writes for a reason that is not in the lines',
        );
      case 'partial':
      case 'tooBig':
        return heard({ ...answer, kind: answer.kind });
      case 'written':
        return heard(answer);
    }
  };

  /** The first answer about `lines`; undefined when stopped before. */
  const answerTo = async (lines: readonly string[]): Promise<Definite | undefined> => {
    for (;;) {
      const waitMs = breaker.waitMs(clock.now().monotonicMs);
      if (waitMs > 0) {
        if (stopping.hurry.aborted) return undefined;
        await clock.sleep(waitMs, stopping.hurry);
        if (stopping.hurry.aborted) return undefined;
        continue;
      }
      if (stopping.now.aborted) {
        breaker.gaveUp();
        return undefined;
      }
      const tried = meaning(await alone(() => once(lines)));
      if (tried.kind !== 'again') return tried;
      if (stopping.hurry.aborted) return undefined;
      await clock.sleep(tried.waitMs, stopping.hurry);
      if (stopping.hurry.aborted) return undefined;
    }
  };

  return {
    get maxBytes() {
      return maxBytes;
    },
    send: async <T extends Lined>(batch: readonly T[], ends: (told: Ends<T>) => Promise<void>) => {
      const waiting: (readonly T[])[] = [batch];
      for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
        const answer = await answerTo(part.map(({ line }) => line));
        if (answer === undefined) return false;
        const next = nextOf(part, answer);
        if (next.kind === 'parts') waiting.push(...next.parts.toReversed());
        else if (next.kind === 'gone') await ends({ gone: part, refused: [] });
        else {
          const { all, status, words } = next;
          await ends({ gone: [], refused: all.map((one) => ({ one, status, words })) });
        }
      }
      return true;
    },
  };
}
