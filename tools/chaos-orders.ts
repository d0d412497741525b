// Holds what the bots saw against what the journal says of it: every order belongs to exactly one decision, and no decision has two at one bot.
import type { ChaosBot } from './chaos-bots.ts';
import { LONGEST_HOLD_MS } from './chaos-bots.ts';
import type { AttemptRow, DecisionRow, DeliveryRow, Journal } from './chaos-journal.ts';

/** Outcomes by the states of a decision's deliveries, the first that fits. */
const OUTCOMES: readonly (readonly [string, readonly string[]])[] = [
  ['PENDING', ['PENDING']],
  ['FORWARDED', ['DELIVERED']],
  ['UNKNOWN', ['UNKNOWN']],
  ['FAILED', ['REFUSED']],
  ['EXPIRED', ['EXPIRED', 'UNREACHABLE']],
];
/** From an attempt's intent to its order at the latest: connecting, being held, and a busy machine. */
const LATEST_MS = LONGEST_HOLD_MS + 10_000;
/** An order entered this long before its settling ended must have been found. */
const SURELY_SEEN_MS = 3_000;
/** Ends of an attempt that nothing was taken by: a refusal for now, no connection (`connect ECONNRESET` too: it failed while being made), or a question before the order that failed. */
const NOT_TAKEN =
  /^(trader is not running|Bot is not in the correct state|ECONNREFUSED|connect E[A-Z]+ |no connection within|too late to send|the intent was journaled late)|\(\/(show_config|status)[,)]/;

interface Sent {
  readonly decision: DecisionRow;
  readonly delivery: DeliveryRow;
  readonly attempts: readonly AttemptRow[];
}

interface Entered {
  readonly tradeId: string;
  readonly pair: string;
  readonly tag: string;
  /** By this machine's clock. */
  readonly atMs: number;
}

/** What is wrong between the journal and the bots' books. `settleMs` is how long orders of unknown end are looked for. */
export function checkOrders(journal: Journal, bots: readonly ChaosBot[], settleMs: number): readonly string[] {
  const faults = outcomeFaults(journal);
  const decisions = new Map(journal.decisions.map((decision) => [decision.id, decision]));
  for (const bot of bots) {
    const entered = bot.bot.orders().map(({ tradeId, pair, enterTag, atMs }) => ({
      tradeId: String(tradeId),
      pair,
      tag: enterTag,
      atMs: atMs - bot.bot.settings.clockOffsetMs,
    }));
    const sent = journal.deliveries.flatMap((delivery): Sent[] => {
      const decision = decisions.get(delivery.decisionId);
      if (delivery.bot !== bot.name || decision === undefined) return [];
      const attempts = journal.attempts.filter((row) => row.decisionId === decision.id && row.bot === bot.name);
      return [{ decision, delivery, attempts }];
    });
    faults.push(
      ...requestFaults(bot, sent),
      ...overlapFaults(bot, entered),
      ...bookFaults(bot, { entered, sent, settleMs }),
    );
  }
  return faults;
}

function outcomeFaults({ decisions, deliveries, attempts }: Journal): string[] {
  const faults: string[] = [];
  const byDecision = Map.groupBy(deliveries, (delivery) => delivery.decisionId);
  for (const { id, outcome, side } of decisions) {
    const own = byDecision.get(id) ?? [];
    const states = own.map((delivery) => delivery.state);
    const due = OUTCOMES.find(([, names]) => names.some((name) => states.includes(name)))?.[0] ?? 'REJECTED';
    if (due !== outcome) faults.push(`decision ${id} is ${outcome}, its deliveries are ${states.join(', ') || 'none'}`);
    if (outcome === 'PENDING') faults.push(`decision ${id} never ended`);
    if (own.some(({ bot }) => bot !== (side === 'LONG' ? 'BOT1' : 'BOT2')))
      faults.push(`decision ${id} went to a bot of the other side`);
  }
  for (const attempt of attempts) {
    if (attempt.open === 1 || attempt.finishedAtMs === null) faults.push(`attempt ${attempt.id} never ended`);
  }
  return faults;
}

/** Every request has a journaled intent, and a try after another only follows one that was definitely not taken. */
function requestFaults({ name, bot }: ChaosBot, sent: readonly Sent[]): string[] {
  const faults: string[] = [];
  const intents = new Map<string, number>();
  const add = (key: string, count: number) => intents.set(key, (intents.get(key) ?? 0) + count);
  for (const { decision, attempts } of sent) {
    add(`${decision.pair} ${decision.enterTag}`, attempts.length);
    for (const { status, error } of attempts.slice(0, -1)) {
      const isNotTaken = status === 429 || status === 503 || NOT_TAKEN.test(error ?? '');
      if (!isNotTaken) faults.push(`${name}: ${decision.id} was tried again after ${status}: ${error}`);
    }
  }
  for (const { path, body } of bot.requests()) {
    if (!path.endsWith('/forceenter')) continue;
    const { pair, entry_tag: tag } = JSON.parse(body) as { pair: string; entry_tag: string };
    add(`${pair} ${tag}`, -1);
  }
  for (const [key, left] of intents) if (left < 0) faults.push(`${name}: ${-left} requests without an intent: ${key}`);
  return faults;
}

/** Two trades of one pair open at once come of a second order sent while the first was held. */
function overlapFaults({ name, closings }: ChaosBot, entered: readonly Entered[]): string[] {
  const faults: string[] = [];
  for (const [pair, own] of Map.groupBy(entered, (order) => order.pair)) {
    for (const [index, order] of own.entries()) {
      const before = own[index - 1];
      if (before === undefined) continue;
      const isClosed = closings.some(
        (closing) => closing.pair === pair && closing.atMs >= before.atMs && closing.atMs <= order.atMs,
      );
      if (!isClosed) faults.push(`${name}: two trades of ${pair} open at once (${before.tradeId}, ${order.tradeId})`);
    }
  }
  return faults;
}

function bookFaults(
  { name }: ChaosBot,
  {
    entered,
    sent,
    settleMs,
  }: { readonly entered: readonly Entered[]; readonly sent: readonly Sent[]; readonly settleMs: number },
): string[] {
  const faults: string[] = [];
  const isOf = (order: Entered, { decision, attempts }: Sent): boolean => {
    const last = attempts.at(-1);
    return (
      last !== undefined &&
      order.pair === decision.pair &&
      order.tag === decision.enterTag &&
      order.atMs >= last.atMs - 1 &&
      order.atMs <= last.atMs + LATEST_MS
    );
  };
  const unexplained = new Map(entered.map((order) => [order.tradeId, order]));
  for (const one of sent.filter(({ delivery }) => delivery.state === 'DELIVERED')) {
    const order = unexplained.get(one.delivery.tradeId ?? '');
    if (order === undefined) faults.push(`${name}: ${one.decision.id} has no trade ${one.delivery.tradeId} of its own`);
    else if (!isOf(order, one)) faults.push(`${name}: trade ${order.tradeId} is not of ${one.decision.id}`);
    unexplained.delete(one.delivery.tradeId ?? '');
  }
  const unknown = new Set(sent.filter(({ delivery }) => delivery.state === 'UNKNOWN'));
  for (const order of unexplained.values()) {
    const owner = [...unknown].find((one) => isOf(order, one));
    if (owner === undefined) {
      const others = sent.filter((one) => isOf(order, one)).map((one) => `${one.decision.id} ${one.delivery.state}`);
      faults.push(`${name}: trade ${order.tradeId} of ${order.pair} is nobody's; near: ${others.join(', ') || 'none'}`);
      continue;
    }
    unknown.delete(owner);
    const settledAtMs = (owner.attempts.at(-1)?.finishedAtMs ?? 0) + settleMs;
    if (order.atMs < settledAtMs - SURELY_SEEN_MS)
      faults.push(`${name}: trade ${order.tradeId} was never found for ${owner.decision.id}, which stays UNKNOWN`);
  }
  return faults;
}
