// Newest levels as the fleet's writers leave them: torn, unvalidated, of other types, with other tags, thousands of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ParamRecord } from '#domain/exit-params.ts';
import { type Influx, openInflux } from '#store/influx/influx.ts';
import { type InfluxParams, influxParams } from '#store/influx/params-store.ts';
import { DEFAULT_HUB_NAMES } from '#store/store.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { paramRecord, T0 } from '../samples.ts';

const HOUR_MS = 3_600_000;
const BUCKET = 'OPTUNA_PARAMS';
let hub: InfluxStandIn;
let influx: Influx;
let params: InfluxParams;
let waiting: ParamRecord[] = [];

beforeEach(async () => {
  waiting = [];
  hub = await startInfluxStandIn({ buckets: { [BUCKET]: 0 } });
  influx = openInflux({ url: hub.url, token: hub.token, org: hub.org });
  params = influxParams(influx, DEFAULT_HUB_NAMES, { pending: () => waiting, clock: manualClock() });
});
afterEach(async () => {
  influx.close();
  await hub[Symbol.asyncDispose]();
});

const ns = (ms: number) => BigInt(ms) * 1_000_000n + (694_258_165n % 1_000_000n);
const seed = (...lines: readonly string[]) => hub.seed(BUCKET, lines);
const line = (fields: string, { at = T0, tags = 'pair=BTC/USDT', measurement = 'parameters' } = {}) =>
  `${measurement},${tags} ${fields} ${ns(at)}`;
const only = async () => {
  const { records } = await params.newest();
  expect(records).toHaveLength(1);
  return records[0] as ParamRecord;
};

describe('one pair', () => {
  test("fields of one write make the record; its time is the point's, to the millisecond", async () => {
    seed(line('stop_loss_pct=-1.5,take_profit_pct=2.0,win_rate=0.61,total_trades=120i,study_id="s 1"'));
    expect(await only()).toEqual(paramRecord({ profitFactor: null, validated: null, studyId: 's 1', pbo: null }));
  });

  test('a record torn over two writes lacks what the newest write lacks', async () => {
    seed(line('stop_loss_pct=-1.5,take_profit_pct=2.0,validated=true'), line('stop_loss_pct=-9.0', { at: T0 + 1 }));
    expect(await only()).toMatchObject({ atMs: T0 + 1, stopLossPct: -9, takeProfitPct: Number.NaN, validated: null });
  });

  test.each([
    ['', null],
    [',validated=true', true],
    [',validated=false', false],
    [',validated=0i', false],
    [',validated=1.0', true],
    [',validated="False"', false],
    [',validated="perhaps"', null],
  ])('%s is %s', async (fields, validated) => {
    seed(line(`stop_loss_pct=-1.5,take_profit_pct=2.0${fields}`));
    expect((await only()).validated).toBe(validated);
  });

  test('integers and floats are both taken, also when the type changed between shards', async () => {
    const week = 8 * 86_400_000;
    seed(line('stop_loss_pct=-1.5,take_profit_pct=2.0,total_trades=7.0', { at: T0 - week }));
    seed(line('stop_loss_pct=-2i,take_profit_pct=3i,total_trades=8i'));
    expect(await only()).toMatchObject({ stopLossPct: -2, takeProfitPct: 3, totalTrades: 8 });
    seed(line('stop_loss_pct=-2.5,take_profit_pct=3.5', { at: T0 + week }));
    expect(await only()).toMatchObject({ stopLossPct: -2.5, takeProfitPct: 3.5, totalTrades: null });
  });

  test('the newest record is found whatever type other pairs have been written in since, in the shard before too', async () => {
    // Monday the 5th begins a shard; what was written until then is of integers, by the last nanosecond but one.
    const sunday = T0 - 13 * HOUR_MS;
    const monday = BigInt(T0 - 12 * HOUR_MS) * 1_000_000n;
    const older = (pair: string, fields: string, at: number) =>
      line(`${fields},total_trades=7.0`, { at, tags: `pair=${pair}` });
    seed(
      older('OLD/USDT', 'stop_loss_pct=-4i,take_profit_pct=5i', T0 - 30 * 24 * HOUR_MS),
      older('OLD/USDT', 'stop_loss_pct=-3i,take_profit_pct=4i', T0 - 20 * 24 * HOUR_MS),
      older('ETH/USDT', 'stop_loss_pct=-2i,take_profit_pct=3i', sunday),
      `parameters,pair=SOL/USDT stop_loss_pct=-1i,take_profit_pct=1i ${monday - 2n}`,
      line('stop_loss_pct=-1.5,take_profit_pct=2.5'),
    );
    const { records } = await params.newest();
    expect(
      new Map(records.map(({ pair, stopLossPct, takeProfitPct }) => [pair, [stopLossPct, takeProfitPct]])),
    ).toEqual(
      new Map([
        ['BTC/USDT', [-1.5, 2.5]],
        ['ETH/USDT', [-2, 3]],
        ['OLD/USDT', [-3, 4]],
        ['SOL/USDT', [-1, 1]],
      ]),
    );
    expect(hub.counts.queries).toBe(1);
  });

  test('extra tags make other series; the newest of the pair wins and series are not mixed', async () => {
    seed(
      line('stop_loss_pct=-1.0,take_profit_pct=1.0', { tags: 'pair=BTC/USDT,run=a' }),
      line('stop_loss_pct=-2.0,take_profit_pct=2.0', { tags: 'pair=BTC/USDT,run=b', at: T0 + 2 }),
      line('stop_loss_pct=-3.0', { tags: 'pair=BTC/USDT', at: T0 + 1 }),
    );
    expect(await only()).toMatchObject({ atMs: T0 + 2, stopLossPct: -2, takeProfitPct: 2 });
  });

  test("one-sided records stand beside those for both sides, in freqtrade's lower case too", async () => {
    seed(
      line('stop_loss_pct=-1.0,take_profit_pct=1.0'),
      line('stop_loss_pct=-2.0,take_profit_pct=2.0', {
        tags: 'pair=BTC/USDT,side=LONG',
        measurement: 'parameters_by_side',
      }),
      line('stop_loss_pct=-3.0,take_profit_pct=3.0', {
        tags: 'pair=BTC/USDT,side=short',
        measurement: 'parameters_by_side',
      }),
      line('stop_loss_pct=-4.0,take_profit_pct=4.0', {
        tags: 'pair=BTC/USDT,side=both',
        measurement: 'parameters_by_side',
      }),
    );
    const { records, ignored } = await params.newest();
    expect(records.map(({ side, stopLossPct }) => [side, stopLossPct]).sort()).toEqual(
      [
        [null, -1],
        ['LONG', -2],
        ['SHORT', -3],
      ].sort(),
    );
    expect(ignored).toBe(1);
  });

  test('other measurements and fields of the bucket are not looked at', async () => {
    seed(
      line('stop_loss_pct=-1.0,take_profit_pct=1.0'),
      line('stop_loss_pct=-7.0', { measurement: 'other', at: T0 + 5 }),
      line('note="x"', { at: T0 + 9 }),
    );
    expect(await only()).toMatchObject({ atMs: T0, stopLossPct: -1 });
  });
});

test('names that are no pairs are counted, each once', async () => {
  const odd = ['no\\ pair', 'a\\,b', 'x\\=y', 'q"q', 'e😀', 'back\\slash/USDT'];
  seed(
    ...odd.map((pair, index) => line('stop_loss_pct=-1.0,take_profit_pct=1.0', { tags: `pair=${pair},run=${index}` })),
  );
  seed(
    line('stop_loss_pct=-1.0,take_profit_pct=1.0', { tags: 'pair=no\\ pair,run=again' }),
    line('stop_loss_pct=-1.0,take_profit_pct=1.0'),
  );
  const { records, ignored } = await params.newest();
  expect([records.length, ignored]).toEqual([1, odd.length]);
});

test('five thousand pairs come in one question', async () => {
  seed(
    ...Array.from({ length: 5_000 }, (_, index) =>
      line(`stop_loss_pct=-${index + 1}.0,take_profit_pct=1.0`, { tags: `pair=P${index}/USDT` }),
    ),
  );
  const { records } = await params.newest();
  expect(new Map(records.map(({ pair, stopLossPct }) => [pair, stopLossPct]))).toEqual(
    new Map(Array.from({ length: 5_000 }, (_, index) => [`P${index}/USDT`, -(index + 1)])),
  );
  expect(hub.counts.queries).toBe(1);
});

describe('what this instance published', () => {
  test('is there while it waits, and the newer of the two counts', async () => {
    seed(line('stop_loss_pct=-1.0,take_profit_pct=1.0'));
    waiting = [paramRecord({ atMs: T0 - 1, stopLossPct: -8 })];
    expect((await only()).stopLossPct).toBe(-1);
    waiting = [paramRecord({ atMs: T0 + 1, stopLossPct: -9 })];
    expect((await only()).stopLossPct).toBe(-9);
  });

  test('is known without asking the hub, until the hub has it', async () => {
    expect(params.known()).toBeUndefined();
    await params.newest();
    const record = paramRecord();
    params.noted(record);
    expect(params.known()).toEqual({ records: [record] });
    expect(hub.counts.queries).toBe(1);
    // It has left the outbox and the hub answers without it: somebody has removed it there.
    expect(await params.newest()).toEqual({ records: [], ignored: 0 });
    expect(params.known()).toEqual({ records: [] });
  });

  test('stays known through a read that began before it', async () => {
    hub.misbehave({ on: 'query', kind: 'delay', delayMs: 50, times: 1 });
    const reading = params.newest();
    await expect.poll(() => hub.counts.open).toBe(1);
    params.noted(paramRecord());
    expect((await reading).records).toEqual([paramRecord()]);
  });
});

test('a read that fails changes nothing', async () => {
  seed(line('stop_loss_pct=-1.0,take_profit_pct=1.0'));
  await params.newest();
  hub.misbehave({ on: 'query', kind: 'truncate', times: 1 });
  await expect(params.newest()).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
  expect(params.known()?.records).toHaveLength(1);
});
