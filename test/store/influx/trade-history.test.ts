// Single closed trades of InfluxDB as the report reads them: what was written from here, what others left, each once.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { type Influx, openInflux } from '#store/influx/influx.ts';
import { influxTradeHistory } from '#store/influx/trade-history.ts';
import { firstNano, supersededLine, tradeLine } from '#store/influx/trade-lines.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { T0, trade } from '../samples.ts';

const { bucket, measurement } = DEFAULT_HUB_NAMES.trades;
const DAY_MS = 86_400_000;
const EVER = { fromMs: 0, toMs: 253_402_300_800_000 };

let hub: InfluxStandIn;
let influx: Influx;
beforeEach(async () => {
  hub = await startInfluxStandIn({ buckets: { [bucket]: 0 } });
  influx = openInflux(hub);
});
afterEach(async () => {
  influx.close();
  await hub[Symbol.asyncDispose]();
});

const history = () => influxTradeHistory(influx, DEFAULT_HUB_NAMES);

it('brings back what was written, oldest first, to the last field, within the period alone', async () => {
  const closings = [T0 + 3 * DAY_MS, T0, T0 + 1, T0 + DAY_MS];
  const made = closings.map((closedAtMs, at) =>
    trade({
      tradeId: `${at}`,
      closedAtMs,
      openedAtMs: T0 - 60_000,
      enterTag: at === 1 ? null : 'a, "b"',
      stopLossPct: at === 2 ? null : -1.5,
    }),
  );
  hub.seed(
    bucket,
    made.map((one) => tradeLine(one, measurement)),
  );
  const oldestFirst = [1, 2, 3, 0].map((at) => made[at]);
  expect(await history().within(EVER)).toEqual({ trades: oldestFirst, incomplete: 0 });
  const { trades } = await history().within({ fromMs: T0 + 1, toMs: T0 + DAY_MS });
  expect(trades).toEqual([made[2]]);
});

it('counts a trade once, with its later close', async () => {
  const first = trade({ tradeId: '7', closedAtMs: T0, profitPct: 1 });
  const later = { ...first, closedAtMs: T0 + DAY_MS, profitPct: 2 };
  hub.seed(bucket, [tradeLine(later, measurement), tradeLine(first, measurement)]);
  expect((await history().within(EVER)).trades).toEqual([later]);
});

it('leaves out where a trade stood before it was recorded again', async () => {
  const earlier = trade({ tradeId: '7', closedAtMs: T0 });
  const first = { ...earlier, closedAtMs: T0 + DAY_MS };
  const left = { ...first, bin: '2.5-3.5x', nano: firstNano(first) };
  hub.seed(
    bucket,
    [first, earlier].map((one) => tradeLine(one, measurement)),
  );
  hub.seed(bucket, [supersededLine(left, measurement), supersededLine({ ...left, nano: 0 }, measurement)]);
  expect(await history().within(EVER)).toEqual({ trades: [earlier], incomplete: 0 });
});

it('takes what others left when it says enough, and counts what does not', async () => {
  const ns = (at: number) => `${T0 + at}000000`;
  const opened = 'opened_at="2026-01-01 10:00:00"';
  hub.seed(bucket, [
    `${measurement},pair=ETH/USDT,side=short,bot=B9 leverage=2,profit=-0.5,stop_loss_pct=1.5,take_profit_pct=2,${opened} ${ns(1)}`,
    `${measurement},pair=ETH/USDT,side=short leverage=2,profit_pct=0.5 ${ns(2)}`,
    `${measurement},pair=ETH/USDT leverage=2,profit_pct=0.5,${opened} ${ns(3)}`,
    `${measurement},pair=ETH/USDT,side=long profit_pct=0.5,${opened} ${ns(4)}`,
    `${measurement},pair=ETH/USDT,side=long leverage=2,${opened} ${ns(5)}`,
    `${measurement},pair=none,side=long leverage=2,profit_pct=1,${opened} ${ns(6)}`,
  ]);
  expect(await history().within(EVER)).toEqual({
    trades: [
      {
        bot: 'B9',
        tradeId: ns(1),
        pair: 'ETH/USDT',
        side: 'SHORT',
        leverage: 2,
        profitPct: -0.5,
        stopLossPct: null,
        takeProfitPct: 2,
        openedAtMs: Date.UTC(2026, 0, 1, 10),
        closedAtMs: T0 + 1,
        enterTag: null,
        exitReason: null,
      },
    ],
    incomplete: 4,
  });
});

it('rejects with HUB_UNAVAILABLE when the hub does not answer', async () => {
  await hub[Symbol.asyncDispose]();
  await expect(history().within(EVER)).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
});
