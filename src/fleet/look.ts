// One look at a bot for the trades of orders whose end is unknown: open trades first, then the ones closed last, since a trade may be over already.
import type { BotContext } from './attempt.ts';
import { found, foundNothing, isSettling, lookedAt, type Owed, oneLookDecides } from './delivery.ts';
import { findOurs, wantedTrade } from './settle.ts';
import type { TradeRow } from './trade-row.ts';
import { trail } from './trail.ts';

/** Looks once for all `settling` deliveries of one bot. A look that cannot be made decides nothing, and another one is waited for. */
export async function look(settling: readonly Owed[], context: BotContext): Promise<void> {
  const open = await context.client.openTrades();
  if (!open.ok) return later(settling, context, open);
  const missing = await match(settling, open.value, context);
  if (missing.length === 0) return;
  const closed = await context.client.closedTrades();
  if (!closed.ok) return later(missing, context, closed);
  const unfound = await match(missing, closed.value, context);
  await Promise.all(unfound.filter(oneLookDecides).map((owed) => settleWithout(owed, context)));
  later(unfound, context);
}

/** Settles what is found among `trades`; returns the rest. One trade settles at most one decision, so the deliveries are served one after the other. */
async function match(settling: readonly Owed[], trades: readonly TradeRow[], context: BotContext): Promise<Owed[]> {
  const { client, ledger, log } = context;
  const rest: Owed[] = [];
  for (const owed of settling) {
    const { bot, attempts } = owed.delivery;
    const decisionId = owed.decision.id;
    const wanted = wantedTrade(owed.decision, attempts.at(-1)?.atMs ?? 0, client.offsetMs());
    let settled = false;
    for (const trade of findOurs(trades, wanted)) {
      const result = await ledger.change(bot, decisionId, (current) =>
        isSettling(current) ? { next: found(current, trade.tradeId), trade } : undefined,
      );
      if (result === 'taken') continue;
      if (result === 'recorded')
        log.info({ ...trail(owed), tradeId: trade.tradeId }, 'the trade of the order was found');
      settled = true;
      break;
    }
    if (!settled) rest.push(owed);
  }
  return rest;
}

async function settleWithout(owed: Owed, { ledger, log }: BotContext): Promise<void> {
  const { bot } = owed.delivery;
  const decisionId = owed.decision.id;
  const result = await ledger.change(bot, decisionId, (current) =>
    isSettling(current) && oneLookDecides(current) ? { next: foundNothing(current) } : undefined,
  );
  if (result === 'recorded') log.warn(trail(owed), `the order made no trade: ${owed.delivery.detail}`);
}

/** Reschedules; `failure`: why the bot could not be asked. */
function later(
  settling: readonly Owed[],
  { clock, ledger, log }: BotContext,
  failure?: { readonly error: string },
): void {
  const now = clock.now();
  for (const { delivery, decision } of settling) {
    const current = ledger.get(delivery.bot, decision.id);
    if (current === undefined || !isSettling(current)) continue;
    ledger.reschedule(lookedAt(current, now, { isMade: failure === undefined }));
    const why = failure?.error ?? 'not found';
    log.debug({ ...trail(current), why }, 'looked for the trade of an order');
  }
}
