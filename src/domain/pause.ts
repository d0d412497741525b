// A pause: an operator's word that something stays still for a while. What it names narrows it; one that names nothing stops everything.
import { badInput } from '#domain/fault.ts';
import { requirePair, SIDES, type Side, shortPair } from '#domain/market.ts';
import { isSource, SOURCE_ALLOWED } from '#domain/signal.ts';
import { isoTime } from '#domain/time.ts';

/** What a pause is about; null: any. All four null: everything. */
export interface PauseScope {
  readonly pair: string | null;
  readonly side: Side | null;
  readonly source: string | null;
  readonly bot: string | null;
}

/** A pause as journaled. It is over once `untilMs` has come or it was ended, whichever was first. */
export interface Pause extends PauseScope {
  readonly id: string;
  readonly reason: string;
  /** The name of the key that set it. */
  readonly author: string;
  readonly createdAtMs: number;
  /** Epoch ms; null: until it is ended by hand. */
  readonly untilMs: number | null;
  /** When it was ended by hand, and by whom; null: it was not. */
  readonly endedAtMs: number | null;
  readonly endedBy: string | null;
}

/** What an operator asks for, before it is checked; absent and null mean the same. */
export interface PauseRequest {
  readonly pair?: string | null | undefined;
  readonly side?: Side | null | undefined;
  readonly source?: string | null | undefined;
  readonly bot?: string | null | undefined;
  readonly reason: string;
  readonly untilMs?: number | null | undefined;
}

/** The longest reason, characters. */
export const MAX_PAUSE_REASON = 500;

/**
 * The scope, reason (without space around it) and end of `request`. Throws BAD_USER_INPUT naming the field: a pair or source that is none, a bot not
 * among `bots`, an end that is not after `nowMs`, a reason that is empty or too long.
 */
export function requirePause(
  request: PauseRequest,
  { bots, nowMs }: { readonly bots: readonly string[]; readonly nowMs: number },
): PauseScope & Pick<Pause, 'reason' | 'untilMs'> {
  const { pair = null, side = null, source = null, bot = null, untilMs = null } = request;
  if (pair !== null) requirePair(pair, 'pair');
  if (side !== null && !SIDES.includes(side)) throw badInput('side', `${side} is not a side`, SIDES.join(' or '));
  if (source !== null && !isSource(source)) throw badInput('source', `${shown(source)} is no source`, SOURCE_ALLOWED);
  if (bot !== null && !bots.includes(bot)) {
    const allowed = bots.length === 0 ? 'none: no bot is configured' : bots.join(', ');
    throw badInput('bot', `${shown(bot)} is not configured`, allowed);
  }
  if (untilMs !== null && !(untilMs > nowMs)) {
    throw badInput('until', `${isoTime(untilMs)} is over`, `a time after ${isoTime(Math.trunc(nowMs))}, or none`);
  }
  return { pair, side, source, bot, reason: requireReason(request.reason), untilMs };
}

function requireReason(reason: string): string {
  const text = reason.trim();
  const allowed = `1 to ${MAX_PAUSE_REASON} characters without control characters`;
  if (text === '') throw badInput('reason', 'it is empty', allowed);
  if (text.length > MAX_PAUSE_REASON) throw badInput('reason', `${text.length} characters`, allowed);
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) throw badInput('reason', 'holds control characters', allowed);
  return text;
}

/** Whether `pause` holds at `atMs` (epoch ms). Its end is not part of it. */
export function isInForce(pause: Pause, atMs: number): boolean {
  return pause.endedAtMs === null && (pause.untilMs === null || atMs < pause.untilMs);
}

/** When `pause` was over, seen at `atMs`: ended by hand, or at its `until`; null while it is in force. */
export function overSinceMs(pause: Pause, atMs: number): number | null {
  return isInForce(pause, atMs) ? null : (pause.endedAtMs ?? pause.untilMs);
}

/** Whether `pause` is about this pair and side. A pause of the short form `X/Y` covers `X/Y:Y` too: whoever stops a market means all of it. */
export function coversMarket(pause: PauseScope, pair: string, side: Side): boolean {
  if (pause.side !== null && pause.side !== side) return false;
  return pause.pair === null || pause.pair === pair || pause.pair === shortPair(pair);
}

/** An order that a bot is owed, as a pause sees it. */
export interface OrderScope {
  readonly pair: string;
  readonly side: Side;
  readonly sources: readonly string[];
  readonly bot: string;
}

/** The first of `pauses` that keeps this order from this bot: it covers the market, and the bot and one of the sources where it names them. */
export function pauseOf(order: OrderScope, pauses: readonly Pause[]): Pause | undefined {
  return pauses.find(
    (pause) =>
      coversMarket(pause, order.pair, order.side) &&
      (pause.bot === null || pause.bot === order.bot) &&
      (pause.source === null || order.sources.includes(pause.source)),
  );
}

/** `paused by ann: exchange maintenance (bot BOT1, pause k3f9)`: for the detail of what it stopped. */
export function pausedText(pause: Pause): string {
  const { pair, side, source, bot } = pause;
  const named = [
    pair === null ? [] : [`pair ${pair}`],
    side === null ? [] : [`side ${side}`],
    source === null ? [] : [`source ${source}`],
    bot === null ? [] : [`bot ${bot}`],
  ].flat();
  const scope = named.length === 0 ? 'everything' : named.join(', ');
  return `paused by ${pause.author}: ${pause.reason} (${scope}; pause ${pause.id})`;
}

function shown(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
}
