// What every log line of a delivery carries, so that a signal is followed by its id to the bot that took the order.
import type { Owed } from './delivery.ts';

/** The bot, the decision with its pair, and the signals it came from. */
export function trail({ delivery, decision, signalIds }: Owed) {
  return { bot: delivery.bot, decisionId: decision.id, pair: decision.pair, signalIds };
}
