// The bots of the chaos: stand-ins whose answers get lost, late, doubled or replaced by a proxy's, who hold orders back, refuse connections and close trades.
// They never lie about what was not taken: a 429, a 503 or a refused connection has entered nothing.
import { setTimeout as wait } from 'node:timers/promises';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import { INTERNAL_ERROR, type Mischief, proxyPage } from '#demo/stand-in-mischief.ts';
import type { Chance } from './chaos-chance.ts';

/** The longest that a bot holds an order back before it enters it. */
export const LONGEST_HOLD_MS = 1_500;
const PLANNED = 20_000;
const READS = ['/status', '/trades', '/show_config'] as const;

/** One bot, and when its trades of a pair were closed (epoch ms by this machine's clock). */
export interface ChaosBot {
  readonly name: string;
  readonly side: 'LONG' | 'SHORT';
  readonly bot: StandInBot;
  readonly closings: { readonly pair: string; readonly atMs: number }[];
}

export interface ChaosBots extends AsyncDisposable {
  readonly all: readonly ChaosBot[];
  /** From now on they only answer as they should, and are reachable. */
  behave(): Promise<void>;
}

/** Opens a bot for each side. `pairs` are closed now and then, so that they can be entered again. */
export async function openChaosBots(chance: Chance, pairs: readonly [string, ...string[]]): Promise<ChaosBots> {
  let behaves = false;
  const stopping = new AbortController();
  const open = async (name: string, side: 'LONG' | 'SHORT', clockOffsetMs: number): Promise<ChaosBot> => {
    const bot = await openStandInBot({ maxOpenTrades: -1, clockOffsetMs });
    const plan = (path: string, mischief: (chance: Chance) => Mischief) => {
      const planned = Array.from({ length: PLANNED }, () => untilBehaving(mischief(chance), () => behaves));
      bot.misbehave(path, ...planned);
    };
    plan('/forceenter', mischiefOf);
    for (const path of READS) plan(path, readMischiefOf);
    return { name, side, bot, closings: [] };
  };
  const all = [await open('BOT1', 'LONG', 0), await open('BOT2', 'SHORT', chance.between(-7_200, 7_200) * 1_000)];
  const lives = all.map((one) => live(one, { chance, pairs, signal: stopping.signal }));
  const behave = async () => {
    behaves = true;
    stopping.abort();
    await Promise.all(lives);
  };
  return {
    all,
    behave,
    [Symbol.asyncDispose]: async () => {
      await behave();
      for (const { bot } of all) await bot[Symbol.asyncDispose]();
    },
  };
}

/** Closes trades, stops trading and goes away for a moment, over and over, until `signal` aborts; ends reachable and running. */
async function live(
  { bot, closings }: ChaosBot,
  by: { readonly chance: Chance; readonly pairs: readonly [string, ...string[]]; readonly signal: AbortSignal },
): Promise<void> {
  const { chance, pairs, signal } = by;
  const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    await pause(chance.between(20, 200));
    const pair = chance.pick(pairs);
    bot.closeTrades(pair);
    closings.push({ pair, atMs: Date.now() });
    if (chance.happens(0.02)) {
      await bot.suspend();
      await pause(chance.between(50, 600));
      await bot.resume();
    }
    if (chance.happens(0.02)) {
      bot.settings.state = chance.pick(['stopped', 'paused', 'reload_config', '']);
      await pause(chance.between(50, 600));
      bot.settings.state = 'running';
    }
  }
}

const NOTHING: Mischief = {};

/** What happens to one order. Delays are read when it is handled, hence the getters. */
function mischiefOf(chance: Chance): Mischief {
  if (chance.happens(0.65)) return NOTHING;
  const enters = chance.happens(0.5) ? 1 : 0;
  const delayMs = chance.between(1, LONGEST_HOLD_MS);
  const shortMs = chance.between(1, 300);
  return chance.pick<Mischief>([
    { enters, heard: 'hang' },
    { enters, heard: 'reset' },
    { enters, heard: 'reset' },
    { enters, heard: 'truncate' },
    { heard: 'twice' },
    { heard: 'twice' },
    { enters, heard: INTERNAL_ERROR },
    { enters, heard: proxyPage(502, 'Bad Gateway') },
    { enters, heard: proxyPage(504, 'Gateway Time-out') },
    { enters: 0, heard: proxyPage(503, 'Service Unavailable') },
    { enters: 0, heard: proxyPage(429, 'Too Many Requests') },
    { enters: 0 },
    {
      get lock() {
        return wait(delayMs);
      },
      heard: 'reset',
    },
    {
      get lock() {
        return wait(shortMs);
      },
    },
    {
      get answerAfter() {
        return wait(delayMs);
      },
    },
    {
      get answerAfter() {
        return wait(shortMs);
      },
      heard: 'twice',
    },
  ]);
}

function readMischiefOf(chance: Chance): Mischief {
  if (chance.happens(0.94)) return NOTHING;
  return chance.pick<Mischief>([
    { heard: 'hang' },
    { heard: 'reset' },
    { heard: 'truncate' },
    { heard: 'twice' },
    { heard: proxyPage(502, 'Bad Gateway') },
    { heard: INTERNAL_ERROR },
  ]);
}

/** `mischief` while the bots misbehave, nothing afterwards. */
function untilBehaving(mischief: Mischief, behaves: () => boolean): Mischief {
  if (mischief === NOTHING) return NOTHING;
  return new Proxy(mischief, { get: (target, key) => (behaves() ? undefined : Reflect.get(target, key)) });
}
