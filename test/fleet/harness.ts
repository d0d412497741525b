// A fleet before stand-in bots on real sockets, with time running faster than on the wall: timeouts of seconds pass in a fraction.
import { setTimeout as wait } from 'node:timers/promises';
import type { StandInBot } from '#demo/stand-in-bot.ts';
import type { Decision } from '#domain/decision.ts';
import type { Side } from '#domain/market.ts';
import type { Clock } from '#domain/time.ts';
import { type BotConfig, type Fleet, type FleetSettings, openFleet } from '#fleet/fleet.ts';
import { recordingLog } from '../support/recording-log.ts';
import { type MemoryJournal, memoryJournal } from './deliveries.ts';

const SPEED = 20;

/** Monotonic time and sleeps run 20 times faster; the wall clock is real, since bots have their own. */
export const fastClock: Clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() * SPEED }),
  sleep: (ms, signal) => wait(ms / SPEED, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

/** `clock`, and a jump of its monotonic time: what a frozen process sees when it wakes. */
export function jumpingClock(clock: Clock = fastClock): Clock & { jump(ms: number): void } {
  let jumpedMs = 0;
  return {
    now: () => ({ ...clock.now(), monotonicMs: clock.now().monotonicMs + jumpedMs }),
    sleep: clock.sleep,
    jump: (ms) => {
      jumpedMs += ms;
    },
  };
}

export interface Harness extends AsyncDisposable {
  readonly journal: MemoryJournal;
  readonly log: ReturnType<typeof recordingLog>;
  readonly fleet: Fleet;
  /** Ticks until `done` is true; fails after 10 s with the state of things. */
  until(done: () => boolean): Promise<void>;
  /** Ticks until the decision has this outcome. */
  outcome(id: string, outcome: Decision['outcome']): Promise<Decision>;
  /** Forgets everything but the journal, as a killed process does, and starts anew. */
  restart(): void;
}

export function botConfig(bot: StandInBot, name = 'BOT1', sides: readonly Side[] = ['LONG', 'SHORT']): BotConfig {
  return { name, url: bot.url, username: bot.username, password: bot.password, sides };
}

export function fleetHarness(
  bots: readonly BotConfig[],
  change: Partial<FleetSettings> = {},
  { clock = fastClock, journal = memoryJournal() }: { clock?: Clock; journal?: MemoryJournal } = {},
): Harness {
  const log = recordingLog();
  const settings = { deliveryTtlSeconds: 30, botTimeoutSeconds: 6, settleSeconds: 12, dryRun: false, ...change };
  let ids = 0;
  const open = () => {
    const newId = () => `a${++ids}`;
    return openFleet({ deliveries: journal, bots, settings, clock, log, newId, random: () => 0.5 });
  };
  let fleet = open();
  const killed: Fleet[] = [];
  const until = async (done: () => boolean) => {
    const startedMs = performance.now();
    for (;;) {
      await fleet.tick(clock.now());
      if (done()) return;
      if (performance.now() - startedMs > 10_000) throw new Error(`never happened: ${JSON.stringify(log.lines)}`);
      await wait(3);
    }
  };
  return {
    journal,
    log,
    get fleet() {
      return fleet;
    },
    until,
    outcome: async (id, outcome) => {
      await until(() => journal.decision(id).outcome === outcome);
      return journal.decision(id);
    },
    restart: () => {
      killed.push(fleet);
      fleet = open();
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of [...killed, fleet]) await one[Symbol.asyncDispose]();
    },
  };
}
