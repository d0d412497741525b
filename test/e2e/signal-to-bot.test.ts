// Walk two through the real executable: opinions become one order at a strict stand-in bot, and everything about it can be asked afterwards.
import { describe, expect, test } from 'vitest';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import { type Service, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { duplicate windowClosesAt
  signal { id source confidence window { openedAt closesAt } counted decision { id } } } }`;
const SIGNAL = `query($id: ID!) { signal(id: $id) { counted window { openedAt closesAt } decision { id outcome reason detail votes confidence
  sources enterTag conflict windowOpenedAt windowClosedAt signals { id } deliveries { bot state tradeId attempts { status error } } } } }`;
const PAGE = `query($after: String, $outcome: DecisionOutcome) { ensembleDecisions(first: 2, after: $after, outcome: $outcome) {
  nodes { id pair side outcome reason } edges { cursor } pageInfo { hasNextPage endCursor } } }`;

interface Told {
  readonly signal: {
    readonly counted: boolean | null;
    readonly window: object;
    readonly decision: {
      readonly id: string;
      readonly outcome: string;
      readonly deliveries: readonly object[];
      readonly signals: readonly { readonly id: string }[];
    } | null;
  };
}

interface Page {
  readonly ensembleDecisions: {
    readonly nodes: readonly { readonly id: string; readonly pair: string; readonly reason: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

const withCredentials = (bot: StandInBot) => bot.url.replace('://', `://${bot.username}:${bot.password}@`);

async function submit(service: Service, input: Record<string, unknown>) {
  const answer = await service.ask<{
    submitSignal: {
      duplicate: boolean;
      windowClosesAt: string;
      signal: { id: string; source: string; confidence: number };
    };
  }>(SUBMIT, { input });
  return answer.submitSignal;
}

const decisionOf = async (service: Service, signalId: string) =>
  (
    await until(
      () => service.ask<Told>(SIGNAL, { id: signalId }),
      ({ signal }) => signal.decision !== null && signal.decision.outcome !== 'PENDING',
    )
  ).signal;

describe('signal to bot', () => {
  test.concurrent('two feeders agree, a third changes its mind, and the bot gets one order with the tag of all', async () => {
    await using folder = await temporaryFolder();
    await using long = await openStandInBot();
    await using short = await openStandInBot();
    const service = await startService(folder.path, {
      env: {
        PARAMGATE_WINDOW_SECONDS: '2',
        PARAMGATE_BOT_LONG: withCredentials(long),
        PARAMGATE_BOT_SHORT: withCredentials(short),
      },
    });
    const pair = 'BTC/USDT:USDT';
    const first = await submit(service, { pair, side: 'LONG', enterTag: 'long from 75a conf=0.50', leverage: 5 });
    const changed = await submit(service, { pair, side: 'LONG', enterTag: 'long from 75a conf=0.83', leverage: 3 });
    const tag = 'long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)';
    const second = await submit(service, { pair, side: 'LONG', enterTag: tag });
    expect(second.signal).toMatchObject({ source: '75b', confidence: 0.89 });

    const told = await decisionOf(service, changed.signal.id);
    expect(told.counted).toBe(true);
    expect(told.decision).toMatchObject({
      outcome: 'FORWARDED',
      reason: 'FORWARDED',
      votes: 2,
      confidence: 0.86,
      sources: ['75a', '75b'],
      enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b',
      conflict: false,
      deliveries: [{ bot: 'BOT1', state: 'DELIVERED', tradeId: '1', attempts: [{ status: 200, error: null }] }],
    });
    expect(told.decision?.signals.map(({ id }) => id)).toEqual([second, changed, first].map(({ signal }) => signal.id));
    expect((await decisionOf(service, first.signal.id)).counted).toBe(false);
    expect(long.orders()).toMatchObject([
      { pair, isShort: false, leverage: 3, enterTag: 'long ensemble 2/5 conf=0.86 from=75a,75b' },
    ]);
    expect(short.orders()).toEqual([]);
    expect(service.stderr()).not.toContain('stand-in"');
    expect(await service.stop()).toBe(0);
  });

  test.concurrent('refusals, low confidence and a missing bot end with their reasons, and pages walk over all of them', async () => {
    await using folder = await temporaryFolder();
    await using bot = await openStandInBot({ markets: ['BTC/USDT:USDT'] });
    const service = await startService(folder.path, {
      env: { PARAMGATE_WINDOW_SECONDS: '1', PARAMGATE_BOT_LONG: withCredentials(bot) },
    });
    const asked = [
      { pair: 'NO/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.9, reason: 'BOT_REFUSED' },
      { pair: 'BTC/USDT:USDT', side: 'SHORT', source: '75a', confidence: 0.9, reason: 'NO_BOT' },
      { pair: 'ETH/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.6999, reason: 'LOW_CONFIDENCE' },
    ];
    for (const { reason, ...input } of asked) {
      const { signal } = await submit(service, input);
      const { decision } = await decisionOf(service, signal.id);
      expect(decision, reason).toMatchObject({ reason });
    }
    const first = await service.ask<Page>(PAGE);
    const rest = await service.ask<Page>(PAGE, { after: first.ensembleDecisions.pageInfo.endCursor });
    const reasons = [...first.ensembleDecisions.nodes, ...rest.ensembleDecisions.nodes].map(({ reason }) => reason);
    expect(reasons).toEqual(['LOW_CONFIDENCE', 'NO_BOT', 'BOT_REFUSED']);
    expect([first, rest].map((page) => page.ensembleDecisions.pageInfo.hasNextPage)).toEqual([true, false]);
    const failed = await service.ask<Page>(PAGE, { outcome: 'FAILED' });
    expect(failed.ensembleDecisions.nodes.map(({ pair }) => pair)).toEqual(['NO/USDT:USDT']);
    const wrong = submit(service, { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', confidence: 1.5 });
    await expect(wrong).rejects.toThrow(/^input\.confidence: 1\.5 is not a confidence.*"field":"input\.confidence"/);
    expect(bot.orders()).toEqual([]);
    await service.stop();
  });

  test.concurrent('a bot that is not there yet gets the order when it comes, one that never comes makes it EXPIRED', async () => {
    await using folder = await temporaryFolder();
    await using bot = await openStandInBot();
    await bot.suspend();
    const service = await startService(folder.path, {
      env: {
        PARAMGATE_WINDOW_SECONDS: '1',
        PARAMGATE_DELIVERY_TTL_SECONDS: '4',
        PARAMGATE_BOT_LONG: withCredentials(bot),
      },
    });
    const lost = await submit(service, { pair: 'ETH/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.9 });
    expect((await decisionOf(service, lost.signal.id)).decision).toMatchObject({
      outcome: 'EXPIRED',
      reason: 'BOT_UNREACHABLE',
    });
    const late = await submit(service, { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.9 });
    await until(
      () => service.ask<Told>(SIGNAL, { id: late.signal.id }),
      ({ signal }) => signal.decision?.outcome === 'PENDING',
    );
    await bot.resume();
    expect((await decisionOf(service, late.signal.id)).decision).toMatchObject({ outcome: 'FORWARDED' });
    expect(bot.orders().map(({ pair }) => pair)).toEqual(['BTC/USDT:USDT']);
    await service.stop();
  });
});
