// One run of the hub's chaos: a service under load tells a hub that is killed, frozen, emptied, closed to it and overloaded, while the service itself is killed
// now and then; then both are left alone, and the hub is held against the journal.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hubChild, IS_REAL_HUB } from '../test/support/hub-child.ts';
import type { Misbehaviour } from '../test/support/influx/misbehaviour.ts';
import type { StandInChild } from '../test/support/stand-in-child.ts';
import { type Chance, chanceOf } from './chaos-chance.ts';
import { type Life, startLife } from './chaos-life.ts';
import { logFaults } from './chaos-logs.ts';
import { compareHub, type HubComparison, waiting } from './hub-chaos-check.ts';
import { FEEDER, OPERATOR, startHubLoad } from './hub-chaos-load.ts';

export interface HubChaosOptions {
  /** How many faults befall hub and service. */
  readonly faults: number;
  readonly seed: number;
  /** An empty folder for data and evidence. */
  readonly folder: string;
  readonly searches: number;
  readonly imports: number;
  /** Told of every fault as it is done. */
  readonly say: (line: string) => void;
}

const BUCKETS = ['OPTUNA_PARAMS', 'BOT33_trades', 'ENSEMBLE', 'CANDLES', 'BOT1_trades', 'BOT2_trades'] as const;
const TOKENS = { 'stand-in-token': { read: 'all', write: 'all', create: true } } as const;
/** The most that a hub which is well again may take to have everything: the breaker looks once a minute at the latest. */
const FINISH_MS = 180_000;

export async function hubChaos(options: HubChaosOptions): Promise<HubComparison> {
  const { seed, folder, say, searches, imports } = options;
  const chance = chanceOf(seed);
  for (const name of ['logs', 'data', 'candles']) await mkdir(join(folder, name), { recursive: true });
  await using hub = await hubChild({
    buckets: Object.fromEntries(BUCKETS.map((name) => [name, 0])),
    keptIn: join(folder, 'hub.jsonl'),
  });
  const env = {
    PARAMGATE_PORT: '0',
    PARAMGATE_DATA: join(folder, 'data'),
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_FEEDER_BASIC: FEEDER,
    PARAMGATE_KEYS: `operator/chaos:${OPERATOR}`,
    INFLUX_URL: hub.url,
    INFLUX_TOKEN: 'stand-in-token',
    INFLUX_ORG: 'fleet',
  };
  let lives = 0;
  const faults: string[] = [];
  const begin = (): Life => {
    lives += 1;
    const log = join(folder, 'logs', `${String(lives).padStart(4, '0')}.log`);
    const life = startLife('start', { env, crashAt: undefined, log });
    void life.ended.then((how) => {
      if (how !== 'SIGKILL' && how !== 0) faults.push(`the service ended by itself with ${how}, see ${log}`);
    });
    return life;
  };
  let life = begin();
  await life.ready;
  const killed = async () => {
    life.send('SIGKILL');
    await life.ended;
    life = begin();
    await life.ready;
  };
  const load = startHubLoad({
    chance: chanceOf(seed + 1),
    folder: join(folder, 'candles'),
    env,
    url: () => life.url(),
    searches,
    imports,
  });
  const done: Record<string, number> = {};
  try {
    for (const fault of plan(chance, options.faults)) {
      const what = await harm(fault, { hub, chance, killed });
      done[fault] = (done[fault] ?? 0) + 1;
      say(what);
      await wait(chance.between(50, 400));
    }
    await load.stop();
    await hub.order({ do: 'calm' });
    await hub.order({ do: 'allow', tokens: TOKENS });
    await killed();
    const untilMs = performance.now() + FINISH_MS;
    let end = await compareHub(env.PARAMGATE_DATA, hub.order, load);
    while (end.faults.length > 0 && performance.now() < untilMs) {
      await wait(250);
      if (waiting(env.PARAMGATE_DATA).length > 0) continue;
      end = await compareHub(env.PARAMGATE_DATA, hub.order, load);
    }
    end = await compareHub(env.PARAMGATE_DATA, hub.order, load);
    life.send('SIGTERM');
    const how = await life.ended;
    if (how !== 0) faults.push(`the service that was asked to end ended with ${how}`);
    faults.push(...end.faults, ...(await logFaults(join(folder, 'logs'))));
    const acknowledged = {
      signals: load.signals,
      trades: load.trades,
      imported: load.imported,
      published: load.published,
    };
    await writeFile(join(folder, 'acknowledged.json'), JSON.stringify(acknowledged));
    const loads = Object.entries(acknowledged).map(([name, all]) => [`acknowledged ${name}`, all.length]);
    return { faults, counts: { ...done, ...Object.fromEntries(loads), ...end.counts } };
  } finally {
    await load.stop();
    life.send('SIGKILL');
    await life.ended;
  }
}

const HARMS = [
  'hub killed',
  'hub frozen',
  'hub emptied',
  'token revoked',
  'bucket dropped',
  'storm',
  'service killed',
] as const;
type Harm = (typeof HARMS)[number];
/** A real server has no storms at will. */
const POSSIBLE: readonly Harm[] = IS_REAL_HUB ? HARMS.filter((one) => one !== 'storm') : HARMS;

/** `count` harms in an order by chance, each kind as often as the others. */
function plan(chance: Chance, count: number): readonly Harm[] {
  const harms = Array.from({ length: count }, (_, at) => POSSIBLE[at % POSSIBLE.length] as Harm);
  return harms
    .map((one) => ({ one, at: chance.between(0, 1e9) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

async function harm(
  kind: Harm,
  {
    hub,
    chance,
    killed,
  }: { readonly hub: StandInChild; readonly chance: Chance; readonly killed: () => Promise<void> },
): Promise<string> {
  const forMs = chance.between(0, 900);
  switch (kind) {
    case 'hub killed':
      await hub.startAgain(forMs);
      return `the hub was killed and away for ${forMs} ms`;
    case 'hub frozen':
      hub.freeze();
      await wait(forMs);
      hub.thaw();
      return `the hub was frozen for ${forMs} ms`;
    case 'hub emptied':
      await hub.startAgainEmpty(forMs);
      return `the hub was started again empty after ${forMs} ms`;
    case 'token revoked':
      await hub.order({ do: 'allow', tokens: {} });
      await wait(forMs);
      await hub.order({ do: 'allow', tokens: TOKENS });
      return `the token was revoked for ${forMs} ms`;
    case 'bucket dropped': {
      const bucket = chance.pick(BUCKETS);
      await hub.order({ do: 'dropBucket', bucket });
      await wait(chance.happens(0.5) ? forMs : 0);
      await hub.order({ do: 'addBucket', bucket });
      return `${bucket} was dropped and made again`;
    }
    case 'storm': {
      const trouble = chance.pick<Misbehaviour>([
        { on: 'write', kind: 'status', status: 503 },
        { on: 'write', kind: 'status', status: 429, retryAfter: '1' },
        { on: 'all', kind: 'status', status: 500 },
        { on: 'write', kind: 'lostAnswer' },
        { on: 'all', kind: 'reset' },
      ]);
      await hub.order({ do: 'misbehave', trouble: { ...trouble, times: chance.between(1, 12) } });
      await wait(forMs);
      await hub.order({ do: 'calm' });
      return `a storm of ${trouble.status ?? trouble.kind}`;
    }
    case 'service killed':
      await wait(forMs);
      await killed();
      return 'the service was killed and started again';
  }
}
