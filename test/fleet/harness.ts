// A fleet before stand-in bots on real sockets, with time running faster than on the wall: timeouts of seconds pass in a fraction.
import { setTimeout as wait } from 'node:timers/promises';
import type { StandInBot } from '#demo/stand-in-bot.ts';
import type { BotState } from '#domain/bot-state.ts';
import type { Decision } from '#domain/decision.ts';
import type { Side } from '#domain/market.ts';
import type { Pause } from '#domain/pause.ts';
import type { Clock } from '#domain/time.ts';
import { loadClient } from '#fleet/exchange.ts';
import { type BotConfig, type Fleet, type FleetSettings, openFleet } from '#fleet/fleet.ts';
import type { DeliveryJournal } from '#store/store.ts';
import { recordingLog } from '../support/recording-log.ts';
import { type MemoryJournal, memoryJournal } from './deliveries.ts';

const SPEED = 20;

// A service has loaded its client long before the first order; here loading it would take seconds of the fast time.
await loadClient();

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
  /** The pauses in force; tests add to it and take from it. */
  readonly pauses: Pause[];
  /** Makes the pauses unreadable, or readable again. */
  blind(yes: boolean): void;
  /** What was told of the bots, each time. */
  readonly states: readonly (readonly BotState[])[];
  /** Ticks until `done` is true; fails after 10 s with the state of things. */
  until(done: () => boolean): Promise<void>;
  /** Ticks until the decision has this outcome. */
  outcome(id: string, outcome: Decision['outcome']): Promise<Decision>;
  /** Ends as a killed process does: nothing more reaches the journal, the connections end. Then starts anew. */
  restart(between?: () => Promise<void>): Promise<void>;
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
  const states: (readonly BotState[])[] = [];
  const save = async (all: readonly BotState[]) => {
    states.push(all);
  };
  const inForce: Pause[] = [];
  let unreadable = false;
  const pauses = {
    inForce: async () => {
      if (unreadable) throw new Error('gateway.db cannot be read');
      return [...inForce];
    },
  };
  let ids = 0;
  const newId = () => `a${++ids}`;
  const open = () => {
    let isDead = false;
    const living = async <T>(call: () => Promise<T>): Promise<T> => {
      if (isDead) throw new Error('this process is dead');
      return call();
    };
    const deliveries: DeliveryJournal = {
      unfinished: (ids) => living(() => journal.unfinished(ids)),
      begin: (intent) => living(() => journal.begin(intent)),
      record: (update) => living(() => journal.record(update)),
      ofDecisions: (ids) => living(() => journal.ofDecisions(ids)),
    };
    const parts = { deliveries, changes: journal, pauses, states: { save }, bots };
    const fleet = openFleet({ ...parts, settings, clock, log, newId, random: () => 0.5 });
    const kill = async () => {
      isDead = true;
      await fleet[Symbol.asyncDispose]();
    };
    return { fleet, kill };
  };
  let life = open();
  const until = async (done: () => boolean) => {
    const startedMs = performance.now();
    for (;;) {
      await life.fleet.tick(clock.now());
      if (done()) return;
      if (performance.now() - startedMs > 10_000) throw new Error(`never happened: ${JSON.stringify(log.lines)}`);
      await wait(3);
    }
  };
  return {
    journal,
    log,
    pauses: inForce,
    blind: (yes) => {
      unreadable = yes;
    },
    states,
    get fleet() {
      return life.fleet;
    },
    until,
    outcome: async (id, outcome) => {
      await until(() => journal.decision(id).outcome === outcome);
      return journal.decision(id);
    },
    restart: async (between) => {
      await life.kill();
      await between?.();
      life = open();
    },
    [Symbol.asyncDispose]: () => life.fleet[Symbol.asyncDispose](),
  };
}
