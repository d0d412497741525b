// Walk one through the real executable: worked figures, tiers, short forms, risk cap, bad input, restart.
import { describe, expect, test } from 'vitest';
import { type Service, startService, temporaryFolder } from '../support/executable.ts';

const PARAMS = `query($pair: String!, $leverage: Float!, $side: Side) { exitParams(pair: $pair, leverage: $leverage, side: $side) {
  source position { stopLossPct takeProfitPct } account { stopLossPct takeProfitPct } riskCapped leverageBin winRate avgWinPct avgLossPct
  totalTrades reason asOf readAt stale revision } }`;
const RECORD = 'mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded duplicates } }';

interface Answer {
  readonly exitParams: {
    readonly source: string;
    readonly position: object;
    readonly account: object;
    readonly riskCapped: boolean;
    readonly leverageBin: string | null;
    readonly winRate: number | null;
    readonly avgWinPct: number | null;
    readonly avgLossPct: number | null;
    readonly totalTrades: number | null;
    readonly reason: string;
    readonly stale: boolean;
    readonly revision: string;
  };
}

/** The worked example's bin: 3,548 trades whose means are -1.48, 1.00, 0.61 (rounded to two decimals), 0.88 and -1.46. */
function workedTrades(): Record<string, unknown>[] {
  const closedAtMs = Date.now() - 3_600_000;
  return Array.from({ length: 3_548 }, (_, index) => ({
    bot: 'BOT3',
    tradeId: `${index}`,
    pair: 'ETH/USDT',
    side: index % 2 === 0 ? 'LONG' : 'SHORT',
    leverage: 3,
    profitPct: index < 2_164 ? 0.88 : -1.46,
    stopLossPct: -1.48,
    takeProfitPct: 1,
    openedAt: new Date(closedAtMs - 60_000 - index).toISOString(),
    closedAt: new Date(closedAtMs - index).toISOString(),
  }));
}

async function record(
  service: Service,
  trades: Record<string, unknown>[],
): Promise<{ recorded: number; duplicates: number }> {
  const total = { recorded: 0, duplicates: 0 };
  for (let from = 0; from < trades.length; from += 1_000) {
    const answer = await service.ask<{ recordTrades: typeof total }>(RECORD, {
      trades: trades.slice(from, from + 1_000),
    });
    total.recorded += answer.recordTrades.recorded;
    total.duplicates += answer.recordTrades.duplicates;
  }
  return total;
}

describe('exit params through HTTP', () => {
  test('the worked example comes out exactly, at once after recording, and again after a restart', async () => {
    await using folder = await temporaryFolder();
    const service = await startService(folder.path);
    const empty = await service.ask<Answer>(PARAMS, { pair: 'BTC/USDT', leverage: 3 });
    expect(empty.exitParams).toMatchObject({ source: 'FALLBACK', account: { stopLossPct: -6, takeProfitPct: 3 } });
    expect(empty.exitParams.reason).toContain('bin 2.5-3.5x has 0 of 5 trades');

    const trades = workedTrades();
    expect(await record(service, trades)).toEqual({ recorded: 3_548, duplicates: 0 });
    const { exitParams } = await service.ask<Answer>(PARAMS, { pair: 'BTC/USDT', leverage: 3 });
    expect(exitParams).toMatchObject({
      source: 'STATELESS',
      leverageBin: '2.5-3.5x',
      totalTrades: 3_548,
      position: { stopLossPct: -1.48, takeProfitPct: 1 },
      account: { stopLossPct: -4.44, takeProfitPct: 3 },
      riskCapped: false,
      avgWinPct: 0.88,
      avgLossPct: -1.46,
      stale: false,
    });
    expect(exitParams.winRate).toBeCloseTo(0.61, 3);

    expect(await record(service, trades.slice(0, 10))).toEqual({ recorded: 0, duplicates: 10 });
    expect(await service.stop()).toBe(0);

    const again = await startService(folder.path);
    const restarted = await again.ask<Answer>(PARAMS, { pair: 'BTC/USDT', leverage: 3 });
    expect(restarted.exitParams.revision).toBe(exitParams.revision);
    await again.stop();
  });

  test('bad input names the field, says what is allowed, and changes nothing', async () => {
    await using folder = await temporaryFolder();
    const service = await startService(folder.path);
    const post = async (query: string, variables: unknown) => {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as {
        errors: { extensions: { code: string; field?: string; allowed?: string } }[];
      };
    };
    for (const leverage of [0, -3, 1e9, '3', null]) {
      const { errors } = await post(PARAMS, { pair: 'BTC/USDT', leverage });
      expect(errors[0]?.extensions, String(leverage)).toMatchObject({ code: 'BAD_USER_INPUT', field: 'leverage' });
      expect(errors[0]?.extensions.allowed, String(leverage)).toBeTruthy();
    }
    const { errors: pairErrors } = await post(PARAMS, { pair: 'BTCUSDT', leverage: 3 });
    expect(pairErrors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'pair' });

    const [first] = workedTrades();
    for (const wrong of [
      { takeProfitPct: -1 },
      { stopLossPct: 1 },
      { closedAt: '2020-01-01T00:00:00Z' },
      { leverage: 126 },
    ]) {
      const { errors } = await post(RECORD, { trades: [first, { ...first, tradeId: 'other', ...wrong }] });
      expect(errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: `trades[1].${Object.keys(wrong)[0]}`,
      });
    }
    const { leverageBins } = await service.ask<{ leverageBins: object[] }>('{ leverageBins { label totalTrades } }');
    expect(leverageBins).toEqual([]);
    await service.stop();
  });
});
