// The end of a decision out of the ends of its deliveries: what happened at the luckiest bot counts.
import type { DecisionEnd, DecisionOutcome, DecisionReason, Delivery, DeliveryState } from '#domain/decision.ts';
import { saysNotRunning } from './answer.ts';

const OUTCOMES: Readonly<Record<Exclude<DeliveryState, 'PENDING'>, DecisionOutcome>> = {
  DELIVERED: 'FORWARDED',
  UNKNOWN: 'UNKNOWN',
  REFUSED: 'FAILED',
  UNREACHABLE: 'EXPIRED',
  EXPIRED: 'EXPIRED',
};
const BEST_FIRST: readonly DecisionOutcome[] = ['FORWARDED', 'UNKNOWN', 'FAILED', 'EXPIRED'];
/** Within EXPIRED, what says most about what a human can do comes first. */
const REASONS: readonly DecisionReason[] = [
  'FORWARDED',
  'OUTCOME_UNKNOWN',
  'BOT_REFUSED',
  'BOT_UNREACHABLE',
  'EXPIRED',
];

/** The end of a decision with these deliveries (at least one): PENDING until every one has an end, else the first that fits of FORWARDED, UNKNOWN, FAILED, EXPIRED. */
export function rollUp(deliveries: readonly Delivery[]): DecisionEnd {
  const ends = deliveries.map(endOf);
  if (ends.includes(undefined)) return { outcome: 'PENDING', reason: null, detail: null, pauseId: null };
  const outcome = BEST_FIRST.find((candidate) => ends.some((end) => end?.outcome === candidate));
  const reason = REASONS.find((candidate) => ends.some((end) => end?.outcome === outcome && end?.reason === candidate));
  if (outcome === undefined || reason === undefined) throw new Error('a decision without deliveries has no roll-up');
  const telling = deliveries.filter((_, index) => ends[index]?.outcome === outcome && ends[index]?.reason === reason);
  const detail = telling.map((delivery) => `${delivery.bot}: ${delivery.detail ?? delivery.state}`).join('; ');
  const pauseId = telling.find((delivery) => delivery.pauseId !== null)?.pauseId ?? null;
  return { outcome, reason, detail, pauseId };
}

function endOf(delivery: Delivery): { readonly outcome: DecisionOutcome; readonly reason: DecisionReason } | undefined {
  if (delivery.state === 'PENDING') return undefined;
  return { outcome: OUTCOMES[delivery.state], reason: reasonOf(delivery, delivery.state) };
}

function reasonOf(delivery: Delivery, state: Exclude<DeliveryState, 'PENDING'>): DecisionReason {
  if (state === 'DELIVERED') return 'FORWARDED';
  if (state === 'UNKNOWN') return 'OUTCOME_UNKNOWN';
  if (state === 'REFUSED') return 'BOT_REFUSED';
  if (state === 'UNREACHABLE') return 'BOT_UNREACHABLE';
  if (delivery.pauseId !== null) return 'EXPIRED';
  return saysNotRunning(delivery.attempts.at(-1)?.error ?? null) ? 'BOT_REFUSED' : 'EXPIRED';
}
