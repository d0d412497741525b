// The requests of freqtrade-client 2026.9 byte for byte, as it sent them to a listening socket, and what they become.
import { describe, expect, test } from 'vitest';
import { exchange, type FeederFront, JSON_TYPE, LOGIN, openFeederFront } from './feeders.ts';

/** The client's bytes: `Connection: keep-alive` became `close`, so that the test sees the end of the answer. */
function clientBytes(method: string, path: string, body: string): Buffer {
  const head = [
    `${method} /api/v1/${path} HTTP/1.1`,
    'Host: 127.0.0.1:8080',
    'User-Agent: python-requests/2.34.2',
    'Accept-Encoding: gzip, deflate',
    'Accept: application/json',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    LOGIN,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const KEYS_OF_SHOW_CONFIG = [
  'version strategy_version api_version dry_run trading_mode margin_mode short_allowed stake_currency stake_amount available_capital',
  'stake_currency_decimals max_open_trades minimal_roi stoploss stoploss_on_exchange trailing_stop trailing_stop_positive',
  'trailing_stop_positive_offset trailing_only_offset_is_reached unfilledtimeout order_types use_custom_stoploss timeframe timeframe_ms',
  'timeframe_min exchange demo_trading strategy force_entry_enable exit_pricing entry_pricing bot_name state runmode',
  'position_adjustment_enable max_entry_position_adjustment',
].flatMap((line) => line.split(' '));

describe('what the client reads', () => {
  const read = async (path: string) => {
    await using feeders = await openFeederFront();
    const answer = await exchange(feeders.front.url, clientBytes('GET', path, 'null'));
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body) as Record<string, unknown>;
  };
  test.each([
    ['version', { version: '2026.9' }],
    ['count', { current: 0, max: -1, total_stake: 0 }],
    ['status', []],
    ['ping', { status: 'pong' }],
  ])('%s', async (path, body) => {
    expect(await read(path)).toEqual(body);
  });
  test('show_config: every key of the release, and a running bot that takes forced entries', async () => {
    const settings = await read('show_config');
    expect(Object.keys(settings)).toEqual(KEYS_OF_SHOW_CONFIG);
    expect(settings).toMatchObject({ state: 'running', force_entry_enable: true, short_allowed: true, dry_run: false });
  });
  test('health: alive now', async () => {
    expect(await read('health')).toEqual({
      last_process: '2026-01-05T12:00:00.000Z',
      last_process_ts: 1_767_614_400,
      bot_start: '2026-01-05T12:00:00.000Z',
      bot_start_ts: 1_767_614_400,
      bot_startup: '2026-01-05T12:00:00.000Z',
      bot_startup_ts: 1_767_614_400,
    });
  });
});

/** What `body` to `path` becomes in the journal. */
async function sent(feeders: FeederFront, path: string, body: string) {
  const answer = await exchange(feeders.front.url, clientBytes('POST', path, body));
  return {
    status: answer.status,
    answer: JSON.parse(answer.body) as unknown,
    signal: feeders.signals.committed().at(-1),
  };
}

describe('what the client sends', () => {
  test('forceenter with its leverage as a text', async () => {
    await using feeders = await openFeederFront();
    const body =
      '{"pair": "BTC/USDT:USDT", "side": "long", "leverage": "3", "entry_tag": "long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)"}';
    const { status, answer, signal } = await sent(feeders, 'forceenter', body);
    expect(status).toBe(200);
    expect(answer).toEqual({ status: 'Signal s1 accepted for long BTC/USDT:USDT.' });
    expect(signal).toMatchObject({
      id: 's1',
      credential: 'feeder',
      pair: 'BTC/USDT:USDT',
      side: 'LONG',
      source: '75b',
      confidenceE4: 8900,
      leverage: 3,
      profitPct: 3.05,
      safetyPct: 0.39,
      enterTag: 'long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)',
      extras: null,
    });
  });

  test('forceenter with everything it knows: price, order type and stake are journaled beside the signal', async () => {
    await using feeders = await openFeederFront();
    const body =
      '{"pair": "BTC/USDT:USDT", "side": "short", "price": 1.5, "ordertype": "market", "stakeamount": "100", "leverage": 2.5, "entry_tag": "short from 75b conf=0.89"}';
    const { answer, signal } = await sent(feeders, 'forceenter', body);
    expect(answer).toEqual({ status: 'Signal s1 accepted for short BTC/USDT:USDT.' });
    expect(signal).toMatchObject({
      side: 'SHORT',
      leverage: 2.5,
      extras: { price: 1.5, stakeamount: 100, ordertype: 'market' },
    });
  });

  test('forcebuy with its price of null is long; without a tag it needs a credential with one source and a configured confidence', async () => {
    const login = { username: 'feeder', password: 'secret-password' };
    await using feeders = await openFeederFront({
      credentials: [{ name: 'one', role: 'feeder', login, sources: ['75a'] }],
      settings: { missingConfidence: 0.75 },
    });
    const { answer, signal } = await sent(feeders, 'forcebuy', '{"pair": "BTC/USDT", "price": null}');
    expect(answer).toEqual({ status: 'Signal s1 accepted for long BTC/USDT.' });
    expect(signal).toMatchObject({ credential: 'one', source: '75a', confidenceE4: 7500, confidenceDefaulted: true });
    expect(signal?.extras).toBeNull();
  });

  test('a tag cut by its command line is refused with the cause', async () => {
    await using feeders = await openFeederFront();
    const body = '{"pair": "ETH/USDT:USDT", "side": "long", "entry_tag": "long from 75b conf"}';
    const { status, answer } = await sent(feeders, 'forceenter', body);
    expect({ status, answer }).toMatchObject({ status: 502, answer: { error: expect.stringContaining('second `=`') } });
    expect(feeders.signals.committed()).toEqual([]);
  });

  test('start is nothing we take', async () => {
    await using feeders = await openFeederFront();
    expect(await sent(feeders, 'start', 'null')).toMatchObject({
      status: 405,
      answer: { detail: 'Method Not Allowed' },
    });
  });
});

describe('what other feeders send', () => {
  const TAG = 'from 75b conf=0.89';
  test.each<readonly [name: string, body: object, signal: object]>([
    ['sides in capitals', { side: 'SHORT', entry_tag: TAG }, { side: 'SHORT' }],
    ['no side', { entry_tag: TAG }, { side: 'LONG' }],
    ['the tag under the other name', { enter_tag: TAG }, { enterTag: TAG, source: '75b' }],
    [
      'both names: the one that freqtrade reads counts',
      { entry_tag: TAG, enter_tag: 'from 75c conf=0.1' },
      { enterTag: TAG },
    ],
    ['an empty tag under the right name', { entry_tag: '', enter_tag: TAG }, { enterTag: TAG }],
    [
      'source and confidence apart',
      { feeder_id: '75a', confidence: '0.8' },
      { source: '75a', confidenceE4: 8000, enterTag: null },
    ],
    ['two names of the source', { feeder_id: '75b', source: '75a', confidence: 1 }, { source: '75a' }],
    ['a feeder called by a number', { feeder_id: 120, confidence: 0.8 }, { source: '120' }],
    [
      'fields that say otherwise than the tag',
      { source: '75a', confidence: 0.5, entry_tag: TAG },
      { source: '75a', confidenceE4: 5000 },
    ],
    [
      'numbers as texts',
      { leverage: ' 1e1 ', price: '1_000.5', entry_tag: TAG },
      { leverage: 10, extras: { price: 1000.5 } },
    ],
    [
      'more texts',
      { leverage: '+.5', price: '-inf', stakeamount: 'NaN', entry_tag: TAG },
      { leverage: 0.5, extras: { price: '-Infinity', stakeamount: 'NaN' } },
    ],
    ['truth as a number', { leverage: true, entry_tag: TAG }, { leverage: 1 }],
    [
      'nulls everywhere',
      { leverage: null, price: null, enter_tag: null, source: null, entry_tag: TAG },
      { leverage: null, extras: null },
    ],
    ['keys nobody knows', { stake_amount: 5, query: {}, entry_tag: TAG }, { extras: null }],
  ])('%s', async (_name, body, expected) => {
    await using feeders = await openFeederFront();
    const answer = await feeders.send({
      line: 'POST /api/v1/forceenter',
      headers: [LOGIN, JSON_TYPE],
      body: JSON.stringify({ pair: 'BTC/USDT:USDT', ...body }),
    });
    expect(answer.body).toMatch(/^\{"status":"Signal s1 accepted for (long|short) BTC\/USDT:USDT\."\}$/);
    expect(feeders.signals.committed()).toMatchObject([expected]);
  });

  test("Python's words for what is no number, and a missing content type", async () => {
    await using feeders = await openFeederFront();
    const body = `{"pair": "BTC/USDT", "price": NaN, "stakeamount": -Infinity, "entry_tag": "${TAG}"}`;
    const { status } = await feeders.send({ line: 'POST /api/v1/forceenter', headers: [LOGIN], body });
    expect(status).toBe(200);
    expect(feeders.signals.committed()).toMatchObject([{ extras: { price: 'NaN', stakeamount: '-Infinity' } }]);
  });
});
