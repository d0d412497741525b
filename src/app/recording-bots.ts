// Whose trades may be recorded: two writers of one trade would count it twice in a hub that others fill too.
import { badInput } from '#domain/fault.ts';
import type { WatchedBot } from '#trades/trades.ts';
import type { Config } from './config.ts';

type Named = Pick<Config, 'bots' | 'influx'>;

/** The bots that are asked for their trades. */
export function recordingBots({ bots }: Pick<Config, 'bots'>): readonly WatchedBot[] {
  return bots.filter(({ recordTrades }) => recordTrades === true);
}

/**
 * Why the trades of `bot` are not recorded, in words; null: they are. A configured bot needs `recordTrades: true`. Where no bot is configured at all and
 * the hub is in the data folder, nobody else can be recording them.
 */
export function recordingRefusal({ bots, influx }: Named, bot: string): string | null {
  const configured = bots.find(({ name }) => name === bot);
  if (configured?.recordTrades === true) return null;
  if (configured !== undefined) return `the configuration does not say recordTrades: true for ${bot}`;
  return bots.length === 0 && influx === null ? null : `${bot} is no bot of the configuration with recordTrades: true`;
}

/** `bot` itself; throws BAD_USER_INPUT where its trades are not recorded. */
export function requireRecording(config: Named, bot: string): string {
  const refusal = recordingRefusal(config, bot);
  if (refusal === null) return bot;
  throw badInput(
    'bots',
    refusal,
    'bots: [{"name": "...", "recordTrades": true, ...}] in the file, unless somebody else records them',
  );
}
