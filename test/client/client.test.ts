// The typed client against the real service, over a way that loses, cuts and hangs.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  connect,
  ExitParamsDocument,
  type ParamgateClient,
  PauseDocument,
  StartSearchDocument,
} from '../../src/client/node.ts';
import { type Service, startService, temporaryFolder } from '../support/executable.ts';
import { openWay, type Way } from './way.ts';

const KEY = 'operator-key-of-the-client';
const env = { PARAMGATE_KEYS: `operator/me:${KEY}` };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let service: Service;
let way: Way;
let client: ParamgateClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  service = await startService(folder.path, { env });
  way = await openWay(service.url);
  client = connect({ url: way.url, key: KEY });
}, 60_000);
afterAll(async () => {
  await client.close();
  await way[Symbol.asyncDispose]();
  await service.stop();
  await folder[Symbol.asyncDispose]();
});
beforeEach(() => {
  way.turns.length = 0;
});

const asked = async (work: () => Promise<unknown>) => {
  const before = way.bodies.length;
  await work();
  return way.bodies.length - before;
};
const signal = { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75a', confidence: 0.9 } as const;

describe('exit levels', () => {
  test('calls of one tick share one request, and a refused one fails alone', async () => {
    const requests = Array.from({ length: 40 }, (_, index) => ({ pair: 'BTC/USDT', leverage: index === 17 ? -1 : 3 }));
    let answers: PromiseSettledResult<Awaited<ReturnType<ParamgateClient['exitParams']>>>[] = [];
    const sent = await asked(async () => {
      answers = await Promise.allSettled(requests.map((request) => client.exitParams(request)));
    });
    expect(sent).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(
      requests.map(({ leverage }) => (leverage < 0 ? 'rejected' : 'fulfilled')),
    );
    expect(answers[0]).toMatchObject({
      value: { source: 'FALLBACK', position: { stopLossPct: -2, takeProfitPct: 1 } },
    });
    expect(answers[17]).toMatchObject({ reason: { code: 'BAD_USER_INPUT', field: 'requests[17].leverage' } });
  });

  test('are asked for again while the gateway is away', async () => {
    way.turns.push('lose', { status: 503, body: 'starting' });
    const sent = await asked(async () => {
      expect(await client.exitParams({ pair: 'BTC/USDT', leverage: 3 })).toMatchObject({ stale: false });
    });
    expect(sent).toBe(3);
  });

  test('are followed over a lost connection', async () => {
    const over = new AbortController();
    const events = client.exitParamsChanged([{ pair: 'BTC/USDT', leverage: 3 }], { signal: over.signal });
    const first = await events.next();
    way.cut();
    const second = await events.next();
    expect(first).toMatchObject({ done: false, value: { pair: 'BTC/USDT' } });
    expect(second.value?.revision).toBe(first.value?.revision);
    over.abort(new Error('enough'));
    await expect(events.next()).rejects.toThrow('enough');
  });
});

describe('signals', () => {
  test('a lost answer costs nothing: the signal is sent again and counts once', async () => {
    way.turns.push('lose');
    const receipt = await client.submitSignal(signal);
    expect(receipt.duplicate).toBe(true);
    const { idempotencyKey } = JSON.parse(way.bodies.at(-1) ?? '').variables.input;
    expect(await client.submitSignal({ ...signal, idempotencyKey })).toMatchObject({
      duplicate: true,
      signal: { id: receipt.signal.id },
    });
  });

  test('two opinions have two keys', async () => {
    const receipts = [await client.submitSignal(signal), await client.submitSignal(signal)];
    expect(receipts.map(({ duplicate }) => duplicate)).toEqual([false, false]);
  });
});

describe('other operations', () => {
  test('a mutation is never sent twice', async () => {
    way.turns.push('lose');
    const sent = await asked(() =>
      expect(client.request(PauseDocument, { input: { reason: 'a test', pair: 'ETH/USDT' } })).rejects.toMatchObject({
        code: 'UNREACHABLE',
      }),
    );
    expect(sent).toBe(1);
  });

  test('trades are recorded once however often they are sent', async () => {
    const trade = {
      bot: 'a',
      tradeId: '1',
      pair: 'BTC/USDT',
      side: 'LONG',
      leverage: 3,
      openedAt: '2026-01-01T00:00:00Z',
      closedAt: '2026-01-01T01:00:00Z',
      profitPct: 1,
    } as const;
    way.turns.push('lose');
    expect(await client.recordTrades([trade])).toEqual({ recorded: 0, duplicates: 1 });
  });

  test('a study is followed to its end', async () => {
    const spec = { pair: 'BTC/USDT', timeframe: '5m' };
    const { startSearch } = await client.request(StartSearchDocument, { input: spec });
    const states: string[] = [];
    for await (const { state } of client.searchProgress(startSearch.id)) states.push(state);
    expect(states.at(-1)).toBe('FAILED');
  });
});

describe('what goes wrong is named', () => {
  const question = { pair: 'BTC/USDT', leverage: 3 };
  const failing = (options: { readonly key?: string; readonly timeoutMs?: number }) =>
    connect({ url: way.url, key: KEY, retries: 0, ...options });

  test('a wrong key, which is not shown', async () => {
    await using wrong = disposable(failing({ key: 'not-the-key-of-anyone' }));
    const error = await wrong.client.exitParams(question).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    expect(JSON.stringify(error) + String(error)).not.toContain('not-the-key');
    await expect(wrong.client.exitParamsChanged([question]).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('no answer in time', async () => {
    way.turns.push('hang');
    await using hasty = disposable(failing({ timeoutMs: 50 }));
    await expect(hasty.client.exitParams(question)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('something else than a gateway', async () => {
    way.turns.push({ status: 200, body: '<html>Welcome</html>' });
    await using lost = disposable(failing({}));
    await expect(lost.client.exitParams(question)).rejects.toMatchObject({ code: 'BAD_ANSWER', status: 200 });
  });

  test('nobody there', async () => {
    await using nobody = disposable(connect({ url: 'http://127.0.0.1:1', retries: 0 }));
    await expect(nobody.client.exitParams(question)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test.each(['gateway', 'ftp://host', 'http://user:secret@host'])('an address that is none: %s', (url) => {
    expect(() => connect({ url })).toThrow(/^url: (?!.*secret)/);
  });

  test('a call given up by its caller', async () => {
    way.turns.push('hang');
    const reason = new Error('no longer wanted');
    const variables = { pair: 'BTC/USDT', leverage: 3 };
    const call = client.request(ExitParamsDocument, variables, { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
  });
});

function disposable(opened: ParamgateClient): AsyncDisposable & { readonly client: ParamgateClient } {
  return { client: opened, [Symbol.asyncDispose]: () => opened.close() };
}
