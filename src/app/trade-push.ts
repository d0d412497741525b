// A bot's webhook at the gateway: a final exit is recorded before it is answered, and a bot that is watched is asked for the rest (its stop) at once.
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import type { PushEnd } from '#intake/intake.ts';
import { type Recorder, readPush, type TradeWatch } from '#trades/trades.ts';
import type { Config } from './config.ts';
import { recordingRefusal } from './recording-bots.ts';

export interface PushedBody {
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  /** The bot, when the message names none. */
  readonly sender: string | null;
}

/** Takes what bots push. Rejects with JOURNAL_UNAVAILABLE when nothing can be recorded. */
export function tradePush({
  config,
  recorder,
  watch,
  log,
}: {
  readonly config: Pick<Config, 'bots' | 'influx'>;
  readonly recorder: Recorder;
  readonly watch: Pick<TradeWatch, 'look'>;
  readonly log: Log;
}): (pushed: PushedBody) => Promise<PushEnd> {
  const refusedBots = new Set<string>();
  return async ({ body, contentType, sender }) => {
    const push = readPush(body, contentType, sender);
    if (push.kind === 'nothing') return { taken: true, words: `Nothing recorded: ${push.why}.` };
    if (push.kind === 'wrong') {
      log.warn({ sender, why: push.why }, 'a webhook holds no trade that can be recorded');
      return { taken: false, words: push.why };
    }
    const { bot, tradeId } = push.trade;
    const refusal = recordingRefusal(config, bot);
    if (refusal !== null) {
      if (!refusedBots.has(bot) && refusedBots.size < 100)
        log.warn({ bot, refusal }, 'webhooks of this bot are not recorded');
      refusedBots.add(bot);
      return { taken: true, words: `Nothing recorded: ${refusal}.` };
    }
    try {
      const { known } = await recorder.record([push.trade]);
      return { taken: true, words: `Trade ${tradeId} of ${bot} ${known > 0 ? 'is known already' : 'recorded'}.` };
    } catch (error) {
      if (error instanceof Fault && error.code === 'BAD_USER_INPUT') return { taken: false, words: error.message };
      throw error;
    } finally {
      watch.look(bot);
    }
  };
}
