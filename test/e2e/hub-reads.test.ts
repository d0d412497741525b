// The real executable reads its figures from a hub that freezes, goes, and is there again: bots get their answers at once all the while.
import { expect, test } from 'vitest';
import { type Service, startService, temporaryFolder, until } from '../support/executable.ts';
import { standInChild } from '../support/stand-in-child.ts';

const ASK = `query($pair: String!) { exitParams(pair: $pair, leverage: 3) {
  source stale reason revision readAt position { stopLossPct takeProfitPct } } }`;
const BUCKETS = { OPTUNA_PARAMS: 0, BOT33_trades: 0, ENSEMBLE: 0, CANDLES: 0, BOT1_trades: 0, BOT2_trades: 0 };

interface Answer {
  readonly source: string;
  readonly stale: boolean;
  readonly reason: string;
  readonly revision: string;
  readonly readAt: string | null;
  readonly position: { readonly stopLossPct: number; readonly takeProfitPct: number };
}

const asked = async (service: Service, pair: string) =>
  (await service.ask<{ readonly exitParams: Answer }>(ASK, { pair })).exitParams;
const readyz = async (service: Service) => {
  const response = await fetch(`${service.url}/readyz`);
  return {
    status: response.status,
    body: (await response.json()) as { problems: readonly string[]; hubRead: boolean },
  };
};

test('figures come from the hub, outlive its freezing and a restart, and end after their bound', async () => {
  await using folder = await temporaryFolder();
  await using hub = await standInChild({ buckets: BUCKETS });
  const now = BigInt(Date.now()) * 1_000_000n;
  await hub.order({
    do: 'seed',
    bucket: 'OPTUNA_PARAMS',
    lines: [`parameters,pair=BTC/USDT stop_loss_pct=-1.5,take_profit_pct=2i,total_trades=12i ${now}`],
  });
  const trades = Array.from({ length: 10 }, (_, index) => {
    const profit = index < 6 ? '0.88' : '-1.46';
    return `closed_trades,pair=ETH/USDT,host=a leverage=3.0,stop_loss_pct=-1.48,take_profit_pct=1.0,profit=${profit} ${now - BigInt(index) * 3_600_000_000_000n}`;
  });
  await hub.order({ do: 'seed', bucket: 'BOT33_trades', lines: trades });
  const env = {
    INFLUX_URL: hub.url,
    INFLUX_TOKEN: 'stand-in-token',
    INFLUX_ORG: 'fleet',
    PARAMGATE_FIGURES_SECONDS: '1',
    PARAMGATE_MAX_STALE_SECONDS: '600',
  };

  const first = await startService(folder.path, { env });
  const btc = await until(
    () => asked(first, 'BTC/USDT'),
    ({ source }) => source === 'OPTUNA',
  );
  expect(btc.position).toEqual({ stopLossPct: -1.5, takeProfitPct: 2 });
  const other = await until(
    () => asked(first, 'X/USDT'),
    ({ source }) => source === 'STATELESS',
  );
  expect(other.position).toEqual({ stopLossPct: -1.48, takeProfitPct: 1 });
  expect(other.reason).toContain('10 trades');
  expect((await readyz(first)).body).toMatchObject({ hubRead: true, problems: [] });

  hub.freeze();
  const frozen = await until(
    () => asked(first, 'BTC/USDT'),
    ({ stale }) => stale,
  );
  expect(frozen).toMatchObject({ source: 'OPTUNA', revision: btc.revision });
  expect(await readyz(first)).toMatchObject({
    status: 200,
    body: { problems: [expect.stringContaining('the hub is lost')] },
  });
  await first.kill();

  // The hub is still frozen: what was kept answers, and no bot waits for more.
  const second = await startService(folder.path, { env });
  expect(await asked(second, 'BTC/USDT')).toMatchObject({ source: 'OPTUNA', stale: true, revision: btc.revision });
  hub.thaw();
  await until(
    () => asked(second, 'BTC/USDT'),
    ({ stale }) => !stale,
  );
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toMatch(/paramgate_figures_age_seconds\{kind="params"\} \d/);
  expect(metrics).toMatch(/paramgate_hub_rows_total\{kind="params"\} [1-9]/);
  expect(await second.stop()).toBe(0);

  const third = await startService(folder.path, { env: { ...env, PARAMGATE_MAX_STALE_SECONDS: '1' } });
  await until(
    () => asked(third, 'BTC/USDT'),
    ({ stale }) => !stale,
  );
  await hub.kill();
  expect(
    await until(
      () => asked(third, 'BTC/USDT'),
      ({ source }) => source === 'FALLBACK',
    ),
  ).toMatchObject({ stale: true });
  expect(
    await until(
      () => readyz(third),
      ({ status }) => status === 503,
    ),
  ).toMatchObject({
    body: { problems: [expect.stringContaining('too old to be served')] },
  });
  expect(third.stderr().match(/hub lost/g)).toHaveLength(1);
  expect(await third.stop()).toBe(0);
}, 60_000);
