// Walk two of the demo: two feeders agree, the window closes, and the order arrives at the bot, once.
import type { Paper } from './paper.ts';
import type { RunningService } from './running.ts';

interface DecisionAnswer {
  readonly outcome: string;
  readonly reason: string | null;
  readonly votes: number;
  readonly confidence: number;
  readonly enterTag: string;
  readonly deliveries: readonly { readonly bot: string; readonly state: string; readonly tradeId: string | null }[];
}

/** What arrived at the stand-in bot, as its order book shows it. */
export interface BookEntry {
  readonly pair: string;
  readonly isShort: boolean;
  readonly leverage: number;
  readonly enterTag: string;
}

/** Sends two signals as feeders do, waits for the decision's end, and shows the bot's own book. */
export async function walkSignal(
  service: RunningService,
  paper: Paper,
  book: () => readonly BookEntry[],
): Promise<void> {
  paper.heading('2. Ensemble: two opinions become one order');
  const tags = [
    'long from 75a conf=0.83 (DQ: profit=2.10%, safety=0.41%)',
    'long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)',
  ];
  for (const enterTag of tags) {
    const { submitSignal } = await service.ask<{ submitSignal: { signal: { id: string }; windowClosesAt: string } }>(
      'mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } windowClosesAt } }',
      { input: { pair: 'BTC/USDT:USDT', side: 'LONG', leverage: 3, enterTag } },
    );
    paper.say(`Signal ${submitSignal.signal.id} accepted: "${enterTag}"`);
  }
  paper.say(
    'The window closes two seconds after its first signal (sixty by default). The worker counts the votes and asks the bot to enter ...',
  );
  const decision = await decided(service);
  paper.table([
    ['outcome', 'votes', 'confidence', 'bot', 'delivery', 'trade'],
    ...decision.deliveries.map((delivery) => [
      decision.outcome,
      decision.votes,
      decision.confidence,
      delivery.bot,
      delivery.state,
      delivery.tradeId,
    ]),
  ]);
  paper.say("The bot's own book:");
  paper.table([
    ['pair', 'side', 'leverage', 'enter_tag'],
    ...book().map((entry) => [entry.pair, entry.isShort ? 'short' : 'long', `${entry.leverage}x`, entry.enterTag]),
  ]);
}

async function decided(service: RunningService): Promise<DecisionAnswer> {
  for (;;) {
    const { ensembleDecisions } = await service.ask<{ ensembleDecisions: { nodes: DecisionAnswer[] } }>(
      '{ ensembleDecisions(first: 1) { nodes { outcome reason votes confidence enterTag deliveries { bot state tradeId } } } }',
    );
    const [decision] = ensembleDecisions.nodes;
    if (decision !== undefined && decision.outcome !== 'PENDING') return decision;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
