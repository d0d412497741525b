// Configuration: variables before the file before defaults, and every mistake told at once without telling a secret.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, defaultConfig, loadConfig } from '#app/config.ts';
import { KEYS } from '#app/config-sources.ts';

const KEY = 'abcdefghijklmnop';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramgate-config-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inFile = (content: unknown) => writeFile(join(folder, 'paramgate.json'), JSON.stringify(content));

function configOf(env: Record<string, string> = {}): Config {
  const loaded = loadConfig(env, folder);
  if ('mistakes' in loaded) throw new Error(loaded.mistakes.join('\n'));
  return loaded.config;
}

function mistakesOf(env: Record<string, string> = {}): readonly string[] {
  const loaded = loadConfig(env, folder);
  return 'mistakes' in loaded ? loaded.mistakes : [];
}

test('nothing set: the documented defaults', () => {
  expect(configOf()).toEqual(defaultConfig(folder));
  expect(configOf()).toMatchObject({
    host: '127.0.0.1',
    port: 4000,
    workerPort: undefined,
    data: join(folder, 'data'),
    intake: true,
    figuresSeconds: 30,
    maxStaleSeconds: 3600,
    optunaMaxAgeHours: 168,
    minTradesForBin: 5,
    lookbackDays: 30,
    riskCapPct: -7,
    fallback: { stopLossPct: -2, takeProfitPct: 1 },
    windowSeconds: 60,
    minAgreements: 1,
    minConfidence: 0.7,
    expectedFeeders: 5,
    missingConfidence: undefined,
    tagId: false,
    overrides: [],
    deliveryTtlSeconds: 30,
    botTimeoutSeconds: 30,
    settleSeconds: 300,
    journalDays: 30,
    dryRun: false,
    bots: [],
    credentials: [],
    candles: undefined,
    logLevel: 'info',
  });
  expect(configOf().binEdges).toHaveLength(126);
});

describe('where a value comes from', () => {
  test('a variable wins over the file, the file over the default, and each is remembered', async () => {
    await inFile({ port: 5000, figuresSeconds: 10 });
    const loaded = loadConfig({ PARAMGATE_PORT: '6000' }, folder);
    if ('mistakes' in loaded) throw new Error(loaded.mistakes.join());
    expect(loaded.config).toMatchObject({ port: 6000, figuresSeconds: 10, windowSeconds: 60 });
    expect(loaded.origins.port).toEqual({ from: 'environment', name: 'PARAMGATE_PORT' });
    expect(loaded.origins.figuresSeconds).toEqual({ from: 'file', name: join(folder, 'paramgate.json') });
    expect(loaded.origins.windowSeconds).toEqual({ from: 'default' });
    expect(Object.keys(loaded.origins)).toEqual([...KEYS]);
  });

  test('an empty variable counts as not set', async () => {
    await inFile({ port: 5000 });
    expect(configOf({ PARAMGATE_PORT: '', PARAMGATE_DATA: '' })).toMatchObject({
      port: 5000,
      data: join(folder, 'data'),
    });
  });

  test('a named file is read from elsewhere, with paths from its own folder; a missing one is a mistake', async () => {
    const other = await mkdtemp(join(tmpdir(), 'paramgate-config-'));
    await writeFile(join(other, 'my.json'), '{"data": "store"}');
    expect(configOf({ PARAMGATE_CONFIG: join(other, 'my.json') }).data).toBe(join(other, 'store'));
    await rm(other, { recursive: true });
    expect(mistakesOf({ PARAMGATE_CONFIG: join(other, 'my.json') })[0]).toMatch(/my\.json: cannot be read \(ENOENT\)/);
  });

  test('texts mean the same in the file as in a variable', async () => {
    await inFile({ binEdges: '1,2,3.5', fallback: '-3:1.5', intake: 'off', minConfidence: '.5' });
    const expected = {
      binEdges: [1, 2, 3.5],
      fallback: { stopLossPct: -3, takeProfitPct: 1.5 },
      intake: false,
      minConfidence: 0.5,
    };
    expect(configOf()).toMatchObject(expected);
    await inFile({});
    const env = {
      PARAMGATE_BIN_EDGES: '1, 2, 3.5',
      PARAMGATE_FALLBACK: '-3:1.5',
      PARAMGATE_INTAKE: 'off',
      PARAMGATE_MIN_CONFIDENCE: '.5',
    };
    expect(configOf(env)).toMatchObject(expected);
  });
});

describe('each value is checked', () => {
  test.each([
    ['PARAMGATE_PORT', '65536'],
    ['PARAMGATE_PORT', '80.5'],
    ['PARAMGATE_PORT', '0x50'],
    ['PARAMGATE_PORT', 'http'],
    ['PARAMGATE_WORKER_PORT', '-1'],
    ['PARAMGATE_HOST', 'http://127.0.0.1'],
    ['PARAMGATE_INTAKE', 'maybe'],
    ['PARAMGATE_FIGURES_SECONDS', '-1'],
    ['PARAMGATE_FIGURES_SECONDS', '30s'],
    ['PARAMGATE_OPTUNA_MAX_AGE_HOURS', '0'],
    ['PARAMGATE_MIN_TRADES_FOR_BIN', '0'],
    ['PARAMGATE_LOOKBACK_DAYS', '1.5'],
    ['PARAMGATE_BIN_EDGES', '1,3,2'],
    ['PARAMGATE_BIN_EDGES', '1,1'],
    ['PARAMGATE_BIN_EDGES', '1'],
    ['PARAMGATE_BIN_EDGES', '0,1'],
    ['PARAMGATE_RISK_CAP_PCT', '7'],
    ['PARAMGATE_RISK_CAP_PCT', '0'],
    ['PARAMGATE_FALLBACK', '2:1'],
    ['PARAMGATE_FALLBACK', '-2:-1'],
    ['PARAMGATE_FALLBACK', '-2'],
    ['PARAMGATE_FALLBACK', '-2:1:3'],
    ['PARAMGATE_WINDOW_SECONDS', '0'],
    ['PARAMGATE_MIN_AGREEMENTS', '0'],
    ['PARAMGATE_MIN_CONFIDENCE', '1.01'],
    ['PARAMGATE_MIN_CONFIDENCE', '70%'],
    ['PARAMGATE_MIN_CONFIDENCE', '0.70001'],
    ['PARAMGATE_MISSING_CONFIDENCE', '-0.1'],
    ['PARAMGATE_BOT_LONG', 'http://127.0.0.1:8080'],
    ['PARAMGATE_BOT_LONG', 'ftp://u:p@127.0.0.1'],
    ['PARAMGATE_BOT_SHORT', 'http://u:p@127.0.0.1/?x=1'],
    ['PARAMGATE_BOT_SHORT', 'http://u:%zz@127.0.0.1/'],
    ['PARAMGATE_KEYS', 'bot:short'],
    ['PARAMGATE_KEYS', `admin:${KEY}`],
    ['PARAMGATE_KEYS', `bot/a b:${KEY}`],
    ['PARAMGATE_KEYS', `bot/:${KEY}`],
    ['PARAMGATE_KEYS', `bot/a/b:${KEY}`],
    ['PARAMGATE_KEYS', `bot:${KEY}!`],
    ['PARAMGATE_KEYS', KEY],
    ['PARAMGATE_FEEDER_BASIC', 'user'],
    ['PARAMGATE_FEEDER_BASIC', ':pass'],
    ['PARAMGATE_FEEDER_BASIC', 'user:'],
    ['PARAMGATE_FEEDER_BASIC', 'us\u00e9r:pass'],
    ['PARAMGATE_LOG_LEVEL', 'loud'],
  ])('%s=%s is refused with what is allowed', (name, value) => {
    const mistakes = mistakesOf({ [name]: value });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(new RegExp(`^${name}[^ ]*: .+; allowed: .+`));
    expect(mistakes[0]).not.toContain('\n');
  });

  test('an unknown variable or key is a mistake, with a guess at what was meant', async () => {
    await inFile({ figureSeconds: 3, username: 'x' });
    expect(mistakesOf({ PARAMGATE_WINDOW_SECOND: '3', PARAMGATE_X: '1', PATH: '/bin' })).toEqual([
      `figureSeconds: unknown key in ${join(folder, 'paramgate.json')}; allowed: perhaps figuresSeconds is meant`,
      expect.stringMatching(/^username: unknown key/),
      'PARAMGATE_WINDOW_SECOND: unknown variable; allowed: perhaps PARAMGATE_WINDOW_SECONDS is meant',
      expect.stringMatching(/^PARAMGATE_X: unknown variable/),
    ]);
  });

  test('all mistakes of all sources come at once', async () => {
    await inFile({ port: 'x', nonsense: 1, overrides: [{ windowSeconds: 0 }] });
    const mistakes = mistakesOf({ PARAMGATE_RISK_CAP_PCT: '7', INFLUX_URL: 'http://h', PARAMGATE_TLS_CERT: 'a.pem' });
    for (const name of [
      'port',
      'nonsense',
      'overrides[0].windowSeconds',
      'PARAMGATE_RISK_CAP_PCT',
      'INFLUX_TOKEN',
      'PARAMGATE_TLS_KEY',
    ]) {
      expect(mistakes.filter((mistake) => mistake.startsWith(`${name}: `))).toHaveLength(1);
    }
  });

  test('a hub that is named in part is refused, never ignored', () => {
    const whole = { INFLUX_URL: 'http://h:8086/', INFLUX_TOKEN: 'secret', INFLUX_ORG: 'o' };
    expect(mistakesOf(whole)).toEqual([]);
    for (const name of Object.keys(whole)) {
      const together = `${name}: not set; allowed: INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG together, or none of them`;
      expect(mistakesOf({ ...whole, [name]: '' })).toEqual([together]);
    }
    expect(mistakesOf({ ...whole, INFLUX_URL: 'h:8086' })).toEqual([expect.stringMatching(/^INFLUX_URL: .*http:\/\//)]);
    expect(mistakesOf({ ...whole, INFLUX_TOKEN: 'se\ncret' }).join()).not.toContain('cret');
    expect(mistakesOf({ INFLUX_URL: '' })).toEqual([]);
  });

  test('names of buckets and measurements can be others, each place its own', async () => {
    const whole = { INFLUX_URL: 'http://h:8086/', INFLUX_TOKEN: 'secret', INFLUX_ORG: 'o' };
    await inFile({ influxNames: { trades: { bucket: 'OTHER' } } });
    const loaded = loadConfig(whole, folder);
    const influx = 'config' in loaded ? loaded.config.influx : undefined;
    expect(influx).toMatchObject({ url: 'http://h:8086', org: 'o' });
    expect(influx?.names).toMatchObject({
      trades: { bucket: 'OTHER', measurement: 'closed_trades' },
      params: { bucket: 'OPTUNA_PARAMS', measurement: 'parameters' },
    });
    await inFile({ influxNames: { trades: { bucket: '_x' }, parms: {}, signals: { measurement: 'decisions' } } });
    const mistakes = mistakesOf(whole);
    expect(mistakes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^influxNames\.trades\.bucket: /),
        expect.stringMatching(/^influxNames\.parms: /),
      ]),
    );
  });
});

describe('the file', () => {
  test.each([
    ['{"port": 1,\n "host": }', /is not JSON( at line 2)?/],
    ['[]', /does not hold an object/],
    ['', /is not JSON/],
    [`{"a": "${'x'.repeat(1_100_000)}"}`, /is too large/],
  ])('%.20s is refused', async (text, expected) => {
    await writeFile(join(folder, 'paramgate.json'), text);
    expect(mistakesOf()[0]).toMatch(expected);
  });

  test('broken JSON is not quoted, for it may hold secrets', async () => {
    await writeFile(join(folder, 'paramgate.json'), '{"keys": [{"key": "top-secret-text"oops');
    expect(mistakesOf().join()).not.toContain('secret');
  });

  test('overrides need a pair or a side, something different, and no twin', async () => {
    await inFile({
      overrides: [
        { minAgreements: 2 },
        { pair: 'BTC/USDT' },
        { pair: 'btc', minAgreements: 1 },
        { side: 'LONG', speed: 1 },
      ],
    });
    expect(mistakesOf().map((mistake) => mistake.split(': ')[0])).toEqual(
      expect.arrayContaining(['overrides[0]', 'overrides[1]', 'overrides[2].pair', 'overrides[3].speed']),
    );
    expect(mistakesOf()).toContainEqual(expect.stringMatching(/speed: unknown key; allowed: only pair, side/));
    await inFile({
      overrides: [
        { pair: 'BTC/USDT', minAgreements: 2 },
        { pair: 'BTC/USDT', minAgreements: 3 },
      ],
    });
    expect(mistakesOf()[0]).toMatch(/one entry for each pair and side/);
    const good = [
      { pair: 'BTC/USDT', side: 'LONG', minConfidence: 0.8 },
      { pair: 'BTC/USDT', windowSeconds: 5 },
    ];
    await inFile({ overrides: good });
    expect(configOf().overrides).toEqual(good);
  });
});

describe('bots', () => {
  test('the two variables make BOT1 for LONG and BOT2 for SHORT, credentials decoded', () => {
    const env = {
      PARAMGATE_BOT_LONG: 'http://u:p%40ss@127.0.0.1:8081/',
      PARAMGATE_BOT_SHORT: 'https://v:q@bots.example/two/',
    };
    expect(configOf(env).bots).toEqual([
      { name: 'BOT1', url: 'http://127.0.0.1:8081', username: 'u', password: 'p@ss', sides: ['LONG'] },
      { name: 'BOT2', url: 'https://bots.example/two', username: 'v', password: 'q', sides: ['SHORT'] },
    ]);
  });

  test('one address for both sides is one bot', () => {
    const env = { PARAMGATE_BOT_LONG: 'http://u:p@h:80', PARAMGATE_BOT_SHORT: 'http://u:p@h/' };
    expect(configOf(env).bots).toEqual([
      { name: 'BOT1', url: 'http://h', username: 'u', password: 'p', sides: ['LONG', 'SHORT'] },
    ]);
    const mistakes = mistakesOf({ ...env, PARAMGATE_BOT_SHORT: 'http://u:other@h/' });
    expect(mistakes).toEqual([expect.stringMatching(/^PARAMGATE_BOT_SHORT: other credentials/)]);
  });

  test('the list: one entry per name and address, complete, and not beside the variables', async () => {
    const bot = { name: 'A', url: 'http://127.0.0.1:1/', username: 'u', password: 'p', sides: ['LONG'] };
    await inFile({ bots: [bot] });
    expect(configOf().bots).toEqual([{ ...bot, url: 'http://127.0.0.1:1' }]);
    expect(mistakesOf({ PARAMGATE_BOT_LONG: 'http://u:p@h' })[0]).toMatch(/^bots: .*one of the two ways/);
    await inFile({ bots: [bot, { ...bot, sides: ['SHORT'] }] });
    expect(mistakesOf()).toEqual([
      expect.stringMatching(/^bots\[1\]\.name: A twice/),
      expect.stringMatching(/^bots\[1\]\.url: /),
    ]);
    await inFile({ bots: [{ ...bot, sides: [], password: '', url: 'http://u:p@h', colour: 'red' }] });
    expect(mistakesOf().map((mistake) => mistake.split(': ')[0])).toEqual(
      expect.arrayContaining(['bots[0].sides', 'bots[0].password', 'bots[0].url', 'bots[0].colour']),
    );
  });
});

describe('who may call', () => {
  test('keys with and without names, feeders with their sources', async () => {
    await inFile({ feeders: [{ name: 'host-a', key: `${KEY}3`, sources: ['75a', '75b'] }] });
    expect(configOf({ PARAMGATE_KEYS: `bot:${KEY}1, operator/ann:${KEY}2` }).credentials).toEqual([
      { role: 'bot', name: 'bot', key: `${KEY}1` },
      { role: 'operator', name: 'ann', key: `${KEY}2` },
      { role: 'feeder', name: 'host-a', key: `${KEY}3`, sources: ['75a', '75b'] },
    ]);
  });

  test('feeders may have a login, a key, or both', async () => {
    await inFile({
      feeders: [
        { name: 'host-a', username: 'a', password: 'p:q', sources: ['75a'] },
        { name: 'host-b', username: 'b', password: { env: 'PARAMGATE_B' }, key: `${KEY}3`, sources: ['75b', '75c'] },
      ],
    });
    expect(configOf({ PARAMGATE_FEEDER_BASIC: 'user:pass:word', PARAMGATE_B: 'secret' }).credentials).toEqual([
      { role: 'feeder', name: 'feeder-basic', login: { username: 'user', password: 'pass:word' } },
      { role: 'feeder', name: 'host-a', login: { username: 'a', password: 'p:q' }, sources: ['75a'] },
      {
        role: 'feeder',
        name: 'host-b',
        login: { username: 'b', password: 'secret' },
        key: `${KEY}3`,
        sources: ['75b', '75c'],
      },
    ]);
  });

  test.each([
    [{ username: 'a' }, 'feeders[0]'],
    [{ password: 'p' }, 'feeders[0]'],
    [{}, 'feeders[0]'],
    [{ username: 'a:b', password: 'p' }, 'feeders[0].username'],
    [{ username: '\u00fc', password: 'p' }, 'feeders[0].username'],
    [{ username: 'a', password: '' }, 'feeders[0].password'],
    [{ username: 'a', password: 'p', role: 'operator' }, 'feeders[0].role'],
  ])('a feeder %j is refused', async (parts, place) => {
    await inFile({ feeders: [{ name: 'host-a', sources: ['75a'], ...parts }] });
    expect(mistakesOf().map((mistake) => mistake.split(': ')[0])).toEqual([place]);
  });

  test('two logins of one user name are refused', async () => {
    await inFile({ feeders: [{ name: 'host-a', username: 'a', password: 'p', sources: ['75a'] }] });
    expect(mistakesOf({ PARAMGATE_FEEDER_BASIC: 'a:q' })).toEqual([
      'feeders: feeder-basic and host-a have the same user name; allowed: a user name of its own for each',
    ]);
    const one = { name: 'host-a', password: 'p', sources: ['75a'] };
    await inFile({
      feeders: [
        { ...one, username: 'a' },
        { ...one, username: 'b' },
      ],
    });
    expect(configOf().credentials).toHaveLength(2);
  });

  test('the same key twice, or one name for two callers, is refused; two keys of one name are a change-over', () => {
    expect(mistakesOf({ PARAMGATE_KEYS: `bot/a:${KEY},operator/b:${KEY}` })[0]).toMatch(/have the same key/);
    expect(mistakesOf({ PARAMGATE_KEYS: `bot/a:${KEY}1,operator/a:${KEY}2` })[0]).toMatch(/the name a stands for two/);
    expect(mistakesOf({ PARAMGATE_KEYS: `feeder:${KEY}1,feeder:${KEY}2` })[0]).toMatch(
      /the name feeder stands for two/,
    );
    expect(configOf({ PARAMGATE_KEYS: `bot/a:${KEY}1,bot/a:${KEY}2` }).credentials).toHaveLength(2);
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', 'gateway.example', '127.evil.example'])('%s needs keys', (host) => {
    expect(mistakesOf({ PARAMGATE_HOST: host })[0]).toMatch(/^PARAMGATE_HOST: .*reachable/);
    expect(configOf({ PARAMGATE_HOST: host, PARAMGATE_KEYS: `bot:${KEY}` }).host).toBe(host);
    expect(configOf({ PARAMGATE_HOST: host, PARAMGATE_FEEDER_BASIC: 'u:p' }).host).toBe(host);
  });

  test.each(['127.0.0.1', '127.3.2.1', '::1', 'localhost'])('%s needs none', (host) => {
    expect(configOf({ PARAMGATE_HOST: host }).host).toBe(host);
  });

  test('a secret may come from a variable of any name; an absent one is a mistake', async () => {
    await inFile({ keys: [{ role: 'bot', name: 'a', key: { env: 'PARAMGATE_MY_KEY' } }] });
    expect(configOf({ PARAMGATE_MY_KEY: KEY }).credentials).toEqual([{ role: 'bot', name: 'a', key: KEY }]);
    expect(mistakesOf()).toEqual([expect.stringMatching(/^keys\[0\]\.key: the variable PARAMGATE_MY_KEY is not set/)]);
  });

  test('no mistake tells a secret', async () => {
    await inFile({
      bots: [{ name: 'A', url: 'http://u:hidden1@h', username: 'hidden2', password: ['hidden3'], pasword: 'hidden4' }],
      feeders: [{ name: 'f', username: 'hidden10:', password: 'hidden11\u00fc', sources: [] }],
    });
    const env = {
      PARAMGATE_KEYS: 'bot:hidden5!,hidden6',
      PARAMGATE_BOT_LONG: 'hidden7://u:hidden8@h',
      PARAMGATE_FEEDER_BASIC: 'hidden9',
    };
    const mistakes = mistakesOf(env);
    expect(mistakes.length).toBeGreaterThan(6);
    expect(mistakes.join('\n')).not.toContain('hidden');
  });
});

describe('values that belong together', () => {
  test('certificate and key, both readable', async () => {
    expect(mistakesOf({ PARAMGATE_TLS_KEY: 'k.pem' })).toEqual([expect.stringMatching(/^PARAMGATE_TLS_CERT: not set/)]);
    const env = { PARAMGATE_TLS_CERT: 'c.pem', PARAMGATE_TLS_KEY: 'k.pem' };
    expect(mistakesOf(env)).toHaveLength(2);
    await writeFile(join(folder, 'c.pem'), '');
    await writeFile(join(folder, 'k.pem'), '');
    expect(mistakesOf(env)).toEqual([
      expect.stringMatching(/^PARAMGATE_TLS_CERT: .*c\.pem and .*k\.pem are no certificate/),
    ]);
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(folder, 'k.pem'), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(mistakesOf(env)).toHaveLength(1);
  });

  test('two ports that differ', () => {
    expect(mistakesOf({ PARAMGATE_WORKER_PORT: '4000' })).toHaveLength(1);
    expect(mistakesOf({ PARAMGATE_PORT: '0', PARAMGATE_WORKER_PORT: '0' })).toEqual([]);
  });
});
