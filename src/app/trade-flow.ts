// Everything that brings closed trades to a gateway by itself: the recorder where all ways meet, the bots that are asked, and what bots push.
import type { Exits } from '#exits/exits.ts';
import type { FigureByName } from '#http/server.ts';
import type { GatewayStore } from '#store/store.ts';
import { openRecorder, openTradeWatch, type Recorder } from '#trades/trades.ts';
import type { Surroundings } from './gateway.ts';
import { recordingBots } from './recording-bots.ts';
import { type PushedBody, tradePush } from './trade-push.ts';

export interface TradeFlow extends AsyncDisposable {
  readonly recorder: Recorder;
  readonly push: (pushed: PushedBody) => ReturnType<ReturnType<typeof tradePush>>;
  readonly figures: readonly FigureByName[];
  /** One sentence for each bot whose trades cannot be read. */
  problems(): readonly string[];
}

/** Begins to ask the bots whose trades are recorded; disposing ends it. */
export function openTradeFlow(
  { config, clock, log }: Pick<Surroundings, 'config' | 'clock' | 'log'>,
  { exits, store }: { readonly exits: Pick<Exits, 'recordTrades'>; readonly store: Pick<GatewayStore, 'recorded'> },
): TradeFlow {
  const recorder = openRecorder({ recorded: store.recorded, record: exits.recordTrades });
  const watch = openTradeWatch({ bots: recordingBots(config), recorder, clock, log });
  return {
    recorder,
    push: tradePush({ config, recorder, watch, log }),
    figures: [
      {
        name: 'bot_trades_age_seconds',
        help: 'Since when the closed trades of a bot with recordTrades are not known to be whole; left out before the first reading.',
        label: 'bot',
        read: async () =>
          watch.states().flatMap(({ bot, lastReadAtMs }) => {
            if (lastReadAtMs === null) return [];
            return [[bot, Math.max(0, clock.now().wallMs - lastReadAtMs) / 1_000]] as const;
          }),
      },
    ],
    problems: () =>
      watch
        .states()
        .flatMap(({ bot, trouble }) =>
          trouble === null ? [] : [`the closed trades of ${bot} cannot be read: ${trouble}`],
        ),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}
