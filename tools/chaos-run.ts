// One run of the chaos: the service is killed, frozen and started again under load until it was killed often enough; then it may finish, and its
// journal and the bots' books are held against each other.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ChaosBots, openChaosBots } from './chaos-bots.ts';
import { type Chance, chanceOf } from './chaos-chance.ts';
import { startFeeders } from './chaos-feeders.ts';
import { checkDecisions, readJournal, unfinished } from './chaos-journal.ts';
import { type Life, type Role, startLife } from './chaos-life.ts';
import { logFaults } from './chaos-logs.ts';
import { checkOrders } from './chaos-orders.ts';

export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  /** An empty folder for the service's data and the evidence. */
  readonly folder: string;
  /** Told of every harm as it is done. */
  readonly say: (line: string) => void;
}

export interface ChaosEnd {
  /** What is wrong, one sentence each; empty when all is well. */
  readonly faults: readonly string[];
  /** What happened, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** So many that those with an order of unknown end, which wait, leave others to go on. */
const PAIRS = Array.from({ length: 20 }, (_, index) => `P${index}/USDT:USDT`) as [string, ...string[]];
const FEEDERS = 6;
const SETTLE_MS = 6_000;
const FINISH_MS = 60_000;
/** Now and then nobody is harmed for so long: what is unknown is settled. */
const CALM_MS = 9_000;
const GATEWAY_POINTS = ['signal.committing', 'signal.committed', 'signal.submitted'] as const;
const WORKER_POINTS = [
  'window.opened',
  'decision.deciding',
  'decision.committed',
  'attempt.intended',
  'attempt.sending',
  'attempt.answered',
  'delivery.recorded',
] as const;
/** A point that was not passed by then is not waited for any longer. */
const POINT_MS = 2_500;

/** Runs until `kills` processes were killed. Leaves no process behind; the folder is the caller's. */
export async function chaos({ kills, seed, folder, say }: ChaosOptions): Promise<ChaosEnd> {
  const chance = chanceOf(seed);
  await using bots = await openChaosBots(chanceOf(seed + 1), PAIRS);
  await mkdir(join(folder, 'logs'), { recursive: true });
  const house = new House(folder, await environment(folder, bots, chance));
  const feeders = startFeeders({ count: FEEDERS, chance: chanceOf(seed + 2), pairs: PAIRS, url: () => house.url() });
  const faults: string[] = [];
  try {
    while (house.kills < kills) say(await harm(house, chance));
    await house.killAll();
    house.start('start', undefined);
    await feeders.stop();
    await bots.behave();
    const untilMs = performance.now() + FINISH_MS;
    while (performance.now() < untilMs && !house.isEmpty() && unfinished(readJournal(house.data)) > 0) await wait(200);
    faults.push(...(await house.end()));
  } finally {
    await feeders.stop();
    await house.killAll();
  }
  const journal = readJournal(house.data);
  const orders = bots.all.flatMap(({ name, bot }) => bot.orders().map((order) => ({ bot: name, ...order })));
  await writeFile(join(folder, 'acknowledged.json'), JSON.stringify(feeders.acknowledged, undefined, 1));
  await writeFile(join(folder, 'orders.json'), JSON.stringify(orders, undefined, 1));
  faults.push(...feeders.faults, ...house.deaths, ...(await logFaults(join(folder, 'logs'))));
  if (orders.length < kills / 4) faults.push(`only ${orders.length} orders reached the bots: nothing is proved`);
  faults.push(...checkDecisions(journal, feeders.acknowledged), ...checkOrders(journal, bots.all, SETTLE_MS));
  const outcomes = Object.groupBy(journal.decisions, ({ outcome }) => outcome);
  const counts = {
    kills: house.kills,
    freezes: house.freezes,
    acknowledged: feeders.acknowledged.length,
    slowestAnswerMs: Math.round(Math.max(0, ...feeders.acknowledged.map(({ tookMs }) => tookMs))),
    signals: journal.signals.length,
    decisions: journal.decisions.length,
    ...Object.fromEntries(Object.entries(outcomes).map(([name, list = []]) => [name, list.length])),
    attempts: journal.attempts.length,
    orders: orders.length,
  };
  return { faults, counts };
}

async function environment(folder: string, bots: ChaosBots, chance: Chance): Promise<Record<string, string>> {
  const config = join(folder, 'paramgate.json');
  await writeFile(config, JSON.stringify({ tagId: chance.happens(0.5) }));
  const urlOf = (side: string) => {
    const bot = bots.all.find((one) => one.side === side)?.bot;
    return bot === undefined ? '' : bot.url.replace('://', `://${bot.username}:${bot.password}@`);
  };
  return {
    PARAMGATE_CONFIG: config,
    PARAMGATE_PORT: '0',
    PARAMGATE_DATA: join(folder, 'data'),
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_DELIVERY_TTL_SECONDS: '4',
    PARAMGATE_BOT_TIMEOUT_SECONDS: '0.7',
    PARAMGATE_SETTLE_SECONDS: String(SETTLE_MS / 1_000),
    PARAMGATE_BOT_LONG: urlOf('LONG'),
    PARAMGATE_BOT_SHORT: urlOf('SHORT'),
  };
}

/** The processes of the service, one life after the other on one data folder. */
class House {
  readonly data: string;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #lives = new Map<Role, Life>();
  kills = 0;
  freezes = 0;
  /** Ends that nobody caused. */
  readonly deaths: string[] = [];
  #started = 0;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
    this.data = join(folder, 'data');
  }

  url(): string | undefined {
    return (this.#lives.get('start') ?? this.#lives.get('gateway'))?.url();
  }

  life(role: Role): Life | undefined {
    return this.#lives.get(role);
  }

  isEmpty(): boolean {
    return this.#lives.size === 0;
  }

  /** Starts `role` unless it lives. */
  start(role: Role, crashAt: string | undefined): Life {
    const known = this.#lives.get(role);
    if (known !== undefined) return known;
    this.#started += 1;
    const log = join(this.#folder, 'logs', `${String(this.#started).padStart(4, '0')}-${role}.log`);
    const life = startLife(role, { env: this.#env, crashAt, log });
    this.#lives.set(role, life);
    void life.ended.then((how) => {
      this.#lives.delete(role);
      if (how === 'SIGKILL') this.kills += 1;
      else if (how !== 0) this.deaths.push(`a ${role} ended by itself with ${how}, see ${log}`);
    });
    return life;
  }

  async kill(role: Role): Promise<void> {
    const life = this.#lives.get(role);
    life?.send('SIGKILL');
    await life?.ended;
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#lives.keys()].map((role) => this.kill(role)));
  }

  /** Asks what lives to end, as an operator does; returns what is wrong with that. */
  async end(): Promise<string[]> {
    const ends = [...this.#lives.values()].map(async (life) => {
      life.send('SIGTERM');
      const how = await life.ended;
      return how === 0 ? [] : [`a ${life.role} that was asked to end ended with ${how}`];
    });
    return (await Promise.all(ends)).flat();
  }
}

const MODES: readonly [readonly Role[], readonly Role[]] = [['start'], ['gateway', 'worker']];

/** One harm: starts what is missing and kills or freezes something. Returns what was done, in words. */
async function harm(house: House, chance: Chance): Promise<string> {
  const current =
    house.life('start') !== undefined ? 0 : (house.life('gateway') ?? house.life('worker')) ? 1 : undefined;
  const mode = current !== undefined && chance.happens(0.7) ? current : chance.pick([0, 1]);
  if (mode !== current) await house.killAll();
  const roles = MODES[mode as 0 | 1] as [Role, ...Role[]];
  const missing = roles.filter((role) => house.life(role) === undefined);
  const victim = chance.pick((missing.length > 0 ? missing : roles) as [Role, ...Role[]]);
  const kind = chance.pick(['point', 'point', 'time', 'freeze']);
  const crashAt = kind === 'point' && missing.includes(victim) ? pointOf(victim, chance) : undefined;
  for (const role of missing) house.start(role, role === victim ? crashAt : undefined);
  if (crashAt === undefined && chance.happens(0.1)) {
    await wait(CALM_MS);
    return 'nobody was harmed for a while';
  }
  const life = house.life(victim);
  if (life === undefined) return `${victim} was gone already`;
  if (crashAt !== undefined) {
    await life.ready;
    await Promise.race([life.ended, wait(POINT_MS)]);
    const how = life.isEnded() ? 'died' : 'did not die';
    await house.kill(victim);
    return `${victim} ${how} at ${crashAt}`;
  }
  if (chance.happens(0.7)) await life.ready;
  const afterMs = chance.between(0, 1_800);
  await wait(afterMs);
  if (kind === 'freeze') {
    const forMs = chance.between(50, 1_500);
    house.freezes += 1;
    life.send('SIGSTOP');
    await wait(forMs);
    if (chance.happens(0.8)) {
      life.send('SIGCONT');
      return `${victim} was frozen for ${forMs} ms`;
    }
  }
  await (chance.happens(0.2) ? house.killAll() : house.kill(victim));
  return `${victim} was killed ${afterMs} ms later`;
}

function pointOf(role: Role, chance: Chance): string {
  const ofGateway = role === 'gateway' || (role === 'start' && chance.happens(0.35));
  const point = ofGateway ? chance.pick(GATEWAY_POINTS) : chance.pick(WORKER_POINTS);
  return `${point}:${chance.between(1, ofGateway ? 30 : 6)}`;
}
