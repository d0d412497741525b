// Operators stop and let go, through the real executable: the kill switch survives kill -9, and everything it stopped says so.
import { describe, expect, test } from 'vitest';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import { type Service, type StartOptions, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }`;
const PAUSE = `mutation($input: PauseInput!) { pause(input: $input) { id author reason until endedAt pair side source bot } }`;
const RESUME = `mutation($id: ID!) { resume(id: $id) { id endedAt endedBy } }`;
const DECISION = `query($id: ID!) { signal(id: $id) { counted decision { outcome reason detail votes sources pausedBy { id reason author }
  deliveries { bot state detail pausedBy { id } attempts { error } } } } }`;

interface Decision {
  readonly outcome: string;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly pausedBy: { readonly id: string } | null;
  readonly deliveries: readonly object[];
}

const options = (bot: StandInBot, env: Record<string, string> = {}): StartOptions => ({
  env: {
    PARAMGATE_WINDOW_SECONDS: '1',
    PARAMGATE_BOT_LONG: bot.url.replace('http://', `http://${bot.username}:${bot.password}@`),
    ...env,
  },
});
const pause = async (service: Service, input: object) =>
  (await service.ask<{ pause: { id: string; author: string } }>(PAUSE, { input })).pause;
const submit = async (service: Service, input: object = {}) => {
  const whole = { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.9, ...input };
  return (await service.ask<{ submitSignal: { signal: { id: string } } }>(SUBMIT, { input: whole })).submitSignal.signal
    .id;
};
const decided = async (service: Service, id: string, final = true): Promise<Decision> => {
  const { signal } = await until(
    () => service.ask<{ signal: { decision: Decision | null } }>(DECISION, { id }),
    ({ signal: { decision } }) => decision !== null && (!final || decision.outcome !== 'PENDING'),
  );
  if (signal.decision === null) throw new Error('not decided');
  return signal.decision;
};

describe('the kill switch', () => {
  test.concurrent('stops every decision over kill -9 and restart, until it is resumed', async () => {
    await using folder = await temporaryFolder();
    await using bot = await openStandInBot();
    const first = await startService(folder.path, options(bot));
    const before = await submit(first);
    const made = await pause(first, { reason: 'all stop' });
    expect(made).toMatchObject({
      author: 'everyone',
      until: null,
      endedAt: null,
      pair: null,
      side: null,
      source: null,
      bot: null,
    });
    await first.kill();

    const second = await startService(folder.path, options(bot));
    const stopped = {
      outcome: 'REJECTED',
      reason: 'PAUSED',
      pausedBy: { id: made.id, reason: 'all stop', author: 'everyone' },
    };
    expect(await decided(second, before), 'the window was open when it was set').toMatchObject(stopped);
    const during = await decided(second, await submit(second));
    expect(during).toMatchObject({ ...stopped, deliveries: [] });
    expect(during.detail).toBe(`paused by everyone: all stop (everything; pause ${made.id})`);
    expect(bot.requests().filter(({ path }) => path.endsWith('/forceenter'))).toEqual([]);
    const { resume } = await second.ask<{ resume: object }>(RESUME, { id: made.id });
    expect(resume).toMatchObject({ id: made.id, endedBy: 'everyone', endedAt: expect.any(String) });
    expect(await decided(second, await submit(second))).toMatchObject({ outcome: 'FORWARDED', pausedBy: null });
    await expect(second.ask(RESUME, { id: made.id })).rejects.toThrow(/this pause ended at .*"field":"id"/);
    expect(await second.stop()).toBe(0);
  });

  test.concurrent('set while the worker is down, it holds when the worker starts, for what is owed already too', async () => {
    await using folder = await temporaryFolder();
    await using bot = await openStandInBot({ state: 'stopped' });
    const ttl = { PARAMGATE_DELIVERY_TTL_SECONDS: '6' };
    const gateway = await startService(folder.path, { ...options(bot, ttl), command: 'gateway' });
    const worker = await startService(folder.path, { ...options(bot, ttl), command: 'worker' });
    const owed = await submit(gateway);
    expect(await decided(gateway, owed, false)).toMatchObject({ outcome: 'PENDING' });
    await worker.kill();
    const undecided = await submit(gateway, { pair: 'ETH/USDT:USDT' });
    const { id } = await pause(gateway, { bot: 'BOT1', reason: 'exchange down' });
    bot.settings.state = 'running';

    const next = await startService(folder.path, { ...options(bot, ttl), command: 'worker' });
    expect(await decided(gateway, undecided)).toMatchObject({
      outcome: 'REJECTED',
      reason: 'PAUSED',
      pausedBy: { id },
    });
    const late = await decided(gateway, owed);
    expect(late).toMatchObject({ outcome: 'EXPIRED', reason: 'EXPIRED', pausedBy: { id } });
    expect(late.deliveries).toMatchObject([{ bot: 'BOT1', state: 'EXPIRED', pausedBy: { id } }]);
    expect(late.detail).toContain('paused by everyone: exchange down (bot BOT1;');
    expect(bot.orders()).toEqual([]);
    await Promise.all([next.stop(), gateway.stop()]);
  });
});

test.concurrent('pauses of a source and until a time, the list, and what is refused', async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot();
  const service = await startService(folder.path, options(bot));
  await pause(service, { source: '75b', pair: 'BTC/USDT', reason: 'model gone wild' });
  const until500 = new Date(Date.now() + 500).toISOString();
  const timed = await pause(service, { side: 'LONG', pair: 'XRP/USDT:USDT', reason: 'news', until: until500 });
  const [kept, silenced] = [await submit(service), await submit(service, { source: '75b', confidence: 0.1 })];
  expect(await decided(service, kept)).toMatchObject({ outcome: 'FORWARDED', votes: 1, sources: ['75a'] });
  expect(await service.ask(DECISION, { id: silenced })).toMatchObject({ signal: { counted: false } });
  const after = await submit(service, { pair: 'XRP/USDT:USDT' });
  expect(await decided(service, after), 'its time ran out before the close').toMatchObject({ outcome: 'FORWARDED' });
  const list = (includeEnded: boolean) =>
    service.ask<{ pauses: object[] }>(`{ pauses(includeEnded: ${includeEnded}) { id source endedAt endedBy } }`);
  expect((await list(false)).pauses).toMatchObject([{ source: '75b', endedAt: null }]);
  expect((await list(true)).pauses).toMatchObject([
    { id: timed.id, endedAt: until500, endedBy: null },
    { source: '75b' },
  ]);
  await expect(pause(service, { reason: ' ' })).rejects.toThrow(/"field":"input\.reason"/);
  await expect(pause(service, { reason: 'x', bot: 'BOT9' })).rejects.toThrow(
    /input\.bot: "BOT9" is not configured; allowed: BOT1/,
  );
  await expect(pause(service, { reason: 'x', until: '2020-01-01T00:00:00Z' })).rejects.toThrow(
    /"field":"input\.until"/,
  );
  await expect(pause(service, { reason: 'x', pair: 'BTC' })).rejects.toThrow(/"field":"input\.pair"/);
  expect((await list(true)).pauses).toHaveLength(2);
  await service.stop();
});

test.concurrent('feeders, bots and their metrics tell what happened', async () => {
  await using folder = await temporaryFolder();
  await using bot = await openStandInBot({ markets: ['BTC/USDT:USDT'] });
  const service = await startService(folder.path, options(bot, { PARAMGATE_MISSING_CONFIDENCE: '0.8' }));
  const [yes] = [
    await submit(service, { leverage: 3 }),
    await submit(service, { source: '75b', confidence: undefined }),
  ];
  const no = await submit(service, { pair: 'NO/USDT:USDT' });
  await decided(service, yes);
  await decided(service, no);
  const times = {
    openedAt: new Date(Date.now() - 7_200_000).toISOString(),
    closedAt: new Date(Date.now() - 3_600_000).toISOString(),
  };
  const trade = { bot: 'BOT3', pair: 'BTC/USDT', side: 'LONG', leverage: 3, ...times };
  const trades = [
    { ...trade, tradeId: '1', profitPct: 0.9, enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b' },
    { ...trade, tradeId: '2', profitPct: -0.3, enterTag: 'long from 75a conf=0.89' },
  ];
  await service.ask(`mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }`, {
    trades,
  });
  const health = await service.ask<{ feeders: object[]; bots: object[] }>(`{
    feeders { source lastSignalAt signalsLastHour signalsLastDay defaultedShare forwardedShare agreementShare silent trades winRate expectancyPct netProfitPct }
    bots { name sides reachable state forceEntryEnabled positionAdjustment clockOffsetSeconds inFlight owed refusals { text count } lastAnswerAt }
  }`);
  expect(health.feeders).toEqual([
    {
      ...{ source: '75a', lastSignalAt: expect.any(String), signalsLastHour: 2, signalsLastDay: 2, defaultedShare: 0 },
      ...{
        forwardedShare: 0.5,
        agreementShare: 0.5,
        silent: false,
        trades: 2,
        winRate: 0.5,
        expectancyPct: 0.3,
        netProfitPct: 0.6,
      },
    },
    {
      ...{ source: '75b', lastSignalAt: expect.any(String), signalsLastHour: 1, signalsLastDay: 1, defaultedShare: 1 },
      ...{
        forwardedShare: 1,
        agreementShare: 1,
        silent: false,
        trades: 1,
        winRate: 1,
        expectancyPct: 0.9,
        netProfitPct: 0.9,
      },
    },
  ]);
  expect(health.bots).toMatchObject([
    {
      ...{
        name: 'BOT1',
        sides: ['LONG'],
        reachable: true,
        state: 'running',
        forceEntryEnabled: true,
        positionAdjustment: false,
      },
      ...{
        inFlight: 0,
        owed: 0,
        refusals: [{ count: 1 }],
        lastAnswerAt: expect.any(String),
        clockOffsetSeconds: expect.any(Number),
      },
    },
  ]);
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toContain('paramgate_feeder_silent{source="75a"} 0');
  expect(metrics).toContain('paramgate_bot_reachable{bot="BOT1"} 1');
  expect(metrics).toContain('paramgate_bot_owed{bot="BOT1"} 0');
  expect(metrics).toContain('paramgate_pauses_in_force{of="everything"} 0');
  await service.stop();
});
