// What a bot is owed and what may happen to it: pure steps from one state to the next. An attempt whose end is unknown is never tried again.
import type { Decision, Delivery, DeliveryAttempt } from '#domain/decision.ts';
import { type Pause, pausedText } from '#domain/pause.ts';
import type { Now } from '#domain/time.ts';
import { type Heard, PAUSED_UNSENT, saysNotRunning, TOO_LATE, type Verdict } from './answer.ts';

/** How long orders may be started, awaited and looked for. */
export interface FleetSettings {
  /** From a window's nominal close: when an attempt may start at the latest. */
  readonly deliveryTtlSeconds: number;
  /** How long an answer is awaited; a request without one counts as in flight for as long again. */
  readonly botTimeoutSeconds: number;
  /** How long a trade is looked for after an attempt ended without a known outcome. */
  readonly settleSeconds: number;
  /** Everything but the sending. */
  readonly dryRun: boolean;
}

/**
 * A delivery with its decision and its deadlines by the monotonic clock, which an operator's step of the wall clock cannot move. After a restart
 * they come from the wall clock, clamped to one full span from now.
 */
export interface Owed {
  readonly delivery: Delivery;
  readonly decision: Decision;
  /** Of the decision, the first of many: for log lines. */
  readonly signalIds: readonly string[];
  /** An attempt may start before this. */
  readonly startBeforeMs: number;
  /** Not tried again before this. */
  readonly notBeforeMs: number;
  /** Looked for until this; meaningful while settling. */
  readonly settleUntilMs: number;
  /** Looked for until this at the latest when the bot could not be asked; meaningful while settling. */
  readonly patienceUntilMs: number;
  /** Next look at this; meaningful while settling. */
  readonly lookAtMs: number;
}

export const LOOK_EVERY_MS = 2_000;
/** After a start, looking goes on for this long at least (never longer than configured) for what an earlier process left unsettled. */
const LOOK_ANEW_MS = 30_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 4_000;
/** Begins the error text of an attempt that is over at the bot, so that one look decides; kept in the journal, hence known after a restart. */
const ONE_LOOK = 'one look decides: ';

/** A delivery as read from the journal, with its deadlines. */
export function owe(
  { delivery, decision, signalIds }: Pick<Owed, 'delivery' | 'decision' | 'signalIds'>,
  { now, settings }: { now: Now; settings: FleetSettings },
): Owed {
  const ttlMs = settings.deliveryTtlSeconds * 1_000;
  const settleMs = settings.settleSeconds * 1_000;
  const fromWall = (wallMs: number, spanMs: number) => now.monotonicMs + Math.min(wallMs - now.wallMs, spanMs);
  // However long nobody ran, one look is made.
  const settleUntilMs = Math.max(fromWall(delivery.settleUntilMs ?? 0, settleMs), now.monotonicMs);
  return {
    delivery,
    decision,
    signalIds,
    startBeforeMs: fromWall(decision.dueAtMs + ttlMs, ttlMs),
    notBeforeMs: now.monotonicMs,
    settleUntilMs,
    patienceUntilMs: settleUntilMs + settleMs,
    lookAtMs: now.monotonicMs,
  };
}

/**
 * What an earlier process left unsettled, looked for a while longer: a bot that restarts with us, or answers through a proxy that does, may not be there
 * for the first look. Once for each attempt, by the journal: a service that ends again and again must not keep a pair waiting for ever. undefined: no longer.
 */
export function lookedForAnew(owed: Owed, at: { now: Now; settings: FleetSettings }): Owed | undefined {
  const { now, settings } = at;
  const { attempts, settleUntilMs } = owed.delivery;
  if (settleUntilMs === null) return undefined;
  const settleMs = settings.settleSeconds * 1_000;
  const anewMs = Math.min(settleMs, LOOK_ANEW_MS);
  const isAnewAlready = settleUntilMs > (attempts.at(-1)?.finishedAtMs ?? 0) + settleMs;
  if (isAnewAlready || settleUntilMs - now.wallMs >= anewMs) return undefined;
  const untilMs = now.monotonicMs + anewMs;
  const longer = change(owed, { settleUntilMs: now.wallMs + anewMs });
  return { ...longer, settleUntilMs: untilMs, patienceUntilMs: untilMs + settleMs };
}

/** Whether the order's end is unknown and its trade is still looked for. */
export const isSettling = (owed: Owed): boolean => owed.delivery.settleUntilMs !== null;
/** Whether the trade is to be looked for now. A look that became due in time is made even late: by a process that was frozen, or is started after it. */
export const isLookDue = (owed: Owed, now: Now): boolean =>
  owed.lookAtMs <= now.monotonicMs && owed.lookAtMs <= owed.settleUntilMs;
/** Whether its end is known, or is looked for no longer. */
export const hasEnded = ({ delivery }: Owed): boolean =>
  delivery.state !== 'PENDING' && delivery.settleUntilMs === null;
/** Whether nothing can change any more. */
export const isDone = (owed: Owed): boolean => hasEnded(owed) && owed.delivery.heldUntilMs === null;
/** The attempt whose intent is journaled without an end; undefined when there is none. */
export const openAttempt = ({ delivery }: Owed): DeliveryAttempt | undefined =>
  delivery.attempts.find((attempt) => attempt.finishedAtMs === null);
/** Whether the bot is over with the request: then not finding the trade proves that there is none. */
export const oneLookDecides = ({ delivery }: Owed): boolean =>
  delivery.attempts.at(-1)?.error?.startsWith(ONE_LOOK) === true;
/** Whether an attempt may start now. */
export const mayStart = (owed: Owed, now: Now): boolean => now.monotonicMs < owed.startBeforeMs;

/** Whether it can no longer be started. */
export const isTooLate = (owed: Owed, now: Now): boolean => isWaiting(owed) && !mayStart(owed, now);

/** The intent of a new attempt, journaled before anything is sent. */
export function intended(owed: Owed, attemptId: string, atMs: number): Owed {
  const attempt = { id: attemptId, atMs, finishedAtMs: null, status: null, error: null, durationMs: null };
  return change(owed, { attempts: [...owed.delivery.attempts, attempt] });
}

/** What an attempt ended with: its HTTP status (null without an answer), how long it took (null when nobody saw its end), and what that means. */
export interface AttemptEnd {
  readonly verdict: Exclude<Verdict, { readonly kind: 'trade' }> | { readonly kind: 'ours'; readonly tradeId: string };
  readonly heard: Heard['kind'];
  readonly status: number | null;
  readonly durationMs: number | null;
  /** 0..1, for the jitter of the next try. */
  readonly chance: number;
}

/** After the open (or, when an answer came late, the last) attempt ended at `now`. */
export function concluded(owed: Owed, end: AttemptEnd, at: { now: Now; settings: FleetSettings }): Owed {
  const { now, settings } = at;
  const last = owed.delivery.attempts.at(-1);
  if (last === undefined) throw new Error(`delivery of ${owed.decision.id} to ${owed.delivery.bot} has no attempt`);
  const { verdict } = end;
  const error = verdict.kind === 'ours' ? null : `${verdict.kind === 'look-once' ? ONE_LOOK : ''}${verdict.text}`;
  const finished = { ...last, finishedAtMs: now.wallMs, status: end.status, error, durationMs: end.durationMs };
  const attempts = [...owed.delivery.attempts.slice(0, -1), finished];
  const over = { attempts, settleUntilMs: null, heldUntilMs: null };
  switch (verdict.kind) {
    case 'ours':
      return change(owed, {
        ...over,
        state: 'DELIVERED',
        tradeId: verdict.tradeId,
        detail: `trade ${verdict.tradeId}`,
      });
    case 'refused':
      return change(owed, { ...over, state: 'REFUSED', detail: verdict.text });
    case 'not-taken': {
      const waitMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempts.length - 1), MAX_BACKOFF_MS) * (0.5 + end.chance);
      const tried = change(owed, { ...over, state: 'PENDING', detail: verdict.text });
      return { ...tried, notBeforeMs: now.monotonicMs + waitMs };
    }
    case 'look-once':
    case 'unknown': {
      const settleMs = settings.settleSeconds * 1_000;
      const heldUntilMs = end.heard === 'silent' ? now.wallMs + settings.botTimeoutSeconds * 1_000 : null;
      const unknown = {
        attempts,
        state: 'UNKNOWN',
        detail: verdict.text,
        settleUntilMs: now.wallMs + settleMs,
        heldUntilMs,
      } as const;
      const { monotonicMs } = now;
      const untilMs = monotonicMs + settleMs;
      const settling = { settleUntilMs: untilMs, patienceUntilMs: untilMs + settleMs, lookAtMs: monotonicMs };
      return { ...change(owed, unknown), ...settling };
    }
  }
}

/** What the bot said when it refused the order for good or did not run until it was too late; undefined when it did not refuse. */
export function refusalText({ state, detail, attempts, pauseId }: Delivery): string | undefined {
  if (state === 'REFUSED') return detail ?? undefined;
  const error = attempts.at(-1)?.error ?? null;
  return state === 'EXPIRED' && pauseId === null && saysNotRunning(error) ? (error ?? undefined) : undefined;
}

/** The detail of an order that was not sent because nothing ever is. */
export const DRY_RUN = 'dry run: not sent';

/** EXPIRED without a request, as what is never tried in time: no bot refused it. */
export function keptUnsent(owed: Owed): Owed {
  return change(owed, { state: 'EXPIRED', detail: DRY_RUN });
}

/** REFUSED without a request. */
export function refusedUnsent(owed: Owed, detail: string): Owed {
  return change(owed, { state: 'REFUSED', detail });
}

/**
 * Too late to start: UNREACHABLE when it was tried, EXPIRED when it never was, when the bot answered that its trader did not run, or when `pause` kept
 * it from being tried (again).
 */
export function expired(owed: Owed, pause?: Pause): Owed {
  const tried = owed.delivery.attempts.filter(({ error }) => error !== TOO_LATE && error !== PAUSED_UNSENT);
  const last = tried.at(-1);
  if (pause !== undefined) {
    const before = last === undefined ? '' : `; tried ${tried.length}x before: ${last.error}`;
    return change(owed, { state: 'EXPIRED', detail: `${pausedText(pause)}${before}`, pauseId: pause.id });
  }
  if (last === undefined) return change(owed, { state: 'EXPIRED', detail: 'not tried in time' });
  const detail = `tried until too late, ${tried.length}x: ${last.error}`;
  return change(owed, { state: saysNotRunning(last.error) ? 'EXPIRED' : 'UNREACHABLE', detail });
}

/** The trade was found: it proves that the order was taken. Does not end the wait for a request still in flight. */
export function found(owed: Owed, tradeId: string): Owed {
  return change(owed, {
    state: 'DELIVERED',
    tradeId,
    detail: `trade ${tradeId}, found afterwards`,
    settleUntilMs: null,
  });
}

/** One look decided that there is no trade. */
export function foundNothing(owed: Owed): Owed {
  const why = owed.delivery.detail ?? '';
  return change(owed, { state: 'REFUSED', detail: `${why}; no trade of ours was found`, settleUntilMs: null });
}

/** The time for looking is over; the end stays unknown. */
export function gaveUp(owed: Owed, settings: FleetSettings): Owed {
  const detail = `${owed.delivery.detail ?? ''}; no trade found within ${settings.settleSeconds} s`;
  return change(owed, { detail, settleUntilMs: null });
}

/** The request no longer counts as in flight at the bot. */
export function released(owed: Owed): Owed {
  return change(owed, { heldUntilMs: null });
}

/** After a look that decided nothing. One that could not be made is made up for, for as long again as looking takes. */
export function lookedAt(owed: Owed, now: Now, { isMade }: { readonly isMade: boolean }): Owed {
  const lookAtMs = now.monotonicMs + LOOK_EVERY_MS;
  const untilMs = isMade ? owed.settleUntilMs : Math.min(lookAtMs, owed.patienceUntilMs);
  return { ...owed, lookAtMs, settleUntilMs: Math.max(owed.settleUntilMs, untilMs) };
}

/** Whether it waits for an attempt: it is owed and none is under way. */
export function isWaiting(owed: Owed): boolean {
  return owed.delivery.state === 'PENDING' && openAttempt(owed) === undefined;
}

function change(owed: Owed, fields: Partial<Delivery>): Owed {
  return { ...owed, delivery: { ...owed.delivery, ...fields } };
}
