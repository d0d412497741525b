// submitSignal and recordTrades: what is told arrives at the doors as it was meant, and refusals name the field as the caller wrote it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestFront, type TestFront } from '../http/front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront({
    keys: [
      { role: 'feeder', name: 'f1', key: 'feeder-key-000001', sources: ['75a'] },
      { role: 'operator', name: 'ops', key: 'operator-key-0001' },
    ],
  });
});
afterAll(() => front.server.close());

const SUBMIT = `mutation ($input: SubmitSignalInput!) {
  submitSignal(input: $input) { signal { id source } windowClosesAt duplicate }
}`;
const RECORD = 'mutation ($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded duplicates } }';
const TRADE = {
  bot: 'BOT3',
  tradeId: '17',
  pair: 'BTC/USDT',
  side: 'LONG',
  leverage: 3,
  profitPct: 0.88,
  stopLossPct: -1.48,
  openedAt: '2026-01-05T12:00:00+02:00',
  closedAt: '2026-01-05T11:00:00.5Z',
};

describe('submitSignal', () => {
  it('hands over what was said, with times as instants and the name of the credential', async () => {
    const input = {
      pair: 'BTC/USDT',
      side: 'LONG',
      source: '75a',
      confidence: 0.89,
      leverage: null,
      enterTag: 'long from 75a conf=0.89',
      sentAt: '2026-01-05T14:00:00+02:00',
      idempotencyKey: 'k',
    };
    const { data, errors } = await front.ask(SUBMIT, { input }, 'feeder-key-000001');
    expect(errors).toEqual([]);
    expect(data?.submitSignal).toEqual({
      signal: { id: 's1', source: '75a' },
      windowClosesAt: '2026-01-05T12:01:00.000Z',
      duplicate: false,
    });
    const { sentAt, ...said } = input;
    expect(front.memory.submitted).toEqual([
      {
        submission: { ...said, sentAtMs: Date.parse(sentAt) },
        submitter: { credential: 'f1', sources: ['75a'] },
      },
    ]);
  });

  it("names a field of the door under the argument's name", async () => {
    const input = { pair: 'BTC/USDT', side: 'LONG', confidence: 1.5 };
    const { data, errors } = await front.ask(SUBMIT, { input }, 'operator-key-0001');
    expect(data).toBeNull();
    expect(errors[0]).toMatchObject({
      message: 'input.confidence: 1.5 is not a confidence; allowed: a number from 0 to 1',
      extensions: { code: 'BAD_USER_INPUT', field: 'input.confidence', allowed: 'a number from 0 to 1' },
    });
  });

  it.each([
    ['input.sentAt', { sentAt: '2026-01-05 12:00' }],
    ['input.side', { side: 'long' }],
    ['input.confidence', { confidence: '0.9' }],
    ['input', { colour: 'red' }],
  ])('names %s when it does not coerce', async (field, wrong) => {
    const input = { pair: 'BTC/USDT', side: 'LONG', ...wrong };
    const { errors } = await front.ask(SUBMIT, { input }, 'operator-key-0001');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field, allowed: expect.any(String) });
  });
});

describe('recordTrades', () => {
  it('hands over instants, and null for what is absent', async () => {
    const { data } = await front.ask(RECORD, { trades: [TRADE] }, 'operator-key-0001');
    expect(data).toEqual({ recordTrades: { recorded: 1, duplicates: 0 } });
    expect(front.memory.recorded).toEqual([
      {
        bot: 'BOT3',
        tradeId: '17',
        pair: 'BTC/USDT',
        side: 'LONG',
        leverage: 3,
        profitPct: 0.88,
        stopLossPct: -1.48,
        takeProfitPct: null,
        openedAtMs: Date.UTC(2026, 0, 5, 10),
        closedAtMs: Date.UTC(2026, 0, 5, 11, 0, 0, 500),
        enterTag: null,
        exitReason: null,
      },
    ]);
  });

  it('refuses more than 1,000 trades, and says which trade is wrong', async () => {
    const many = await front.ask(RECORD, { trades: Array(1001).fill(TRADE) }, 'operator-key-0001');
    expect(many.errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'trades' });
    const wrong = { ...TRADE, closedAt: '2020-01-01T00:00:00Z' };
    const { errors } = await front.ask(RECORD, { trades: [TRADE, wrong] }, 'operator-key-0001');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'trades[1].closedAt' });
    expect(front.memory.recorded).toHaveLength(1);
  });
});
