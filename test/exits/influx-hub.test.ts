// Exits in front of an InfluxDB that is slow, hangs or goes: nobody waits for it, and it is asked no more than once at a time.
import { afterEach, expect, test } from 'vitest';
import { type Exits, openExits } from '#exits/exits.ts';
import { openInflux } from '#store/influx/influx.ts';
import { influxParams } from '#store/influx/params-store.ts';
import { influxTrades } from '#store/influx/trade-store.ts';
import { hubWrites } from '#store/open.ts';
import { DEFAULT_HUB_NAMES } from '#store/store.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../support/influx/stand-in.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { recordingLog } from '../support/recording-log.ts';
import { memorySnapshots } from './hub.ts';
import { SETTINGS } from './samples.ts';

const stacks: AsyncDisposableStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.disposeAsync();
});

interface Fleet {
  readonly hub: InfluxStandIn;
  readonly clock: ManualClock;
  readonly log: ReturnType<typeof recordingLog>;
  readonly exits: Exits;
}

async function fleet(prepare: (hub: InfluxStandIn) => void = () => undefined): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  stacks.push(stack);
  const clock = manualClock(Date.now());
  const hub = stack.use(await startInfluxStandIn({ buckets: { OPTUNA_PARAMS: 0, BOT33_trades: 0 } }));
  const at = BigInt(Date.now()) * 1_000_000n;
  hub.seed('OPTUNA_PARAMS', [`parameters,pair=BTC/USDT stop_loss_pct=-1.5,take_profit_pct=2.0 ${at}`]);
  const { url, token, org } = hub;
  const log = recordingLog();
  const influx = openInflux({ url, token, org });
  stack.defer(() => influx.close());
  const trades = influxTrades({ influx: { url, token, org }, names: DEFAULT_HUB_NAMES, folder: null, log });
  stack.defer(() => trades.close());
  prepare(hub);
  const exits = stack.use(
    await openExits({
      params: influxParams(influx, DEFAULT_HUB_NAMES, { pending: () => [], clock }),
      trades: { ...trades, record: async () => ({ recorded: 0, duplicates: 0 }) },
      snapshots: memorySnapshots(),
      onHubWrite: (listener) => hubWrites().listen(({ kind }) => listener(kind)),
      simplyRead: false,
      settings: { ...SETTINGS, figuresSeconds: 30, maxStaleSeconds: 3_600 },
      clock,
      log,
    }),
  );
  return { hub, clock, log, exits };
}

const question = { pair: 'BTC/USDT', leverage: 3 };
const paramQuestions = (hub: InfluxStandIn) => hub.queries.filter((flux) => flux.includes('parameters_by_side')).length;
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 });
const read = ({ exits }: Fleet) => poll(() => exits.hubReadOnce()).toBe(true);

test('a thousand cold questions at once are one question to the hub', async () => {
  const one = await fleet();
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => one.exits.answer([question, { ...question, leverage: 5 }])),
  );
  for (const [answer] of answers)
    expect(answer).toMatchObject({ source: 'OPTUNA', position: { stopLossPct: -1.5, takeProfitPct: 2 } });
  expect(paramQuestions(one.hub)).toBe(1);
  await read(one);
  await one.exits.answer([question]);
  expect(paramQuestions(one.hub)).toBe(1);
});

test('a hub that hangs is asked once at a time, given up with its connection, and nobody waits', async () => {
  const one = await fleet();
  await read(one);
  one.hub.misbehave({ on: 'query', kind: 'hang' });
  const before = paramQuestions(one.hub);
  await one.clock.advance(30_000);
  await poll(() => one.hub.counts.queries).toBeGreaterThan(0);
  for (let second = 0; second < 29; second += 1) {
    await one.clock.advance(1_000);
    const [answer] = await one.exits.answer([question]);
    expect(answer).toMatchObject({ source: 'OPTUNA', stale: second >= 5 });
  }
  await poll(() => one.hub.counts.open).toBeGreaterThan(0);
  expect(one.hub.counts.mostOpen).toBeLessThanOrEqual(2);
  expect(one.hub.queries.filter((flux) => flux.includes('parameters_by_side')).length).toBe(before);
  const aborted = one.hub.counts.aborted;
  await one.clock.advance(2_000);
  await poll(() => one.hub.counts.aborted).toBeGreaterThan(aborted);
  one.hub.calm();
  await one.clock.advance(60_000);
  await poll(async () => {
    const [answer] = await one.exits.answer([question]);
    return answer !== undefined && 'stale' in answer && answer.stale;
  }).toBe(false);
});

test('the hub is said to be lost once and found once, whatever is asked meanwhile', async () => {
  const one = await fleet();
  await read(one);
  await one.hub.down();
  for (let turn = 0; turn < 5; turn += 1) {
    await one.clock.advance(31_000);
    await one.exits.answer([question]);
  }
  await poll(() => one.log.lines.filter(({ message }) => message.startsWith('hub lost')).length).toBe(1);
  expect(one.exits.figures().every(({ stale, served }) => stale && served)).toBe(true);
  await one.hub.up();
  await one.clock.advance(31_000);
  await poll(() => one.log.lines.filter(({ message }) => message.startsWith('hub found')).length).toBe(1);
  expect(one.log.lines.filter(({ message }) => message.startsWith('hub lost'))).toHaveLength(1);
});

test('with nothing kept and a hub that hangs the first answer is FALLBACK after a second', async () => {
  const one = await fleet((hub) => hub.misbehave({ on: 'query', kind: 'hang' }));
  const answered = one.exits.answer([question]);
  await one.clock.advance(1_000);
  expect(await answered).toMatchObject([
    { source: 'FALLBACK', stale: true, reason: expect.stringContaining('hub not read yet') },
  ]);
});
