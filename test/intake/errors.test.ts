// Every error of the feeders' dialect with its exact status, body and headers, over raw sockets. Unless a row says otherwise it is what the
// real API server of freqtrade 2026.9 answered to the same bytes.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { basic, exchange, type FeederFront, JSON_TYPE, LOGIN, openFeederFront, type RawAnswer } from './feeders.ts';

let feeders: FeederFront;
beforeAll(async () => {
  feeders = await openFeederFront();
});
afterAll(() => feeders[Symbol.asyncDispose]());

const PAIR = '"pair":"BTC/USDT:USDT"';
const MISSING_PAIR = (input: unknown) => ({ type: 'missing', loc: ['body', 'pair'], msg: 'Field required', input });
const SIDE = (input: unknown) => ({
  type: 'enum',
  loc: ['body', 'side'],
  msg: "Input should be 'long' or 'short'",
  input,
  ctx: { expected: "'long' or 'short'" },
});
const ORDER_TYPE = (input: unknown) => ({
  type: 'enum',
  loc: ['body', 'ordertype'],
  msg: "Input should be 'limit' or 'market'",
  input,
  ctx: { expected: "'limit' or 'market'" },
});
const TEXT = (name: string, input: unknown) => ({
  type: 'string_type',
  loc: ['body', name],
  msg: 'Input should be a valid string',
  input,
});
const NO_OBJECT = (input: unknown) => ({
  type: 'model_attributes_type',
  loc: ['body'],
  msg: 'Input should be a valid dictionary or object to extract fields from',
  input,
});
const NO_NUMBER = (name: string, input: unknown) => ({
  type: 'float_type',
  loc: ['body', name],
  msg: 'Input should be a valid number',
  input,
});
const NOT_PARSED = (name: string, input: unknown) => ({
  type: 'float_parsing',
  loc: ['body', name],
  msg: 'Input should be a valid number, unable to parse string as a number',
  input,
});
const NO_JSON = (position: number, error: string) => ({
  type: 'json_invalid',
  loc: ['body', position],
  msg: 'JSON decode error',
  input: {},
  ctx: { error },
});
const PROPERTY = 'Expecting property name enclosed in double quotes';
const UNREADABLE = { detail: 'There was an error parsing the body' };

/** Status, headers that carry a meaning, and the body to the byte. */
function expectAnswer(
  answer: RawAnswer,
  wanted: { readonly status: number; readonly body: unknown; readonly allow?: string; readonly authenticate?: string },
): void {
  expect(answer.body).toBe(wanted.body === '' ? '' : JSON.stringify(wanted.body));
  expect(answer.status).toBe(wanted.status);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('www-authenticate')).toBe(wanted.authenticate);
  expect(answer.headers.get('allow')).toBe(wanted.allow);
}

describe('paths and methods, without credentials', () => {
  const NOT_FOUND = { detail: 'Not Found' };
  const NOT_ALLOWED = { detail: 'Method Not Allowed' };
  const known: readonly (readonly [path: string, allow: string])[] = [
    ['/ping', 'HEAD'],
    ['/version', 'GET'],
    ['/show_config', 'GET'],
    ['/count', 'GET'],
    ['/status', 'GET'],
    ['/health', 'GET'],
    ['/forceenter', 'POST'],
    ['/forcebuy', 'POST'],
    ['/token/login', 'POST'],
    ['/token/refresh', 'POST'],
    ['/nothing', 'GET'],
    ['/ping/', 'GET'],
    ['/forceenter/', 'GET'],
    ['/constructor', 'GET'],
    ['/', 'GET'],
    ['', 'GET'],
  ];
  test.each(known)('%s takes no PUT, DELETE, PATCH, OPTIONS and says what it takes', async (path, allow) => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await feeders.send({ line: `${method} /api/v1${path}` });
      expectAnswer(answer, { status: 405, body: NOT_ALLOWED, allow });
    }
  });
  test.each(known.filter(([path, allow]) => allow !== 'POST' && path !== '/ping'))(
    '%s takes neither POST nor HEAD',
    async (path) => {
      const post = await feeders.send({ line: `POST /api/v1${path}`, body: 'null' });
      expectAnswer(post, { status: 405, body: NOT_ALLOWED, allow: 'GET' });
      const head = await feeders.send({ line: `HEAD /api/v1${path}` });
      expectAnswer(head, { status: 405, body: '', allow: 'GET' });
    },
  );
  test.each([
    '/forceenter',
    '/forcebuy',
    '/token/login',
    '/token/refresh',
    '/nothing',
    '/nothing?x=1',
    '/ping/',
    '/forceenter/',
    '/',
    '',
  ])('GET %s finds nothing', async (path) => {
    expectAnswer(await feeders.send({ line: `GET /api/v1${path}` }), { status: 404, body: NOT_FOUND });
  });
  test('/ping is open, to HEAD too', async () => {
    expectAnswer(await feeders.send({ line: 'GET /api/v1/ping' }), { status: 200, body: { status: 'pong' } });
    expectAnswer(await feeders.send({ line: 'HEAD /api/v1/ping' }), { status: 200, body: '' });
  });
});

describe('credentials', () => {
  const UNAUTHORIZED = { status: 401, body: { detail: 'Unauthorized' } };
  const MALFORMED = { status: 401, body: { detail: 'Not authenticated' }, authenticate: 'Basic' };
  const WRONG = { status: 401, body: { detail: 'Incorrect username or password' } };
  const BAD_TOKEN = { status: 401, body: { detail: 'Could not validate credentials' }, authenticate: 'Bearer' };
  const UNSIGNED = 'eyJhbGciOiJub25lIn0.eyJpZGVudGl0eSI6eyJ1IjoiZmVlZGVyIn0sInR5cGUiOiJhY2Nlc3MifQ.';
  test.each([
    ['none', undefined, UNAUTHORIZED, MALFORMED],
    ['wrong password', basic('feeder:x'), UNAUTHORIZED, WRONG],
    ['wrong user', basic('x:secret-password'), UNAUTHORIZED, WRONG],
    ['user without password', basic('feeder:'), UNAUTHORIZED, WRONG],
    ['no colon', basic('abc'), MALFORMED, MALFORMED],
    ['nothing behind Basic', 'Authorization: Basic', MALFORMED, MALFORMED],
    ['no base64', 'Authorization: Basic %%%', MALFORMED, MALFORMED],
    ['padding missing', 'Authorization: Basic YTpiY', MALFORMED, MALFORMED],
    ['padding too short', 'Authorization: Basic YTpiYw=', MALFORMED, MALFORMED],
    ['text after the padding', 'Authorization: Basic YTpi====YTpi', UNAUTHORIZED, WRONG],
    ['user beyond ASCII', basic('\u00fc:x'), MALFORMED, MALFORMED],
    ['password beyond ASCII', basic('feeder:\u00fc'), MALFORMED, MALFORMED],
    ['a token that is none', 'Authorization: Bearer junk', BAD_TOKEN, MALFORMED],
    ['a token of three parts', 'Authorization: bearer a.b.c', BAD_TOKEN, MALFORMED],
    ['an unsigned token', `Authorization: Bearer ${UNSIGNED}`, BAD_TOKEN, MALFORMED],
    ['nothing behind Bearer', 'Authorization: Bearer', UNAUTHORIZED, MALFORMED],
    ['another scheme', 'Authorization: Digest x', UNAUTHORIZED, MALFORMED],
    ['a tab behind the scheme', 'Authorization: Basic\tabc', UNAUTHORIZED, MALFORMED],
  ])('%s', async (_name, header, atRoutes, atLogin) => {
    const headers = header === undefined ? [] : [header];
    expectAnswer(await feeders.send({ line: 'GET /api/v1/status', headers }), atRoutes);
    expectAnswer(await feeders.send({ line: 'GET /api/v1/show_config', headers, body: '{broken' }), atRoutes);
    const order = { line: 'POST /api/v1/forceenter', headers: [JSON_TYPE, ...headers], body: '{}' };
    expectAnswer(await feeders.send(order), atRoutes);
    expectAnswer(await feeders.send({ line: 'POST /api/v1/token/login', headers, body: '{broken' }), atLogin);
    expectAnswer(await feeders.send({ line: 'POST /api/v1/token/refresh', headers }), BAD_TOKEN);
  });

  test.each([
    ['scheme in any case', LOGIN.replace('Basic', 'bAsIc')],
    ['spaces behind the scheme', LOGIN.replace('Basic ', 'Basic   ')],
    ['padding before the base64', LOGIN.replace('Basic ', 'Basic ====')],
    ['foreign characters in the base64', LOGIN.replace(/(\w)$/, '*!$1')],
  ])('are right: %s', async (_name, header) => {
    expect((await feeders.send({ line: 'GET /api/v1/status', headers: [header] })).body).toBe('[]');
  });

  test('are asked for after the syntax and before the schema of a body', async () => {
    const broken = await feeders.send({ line: 'POST /api/v1/forceenter', headers: [JSON_TYPE], body: '{broken' });
    expectAnswer(broken, { status: 422, body: { detail: [NO_JSON(1, PROPERTY)] } });
    const wrong = await feeders.send({ line: 'POST /api/v1/forceenter', headers: [JSON_TYPE], body: '{"pair":1}' });
    expectAnswer(wrong, UNAUTHORIZED);
  });
});

describe('bodies', () => {
  const order = (body: string | Uint8Array, type = 'application/json') =>
    feeders.send({ line: 'POST /api/v1/forceenter', headers: [LOGIN, `Content-Type: ${type}`], body });
  const wide = (text: string) => Buffer.from(text, 'utf16le');
  const wider = (text: string) => Buffer.from(new Uint32Array([...text].map((one) => one.codePointAt(0) ?? 0)).buffer);

  test.each<readonly [body: string, mistakes: readonly object[]]>([
    ['', [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }]],
    ['null', [NO_OBJECT(null)]],
    ['[]', [NO_OBJECT([])]],
    ['\0', [NO_JSON(0, 'Expecting value')]],
    ['\0\0\0', [NO_JSON(0, 'Expecting value')]],
    ['ab', [NO_JSON(0, 'Expecting value')]],
    ['[{"pair":"A/B"}]', [NO_OBJECT([{ pair: 'A/B' }])]],
    ['"x"', [NO_OBJECT('x')]],
    ['1.5', [NO_OBJECT(1.5)]],
    ['true', [NO_OBJECT(true)]],
    ['{}', [MISSING_PAIR({})]],
    ['{"__proto__":{"pair":"x"}}', [MISSING_PAIR(JSON.parse('{"__proto__":{"pair":"x"}}'))]],
    ['{"pair":null}', [TEXT('pair', null)]],
    ['{"pair":1,"pair":2,"x":NaN}', [TEXT('pair', 2)]],
    [`{${PAIR},"side":"buy"}`, [SIDE('buy')]],
    [`{${PAIR},"side":null}`, [SIDE(null)]],
    [`{${PAIR},"side":""}`, [SIDE('')]],
    [`{${PAIR},"side":["long"]}`, [SIDE(['long'])]],
    [`{${PAIR},"ordertype":"Market"}`, [ORDER_TYPE('Market')]],
    [`{${PAIR},"entry_tag":5}`, [TEXT('entry_tag', 5)]],
    [`{${PAIR},"leverage":"abc"}`, [NOT_PARSED('leverage', 'abc')]],
    [`{${PAIR},"leverage":""}`, [NOT_PARSED('leverage', '')]],
    [`{${PAIR},"leverage":"0x10"}`, [NOT_PARSED('leverage', '0x10')]],
    [`{${PAIR},"leverage":"_1"}`, [NOT_PARSED('leverage', '_1')]],
    [`{${PAIR},"leverage":"1,5"}`, [NOT_PARSED('leverage', '1,5')]],
    [`{${PAIR},"leverage":"\u0663"}`, [NOT_PARSED('leverage', '\u0663')]],
    [`{${PAIR},"leverage":[1]}`, [NO_NUMBER('leverage', [1])]],
    [`{${PAIR},"price":{}}`, [NO_NUMBER('price', {})]],
    [
      `{"leverage":"c","entry_tag":1,"stakeamount":[],"ordertype":"e","price":"a","side":"d"}`,
      [
        MISSING_PAIR({ leverage: 'c', entry_tag: 1, stakeamount: [], ordertype: 'e', price: 'a', side: 'd' }),
        SIDE('d'),
        NOT_PARSED('price', 'a'),
        ORDER_TYPE('e'),
        NO_NUMBER('stakeamount', []),
        TEXT('entry_tag', 1),
        NOT_PARSED('leverage', 'c'),
      ],
    ],
    ['{broken', [NO_JSON(1, PROPERTY)]],
    ['pair=X', [NO_JSON(0, 'Expecting value')]],
    ['{"\u{1F600}":x}', [NO_JSON(5, 'Expecting value')]],
  ])('%s', async (body, detail) => {
    expectAnswer(await order(body), { status: 422, body: { detail } });
  });

  const NUMBERS: readonly (readonly [sent: string, quoted: string])[] = [
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740993.0', '9007199254740992.0'],
    ['1.0', '1.0'],
    ['-0', '0'],
    ['-0.0', '-0.0'],
    ['1E5', '100000.0'],
    ['-12.5e3', '-12500.0'],
    ['1e16', '1e+16'],
    ['1e22', '1e+22'],
    ['123456789012345680.0', '1.2345678901234568e+17'],
    ['1234567890123456.7', '1234567890123456.8'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['1.5e-7', '1.5e-07'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['[1.0,{"a":1e100,"b":12345678901234567890}]', '[1.0,{"a":1e+100,"b":12345678901234567890}]'],
  ];
  test.each(NUMBERS)('%s is quoted as %s, as Python prints what it has read', async (sent, quoted) => {
    const { body } = await order(`{"pair":${sent}}`);
    const told = '{"type":"string_type","loc":["body","pair"],"msg":"Input should be a valid string","input":';
    expect(body).toBe(`{"detail":[${told}${quoted}}]}`);
    const without = await order(`{"x":${sent}}`);
    expect(without.body).toContain(`"input":{"x":${quoted}}`);
  });

  test('of ours alone: the fields that freqtrade does not know are checked in the same words', async () => {
    const detail = [TEXT('enter_tag', 7), NOT_PARSED('confidence', '89%'), TEXT('feeder_id', 0.5), TEXT('source', [])];
    const body = `{${PAIR},"source":[],"feeder_id":0.5,"confidence":"89%","enter_tag":7}`;
    expectAnswer(await order(body), { status: 422, body: { detail } });
  });

  test.each([
    ['broken UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['Latin-1', Buffer.from('{"pair":"\u00fc"}', 'latin1')],
    ['cut UTF-8', Buffer.from([0x22, 0xe2, 0x82])],
    ['nesting without end', Buffer.from('['.repeat(100_000))],
    ['digits without end', Buffer.from(`{"pair":${'1'.repeat(5_000)}}`)],
  ])('%s cannot be parsed', async (_name, body) => {
    expectAnswer(await order(body), { status: 400, body: UNREADABLE });
  });

  test.each([
    ['UTF-8 with a mark', Buffer.from('\ufeff{"pair":1}')],
    ['UTF-16', wide('{"pair":1}')],
    ['UTF-16 with a mark', wide('\ufeff{"pair":1}')],
    ['UTF-16, big end first', wide('{"pair":1}').swap16()],
    ['UTF-16, big end first, with a mark', wide('\ufeff{"pair":1}').swap16()],
    ['UTF-32', wider('{"pair":1}')],
    ['UTF-32 with a mark', wider('\ufeff{"pair":1}')],
    ['UTF-32, big end first', wider('{"pair":1}').swap32()],
  ])('%s is read', async (_name, body) => {
    expectAnswer(await order(body), { status: 422, body: { detail: [TEXT('pair', 1)] } });
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.api+json', 'application/json;'])(
    '%s is JSON',
    async (type) => {
      expectAnswer(await order('{x', type), { status: 422, body: { detail: [NO_JSON(1, PROPERTY)] } });
    },
  );
  test.each([
    'text/plain',
    'text/json',
    'application/jsonx',
    'json',
    'application/json, text/plain',
    'application/x-www-form-urlencoded',
  ])('%s is a text', async (type) => {
    expectAnswer(await order('{}', type), { status: 422, body: { detail: [NO_OBJECT('{}')] } });
  });
  test('of ours alone: a text that is no text, and a missing content type, which is JSON', async () => {
    expectAnswer(await order(Buffer.from([0x70, 0xff]), 'text/plain'), { status: 400, body: UNREADABLE });
    const untyped = await feeders.send({ line: 'POST /api/v1/forceenter', headers: [LOGIN], body: '{}' });
    expectAnswer(untyped, { status: 422, body: { detail: [MISSING_PAIR({})] } });
  });
  test.each(['{broken', 'null', '1', '[]', '\0'])('%s without a content type is a text', async (body) => {
    const untyped = { line: 'POST /api/v1/forceenter', body };
    expectAnswer(await feeders.send(untyped), { status: 401, body: { detail: 'Unauthorized' } });
    const known = await feeders.send({ ...untyped, headers: [LOGIN] });
    expectAnswer(known, { status: 422, body: { detail: [NO_OBJECT(body)] } });
  });
  test('of ours alone: more than 64 KiB is read for known callers only', async () => {
    const broken = (length: number) => ({
      line: 'POST /api/v1/forceenter',
      headers: [JSON_TYPE],
      body: '{'.padEnd(length, 'x'),
    });
    const told = { status: 422, body: { detail: [NO_JSON(1, PROPERTY)] } };
    expectAnswer(await feeders.send(broken(65_536)), told);
    expectAnswer(await feeders.send(broken(65_537)), { status: 401, body: { detail: 'Unauthorized' } });
    expectAnswer(await feeders.send({ ...broken(65_537), headers: [LOGIN, JSON_TYPE] }), told);
  });
  test('of ours alone: 1 MiB is taken and no more, with credentials or without', async () => {
    const body = Buffer.alloc(1_048_577, ' ');
    const detail = 'The body is larger than 1048576 bytes.';
    expectAnswer(await order(body), { status: 413, body: { detail } });
    expectAnswer(await feeders.send({ line: 'POST /api/v1/forcebuy', body }), { status: 413, body: { detail } });
    const most = await order(body.subarray(1));
    expectAnswer(most, { status: 422, body: { detail: [NO_JSON(1_048_576, 'Expecting value')] } });
  });
});

describe('what a signal is refused for, in words of ours', () => {
  const refused = async (path: string, body: unknown, feedersAsked = feeders) => {
    const line = `POST /api/v1${path}`;
    const answer = await feedersAsked.send({ line, headers: [LOGIN, JSON_TYPE], body: JSON.stringify(body) });
    expect(answer.headers.get('content-type')).toBe('application/json');
    const { error, detail } = JSON.parse(answer.body) as { error?: string; detail?: string };
    return { status: answer.status, text: error ?? detail };
  };
  const TAG = 'long from 75b conf=0.89';
  test.each([
    [
      '/forceenter',
      { pair: 'nopair' },
      /^Error querying \/api\/v1\/forceenter: pair: "nopair" is not a pair; allowed: /,
    ],
    ['/forcebuy?x=1', { pair: 'nopair' }, /^Error querying \/api\/v1\/forcebuy: pair: /],
    [
      '/forceenter',
      { pair: 'BTC/USDT', entry_tag: 'long from 75b conf' },
      /: confidence: missing, .*command line of freq/,
    ],
    ['/forceenter', { pair: 'BTC/USDT', entry_tag: 'conf=0.8' }, /: source: missing/],
    ['/forceenter', { pair: 'BTC/USDT', entry_tag: TAG, side: 'short' }, /: entry_tag: the tag says LONG, /],
    [
      '/forceenter',
      { pair: 'BTC/USDT', entry_tag: 'from 75b conf=89%' },
      /: entry_tag: "conf=89%" is not a confidence/,
    ],
    ['/forceenter', { pair: 'BTC/USDT', entry_tag: TAG, leverage: 'inf' }, /: leverage: Infinity is not a leverage/],
    ['/forceenter', { pair: 'BTC/USDT', entry_tag: TAG, leverage: -3 }, /: leverage: -3 is not a leverage/],
  ])('%s %j', async (path, body, text) => {
    expect(await refused(path, body)).toEqual({ status: 502, text: expect.stringMatching(text) });
  });

  test('a source of another feeder', async () => {
    const login = { username: 'feeder', password: 'secret-password' };
    await using bound = await openFeederFront({
      credentials: [{ name: 'one', role: 'feeder', login, sources: ['75a', '75b'] }],
    });
    expect(await refused('/forceenter', { pair: 'BTC/USDT', entry_tag: 'long from 75c conf=0.9' }, bound)).toEqual({
      status: 502,
      text: 'Error querying /api/v1/forceenter: Source 75c is not allowed for this user.',
    });
  });

  test('an intake that is off', async () => {
    await using off = await openFeederFront({ settings: { intake: false } });
    expect(await refused('/forceenter', { pair: 'BTC/USDT', entry_tag: TAG }, off)).toEqual({
      status: 502,
      text: expect.stringMatching(
        /^Error querying \/api\/v1\/forceenter: This gateway takes no signals \(intake is off\)/,
      ),
    });
    expect((await off.send({ line: 'GET /api/v1/show_config', headers: [LOGIN] })).body).toContain('"running"');
  });

  test('a journal that cannot be written, and a failure of our own, which is logged and not told', async () => {
    await using failing = await openFeederFront();
    const order = { pair: 'BTC/USDT', entry_tag: TAG };
    failing.signals.append = async () => {
      throw new Fault('JOURNAL_UNAVAILABLE', 'The journal cannot be written: the disk is full.');
    };
    expect(await refused('/forceenter', order, failing)).toEqual({
      status: 503,
      text: 'The journal cannot be written: the disk is full.',
    });
    failing.signals.append = async () => {
      throw new Error('inside');
    };
    expect(await refused('/forceenter', order, failing)).toEqual({ status: 500, text: 'Internal Server Error' });
    expect(failing.front.log.lines).toMatchObject([{ level: 'error', fields: { err: { message: 'inside' } } }]);
  });
});

describe('web pages', () => {
  test('of other origins are refused, since orders need no content type', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await feeders.send({
        line: 'POST /api/v1/forceenter',
        headers: [LOGIN, `Origin: ${origin}`],
        body: `{${PAIR},"entry_tag":"long from 75b conf=0.89"}`,
      });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
    expect(feeders.signals.committed()).toEqual([]);
  });
  test('reach nothing through a foreign name while nothing is configured', async () => {
    await using open = await openFeederFront({ credentials: [] });
    const request = Buffer.from('GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(await exchange(open.front.url, request)).toMatchObject({ status: 403 });
    expect(await open.send({ line: 'GET /api/v1/status' })).toMatchObject({ status: 200 });
  });
});
