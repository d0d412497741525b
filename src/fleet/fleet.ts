// DOOR of fleet: decisions leave for the bots. Nothing is done twice: an intent is journaled before its request leaves, and an unknown end is settled, never sent again.
import type { Log } from '#domain/log.ts';
import type { Side } from '#domain/market.ts';
import type { Clock, Now } from '#domain/time.ts';
import type { BotJournal, DecisionChanges, DeliveryJournal, PauseJournal } from '#store/store.ts';
import type { BotContext } from './attempt.ts';
import { botClient } from './bot-client.ts';
import { botReport } from './bot-report.ts';
import type { FleetSettings } from './delivery.ts';
import { Lane } from './lane.ts';
import { Ledger } from './ledger.ts';
import { PauseWatch } from './pause-watch.ts';

export { type BotHealth, type Bots, openBots } from './bots.ts';
export type { FleetSettings } from './delivery.ts';

/** A freqtrade bot we deliver to. `url` without credentials. */
export interface BotConfig {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly sides: readonly Side[];
  /** Whether its closed trades are recorded; absent: they are not, for somebody else may record them already. */
  readonly recordTrades?: boolean | undefined;
}

/** The deliveries of the worker side. */
export interface Fleet extends AsyncDisposable {
  /** One step: starts what each idle bot is owed next, settles what is unknown, expires what is too late. Returns at once; requests go on by themselves. */
  tick(now: Now): Promise<void>;
  /** Refuses new attempts and waits for the ones under way, at most until `signal` aborts. */
  drain(signal: AbortSignal): Promise<void>;
}

/** What a fleet is made of. `random` returns 0 <= x < 1 and only spreads retries; `newId` names attempts. */
export interface FleetParts {
  readonly deliveries: DeliveryJournal;
  readonly changes: DecisionChanges;
  readonly pauses: Pick<PauseJournal, 'inForce'>;
  readonly states: Pick<BotJournal, 'save'>;
  readonly bots: readonly BotConfig[];
  readonly settings: FleetSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly random: () => number;
}

/**
 * Opens the fleet; nothing happens before the first `tick`, which also takes over what an earlier process left. Only one fleet may be open per journal.
 * Closing it ends all connections: an order under way becomes unknown and is settled by the next start.
 */
export function openFleet(parts: FleetParts): Fleet {
  const { deliveries, changes, settings, clock, log } = parts;
  const closing = new AbortController();
  const ledger = new Ledger({ journal: deliveries, changes, settings, clock, log, closing: closing.signal });
  const pauses = new PauseWatch(parts);
  const report = botReport(parts);
  const lanes = new Map<string, Lane>();
  const laneOf = (name: string, config: BotConfig | undefined): Lane => {
    const known = lanes.get(name);
    if (known !== undefined) return known;
    const access = config ?? { url: 'http://localhost', username: '', password: '' };
    const context: BotContext = {
      client: botClient(access, { clock, timeoutMs: settings.botTimeoutSeconds * 1_000 }),
      ledger,
      pauses,
      settings,
      clock,
      log,
      newId: parts.newId,
      random: parts.random,
      unsent: new Set(),
    };
    const lane = new Lane(name, context, config !== undefined);
    lanes.set(name, lane);
    return lane;
  };
  for (const bot of parts.bots) laneOf(bot.name, bot);
  let draining = false;
  return {
    tick: async (now) => {
      if (draining) return;
      for (const [bot, added] of await ledger.read()) {
        if (!lanes.has(bot)) log.error({ bot }, 'orders are owed to a bot that is not configured; they expire');
        laneOf(bot, undefined).recover(added, now);
      }
      await pauses.refresh();
      for (const lane of lanes.values()) lane.step(now);
      report(
        [...lanes.values()].flatMap((lane) => lane.state() ?? []),
        now,
      );
    },
    drain: async (signal) => {
      draining = true;
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([Promise.all([...lanes.values()].map((lane) => lane.drain())), aborted]);
    },
    [Symbol.asyncDispose]: async () => {
      draining = true;
      closing.abort();
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
    },
  };
}
