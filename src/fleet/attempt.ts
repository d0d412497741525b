// One attempt to deliver: pre-flight, intent journaled, order sent, end journaled. Between a journaled intent and its end nothing else goes to the bot.
import type { Log } from '#domain/log.ts';
import type { Clock } from '#domain/time.ts';
import { mark } from '#trace/trace.ts';
import { classify, excerpt, type Heard, PAUSED_UNSENT, type Verdict } from './answer.ts';
import type { BotClient, Read } from './bot-client.ts';
import {
  type AttemptEnd,
  concluded,
  DRY_RUN,
  type FleetSettings,
  keptUnsent,
  mayStart,
  type Owed,
  refusedUnsent,
  released,
} from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { PauseWatch } from './pause-watch.ts';
import { judgePositions, judgeSettings } from './pre-flight.ts';
import { isOurs, wantedTrade } from './settle.ts';
import type { TradeRow } from './trade-row.ts';
import { trail } from './trail.ts';

/** What work at one bot needs. */
export interface BotContext {
  readonly client: BotClient;
  readonly ledger: Ledger;
  readonly pauses: PauseWatch;
  readonly settings: FleetSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly random: () => number;
  /** Attempts whose intent may be journaled although nothing was sent, because the journal failed. */
  readonly unsent: Set<string>;
}

/** What stands between a delivery and its order: nothing; a final refusal; or the failure of asking. */
type Ready =
  | { readonly kind: 'go' }
  | { readonly kind: 'refuse'; readonly text: string }
  | { readonly kind: 'failed'; readonly status: number | null; readonly verdict: Exclude<Verdict, { kind: 'trade' }> };

/**
 * Tries `owed` once. Resolves when its end is journaled; with the late answer's promise when the request timed out and its connection is kept. `onOver` is
 * called, if at all before that, when the request is over, its end known and on its way into the journal: the next order's intent may follow in the same commit.
 */
export async function attempt(
  owed: Owed,
  context: BotContext,
  onOver: () => void,
): Promise<{ readonly late: Promise<Heard | undefined>; readonly startedMs: number } | undefined> {
  const { client, clock, settings } = context;
  const startedMs = clock.now().monotonicMs;
  if (await isPaused(owed, context)) return undefined;
  const ready = await preFlight(owed, context);
  if (ready.kind === 'refuse') return refuse(owed, ready.text, context);
  if (ready.kind === 'go' && settings.dryRun) return keepUnsent(owed, context);
  // A try that failed before its order left is journaled too, however long it took: it says why the order expired.
  if (ready.kind === 'failed') {
    if (!(await begin(owed, context))) return undefined;
    markAnswered(owed, { verdict: ready.verdict.kind, startedMs }, context);
    await conclude(owed, { heard: 'answer', status: ready.status, verdict: ready.verdict, startedMs }, context);
    return undefined;
  }
  // Asked again: a pause may have come while the bot was asked whether it is ready.
  if (await isPaused(owed, context)) return undefined;
  if (!mayStart(owed, clock.now()) || !(await begin(owed, context))) return undefined;
  const { bot } = owed.delivery;
  const decisionId = owed.decision.id;
  mark('attempt.intended', { bot, decisionId });
  let paused = false;
  const mayLeave = () => {
    paused = context.pauses.stopping(owed) !== undefined;
    const leaves = !paused && mayStart(owed, clock.now());
    if (leaves) mark('attempt.sending', { bot, decisionId });
    return leaves;
  };
  const { pair, side, leverage, enterTag } = owed.decision;
  const order = { pair, side: side === 'LONG' ? 'long' : 'short', leverage, tag: enterTag } as const;
  const sentAtMs = clock.now().monotonicMs;
  const sent = client.forceEnter(order, mayLeave);
  const told = await sent.heard;
  const heard = paused && told.kind === 'not-sent' ? { ...told, error: PAUSED_UNSENT } : told;
  await answered(owed, { heard, startedMs: sentAtMs, onOver }, context);
  return heard.kind === 'silent' ? { late: sent.late, startedMs: sentAtMs } : undefined;
}

/** Journals what an order's answer (or its absence) means. `startedMs` is when the order was sent, monotonic. */
export async function answered(
  owed: Owed,
  { heard, startedMs, onOver }: { readonly heard: Heard; readonly startedMs: number; readonly onOver?: () => void },
  context: BotContext,
): Promise<void> {
  const { client, ledger } = context;
  const verdict = classify(heard);
  markAnswered(owed, { verdict: verdict.kind, startedMs }, context);
  const status = heard.kind === 'answer' ? heard.status : null;
  if (verdict.kind !== 'trade') {
    const isFinal = verdict.kind === 'refused';
    await conclude(
      owed,
      { heard: heard.kind, status, verdict, startedMs, onOver: isFinal ? onOver : undefined },
      context,
    );
    return;
  }
  const { trade } = verdict;
  const sentAtMs = ledger.get(owed.delivery.bot, owed.decision.id)?.delivery.attempts.at(-1)?.atMs ?? trade.openedAtMs;
  const end = { heard: heard.kind, status, startedMs, trade };
  if (isOurs(trade, wantedTrade(owed.decision, sentAtMs, client.offsetMs()))) {
    const ours = { kind: 'ours', tradeId: trade.tradeId } as const;
    if ((await conclude(owed, { ...end, verdict: ours, onOver }, context)) !== 'taken') return;
  }
  // The order was taken, yet the pair's first open trade is another one: ours has to be looked for.
  const text = `answered with trade ${trade.tradeId} (${excerpt(trade.enterTag ?? 'no tag')}), which is not of this order`;
  await conclude(owed, { heard: heard.kind, status, startedMs, verdict: { kind: 'unknown', text } }, context);
}

/** Whether a pause that is in force now keeps the order back, or that cannot be known. */
async function isPaused(owed: Owed, { pauses }: BotContext): Promise<boolean> {
  return !(await pauses.refresh()) || pauses.stopping(owed) !== undefined;
}

function markAnswered(
  owed: Owed,
  { verdict, startedMs }: { readonly verdict: Verdict['kind']; readonly startedMs: number },
  { clock, settings }: BotContext,
): void {
  const { monotonicMs } = clock.now();
  const closedMs = owed.startBeforeMs - settings.deliveryTtlSeconds * 1_000;
  mark('attempt.answered', {
    bot: owed.delivery.bot,
    decisionId: owed.decision.id,
    verdict,
    durationMs: monotonicMs - startedMs,
    sinceCloseMs: Math.max(0, monotonicMs - closedMs),
  });
}

interface Ending {
  readonly heard: Heard['kind'];
  readonly status: number | null;
  readonly verdict: AttemptEnd['verdict'];
  readonly startedMs: number;
  readonly trade?: TradeRow | undefined;
  readonly onOver?: (() => void) | undefined;
}

async function conclude(owed: Owed, ending: Ending, context: BotContext) {
  const { clock, client, ledger, log, random, settings } = context;
  const { bot } = owed.delivery;
  const { verdict, heard, status, trade, onOver } = ending;
  const now = clock.now();
  const durationMs = now.monotonicMs - ending.startedMs;
  const decisionId = owed.decision.id;
  const end = { verdict, heard, status, durationMs, chance: random() };
  const result = await ledger.change(bot, decisionId, (current) => {
    // A look may have found the trade while the answer was late: only the wait for the request ends then.
    if (current.delivery.state === 'DELIVERED') return { next: released(current) };
    const next = concluded(current, end, { now, settings });
    return { next, attempt: next.delivery.attempts.at(-1), trade, onHanded: onOver };
  });
  if (result === 'taken') return result;
  if (verdict.kind !== 'ours') client.forgetSettings();
  const fields = { ...trail(owed), side: owed.decision.side, status, durationMs };
  if (verdict.kind === 'ours') log.info({ ...fields, tradeId: verdict.tradeId }, 'the bot took the order');
  else if (verdict.kind === 'not-taken') log.info(fields, `the bot did not take the order: ${verdict.text}`);
  else if (verdict.kind === 'refused' && verdict.alarming)
    log.error(fields, `the bot refused the order: ${verdict.text}`);
  else if (verdict.kind === 'refused') log.warn(fields, `the bot refused the order: ${verdict.text}`);
  else log.warn(fields, `whether the bot took the order is unknown: ${verdict.text}`);
  return result;
}

async function refuse(owed: Owed, text: string, context: BotContext): Promise<undefined> {
  const { bot } = owed.delivery;
  await context.ledger.change(bot, owed.decision.id, (current) => ({ next: refusedUnsent(current, text) }));
  context.client.forgetSettings();
  context.log.warn(trail(owed), `no order was sent: ${text}`);
}

async function keepUnsent(owed: Owed, { ledger, log }: BotContext): Promise<undefined> {
  const { bot } = owed.delivery;
  await ledger.change(bot, owed.decision.id, (current) => ({ next: keptUnsent(current) }));
  log.info(trail(owed), DRY_RUN);
}

/**
 * Whether the intent is journaled. Without certainty nothing is sent, and the attempt is remembered as unsent: should its intent turn up in the journal,
 * it is known for what it is.
 */
async function begin(owed: Owed, { ledger, log, newId, unsent }: BotContext): Promise<boolean> {
  const { bot } = owed.delivery;
  const attemptId = newId();
  try {
    if ((await ledger.begin(owed, attemptId)) === 'begun') return true;
    log.debug(trail(owed), 'another attempt at this bot is in flight by the journal');
  } catch (error) {
    unsent.add(attemptId);
    log.debug({ ...trail(owed), error: String(error) }, 'the intent could not be journaled; the order was not sent');
  }
  // What the journal holds now is read again before the next try.
  ledger.forget(bot, owed.decision.id);
  return false;
}

async function preFlight(owed: Owed, { client }: BotContext): Promise<Ready> {
  let settings = await client.settings();
  if (settings.ok && judgeSettings(settings.value).kind !== 'go') {
    // What is remembered says no: ask again, it may be older than a restart of the bot.
    client.forgetSettings();
    settings = await client.settings();
  }
  if (!settings.ok) return failed(settings);
  const allowed = judgeSettings(settings.value);
  if (allowed.kind === 'refuse') return { kind: 'refuse', text: allowed.text };
  if (allowed.kind === 'wait') {
    return { kind: 'failed', status: null, verdict: { kind: 'not-taken', text: allowed.text } };
  }
  if (!settings.value.positionAdjustment) return { kind: 'go' };
  const trades = await client.openTrades();
  if (!trades.ok) return failed(trades);
  const free = judgePositions(trades.value, owed.decision.pair);
  return free.kind === 'go' ? free : { kind: 'refuse', text: free.text };
}

function failed(read: Exclude<Read<unknown>, { readonly ok: true }>): Ready {
  const { status, error } = read;
  if (read.denied) return { kind: 'failed', status, verdict: { kind: 'refused', text: error, alarming: true } };
  return { kind: 'failed', status, verdict: { kind: 'not-taken', text: error } };
}
