// Two instances of the real executable on one hub: trades that want one nanosecond are two, a trade recorded again counts once at both, after restarts and for a
// hub that lost everything; and /readyz says when the hub lets nobody write.
import { expect, test } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { meetingIds } from '../store/meeting-trades.ts';
import { type Service, startService, temporaryFolder, until } from '../support/executable.ts';
import { standInChild } from '../support/stand-in-child.ts';

const RECORD = 'mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded duplicates } }';
const BINS = '{ leverageBins { label totalTrades winRate avgWinPct stopLossPct } }';
const DAY_MS = 86_400_000;

interface Bin {
  readonly label: string;
  readonly totalTrades: number;
  readonly avgWinPct: number | null;
}

const bins = async (service: Service) =>
  (await service.ask<{ readonly leverageBins: readonly Bin[] }>(BINS)).leverageBins.map(
    ({ label, totalTrades, avgWinPct }) => [label, totalTrades, avgWinPct] as const,
  );
const problems = async (service: Service) =>
  ((await (await fetch(`${service.url}/readyz`)).json()) as { readonly problems: readonly string[] }).problems;

test('each trade is one point, and counts once at every instance', async () => {
  await using folder = await temporaryFolder();
  await using otherFolder = await temporaryFolder();
  const places = Object.values(DEFAULT_HUB_NAMES);
  await using hub = await standInChild({ buckets: Object.fromEntries(places.map(({ bucket }) => [bucket, 0])) });
  const env = {
    INFLUX_URL: hub.url,
    INFLUX_TOKEN: 'stand-in-token',
    INFLUX_ORG: 'fleet',
    PARAMGATE_FIGURES_SECONDS: '1',
  };
  let one = await startService(folder.path, { env });
  let other = await startService(otherFolder.path, { command: 'gateway', env: { ...env, PARAMGATE_INTAKE: 'off' } });
  const openedMs = Date.now() - 10 * DAY_MS;
  const closedMs = Date.now() - 3 * DAY_MS;
  const [first, second] = meetingIds(openedMs);
  const trade = (change: object) => ({
    bot: 'BOT3',
    pair: 'BTC/USDT:USDT',
    side: 'LONG',
    leverage: 3,
    profitPct: 1,
    stopLossPct: -1.5,
    takeProfitPct: 1,
    openedAt: new Date(openedMs).toISOString(),
    closedAt: new Date(closedMs).toISOString(),
    ...change,
  });
  const record = (...trades: readonly object[]) => one.ask(RECORD, { trades });
  const points = () =>
    hub.order<readonly { readonly ns: string; readonly superseded?: number }[]>({
      do: 'contents',
      ...DEFAULT_HUB_NAMES.trades,
    });
  const says = (service: Service, wanted: readonly (readonly [string, number, number])[]) =>
    until(
      () => bins(service),
      (found) => JSON.stringify(found) === JSON.stringify(wanted),
    );
  const both = async (wanted: readonly (readonly [string, number, number])[]) => {
    expect(await bins(one), 'what is recorded here is in the next answer').toEqual(wanted);
    await says(other, wanted);
  };

  await record(trade({ tradeId: first, profitPct: 1 }), trade({ tradeId: second, profitPct: 2 }));
  await both([['2.5-3.5x', 2, 1.5]]);
  expect(await points()).toHaveLength(2);

  // Closed later after all, and at another leverage: both move.
  await record(trade({ tradeId: first, profitPct: 4, closedAt: new Date(closedMs + 2 * DAY_MS).toISOString() }));
  await both([['2.5-3.5x', 2, 3]]);
  await record(trade({ tradeId: second, profitPct: 6, leverage: 2 }));
  const wanted = [
    ['1.5-2.5x', 1, 6],
    ['2.5-3.5x', 1, 4],
  ] as const;
  await both(wanted);
  expect((await points()).filter(({ superseded }) => superseded === 1)).toHaveLength(2);
  expect(await points()).toHaveLength(4);
  expect(await other.stop()).toBe(0);
  other = await startService(otherFolder.path, { command: 'gateway', env: { ...env, PARAMGATE_INTAKE: 'off' } });
  await both(wanted);

  // The hub forgets everything; told again, it says the same.
  expect(await one.stop()).toBe(0);
  await hub.startAgainEmpty();
  one = await startService(folder.path, { env });
  await until(points, (found) => found.length === 4);
  await says(one, wanted);
  await says(other, wanted);

  const well = () =>
    until(
      () => problems(one),
      (found) => found.length === 0,
    );
  await well();
  await hub.order({ do: 'allow', tokens: { 'stand-in-token': { read: 'all', write: [] } } });
  await record(trade({ tradeId: '3' }));
  const [told] = await until(
    () => problems(one),
    (found) => found.length > 0,
  );
  expect(told).toMatch(/^the hub does not let this instance write to BOT33_trades \(.+\): 1 row of trades wait/);
  expect((await fetch(`${one.url}/readyz`)).status).toBe(200);
  await hub.order({ do: 'allow', tokens: { 'stand-in-token': { read: 'all', write: 'all' } } });
  await well();
  expect(await points()).toHaveLength(5);
  expect(await one.stop()).toBe(0);
  expect(await other.stop()).toBe(0);
}, 120_000);
