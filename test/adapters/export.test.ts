// `paramgate export params`: the rows of the file answer as the service does, whoever is asked - the service by its address, through its folder, or the folder alone.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#app/clock.ts';
import { type LevelsSource, type PinnedParams, pinnedParams } from '#app/pinned-params.ts';
import { type ExitLevels, toAccount } from '#domain/exit-params.ts';
import { SIDES, type Side, shortPair } from '#domain/market.ts';
import { acquireLock, hubWrites, openWorkerStore } from '#store/open.ts';
import { cleanEnv, type Service, startService } from '../support/executable.ts';
import { recordingLog } from '../support/recording-log.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const PAIRS = ['BTC/USDT', 'BTC/USDT:USDT', 'ETH/USDT:USDT', 'SOL/USDT:USDT', 'XRP/USDT'];
const LEVERAGES = [0.4, 1, 2.49, 2.5, 3, 3.49, 3.5, 10, 125];

let folder = '';
let service: Service;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramgate-export-'));
  await publish();
  service = await startService(folder);
  await remember(service);
});
afterAll(async () => {
  await service?.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Levels of three pairs: one for both sides by its short name, one for a side by its long name, one that is not validated. */
async function publish(): Promise<void> {
  await using lock = await acquireLock(folder, 'worker', { wait: false, clock: systemClock });
  if (lock === undefined) throw new Error('the folder is held');
  await using store = await openWorkerStore({ folder, log: recordingLog(), hubWrites: hubWrites() });
  const rest = {
    winRate: null,
    profitFactor: null,
    totalTrades: null,
    studyId: null,
    pbo: null,
    oosProfitFactor: null,
  };
  const atMs = Date.now() - 60_000;
  const records: readonly [string, Side | null, number, number, boolean | null][] = [
    ['BTC/USDT', null, -1.5, 2, true],
    ['BTC/USDT:USDT', 'SHORT', -0.9, 1.2345, null],
    ['ETH/USDT:USDT', null, -0.8, 0.9, false],
    ['SOL/USDT:USDT', 'LONG', -3, 4, true],
  ];
  for (const [pair, side, stopLossPct, takeProfitPct, validated] of records)
    await store.params.publish({ pair, side, stopLossPct, takeProfitPct, validated, atMs, ...rest });
}

async function remember(to: Service): Promise<void> {
  const closedAt = new Date(Date.now() - 60_000).toISOString();
  const trades = (
    [
      [3, 'LONG', -1.48],
      [3, 'SHORT', -1.3],
      [10, 'LONG', -0.5],
    ] as const
  ).flatMap(([leverage, side, stopLossPct]) =>
    Array.from({ length: 6 }, (_, index) => ({
      ...{ bot: 'BOT3', tradeId: `${leverage}-${side}-${index}`, pair: 'DOGE/USDT', side, leverage, profitPct: 1 },
      ...{ stopLossPct, takeProfitPct: 1.0, openedAt: closedAt, closedAt },
    })),
  );
  await to.ask('mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }', { trades });
}

function run(...words: readonly string[]) {
  const env = cleanEnv({ PARAMGATE_DATA: folder });
  return spawnSync(process.execPath, [MAIN, 'export', 'params', ...words], { encoding: 'utf8', env });
}

function exported(...words: readonly string[]): PinnedParams {
  const { status, stdout, stderr } = run(...words);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as PinnedParams;
}

/** What the file says of a trade: the first row that fits, times leverage, held at the cap. */
function answerOf({ params, riskCapPct }: PinnedParams, pair: string, leverage: number, side: Side): ExitLevels {
  const names = [pair, shortPair(pair)];
  const row = params.find(
    (one) =>
      (one.pair === null || names.includes(one.pair)) &&
      (one.side === null || one.side === side) &&
      one.minLeverage <= leverage &&
      leverage < one.maxLeverage,
  );
  if (row === undefined) throw new Error('no row fits');
  return toAccount(row, leverage, riskCapPct ?? Number.NEGATIVE_INFINITY).account;
}

const asked = PAIRS.flatMap((pair) => LEVERAGES.flatMap((leverage) => SIDES.map((side) => ({ pair, leverage, side }))));

test('the service, its folder while it runs, and the folder alone give the same rows, which answer as the service does', async () => {
  const { exitParamsBatch } = await service.ask<{ exitParamsBatch: readonly { readonly account: ExitLevels }[] }>(
    `query($requests: [ExitParamsRequest!]!) {
      exitParamsBatch(requests: $requests) { account { stopLossPct takeProfitPct } }
    }`,
    { requests: asked },
  );
  const byAddress = exported('--url', service.url, ...PAIRS.flatMap((pair) => ['--pair', pair]));
  const running = exported();
  expect(await service.stop()).toBe(0);
  const alone = exported();
  expect([byAddress.from, running.from, alone.from]).toEqual([service.url, service.url, folder]);
  for (const pinned of [byAddress, running, alone]) {
    expect(asked.map(({ pair, leverage, side }) => answerOf(pinned, pair, leverage, side))).toEqual(
      exitParamsBatch.map(({ account }) => account),
    );
    expect(pinned.riskCapPct).toBe(-7);
  }
  expect(running.params).toEqual(alone.params);
  expect(alone.params.map(({ source }) => source)).toEqual([
    ...Array(5).fill('OPTUNA'),
    ...Array(4).fill('STATELESS'),
    'FALLBACK',
  ]);
});

describe('beside the usual', () => {
  test('a file is written, and what it holds is said', async () => {
    const file = join(folder, 'pinned.json');
    const { stdout, status } = run('--out', file);
    expect(status).toBe(0);
    expect(stdout).toBe(`${file}: 5 published, 4 of leverage bins, 1 fallback; from ${folder}\n`);
    expect((JSON.parse(await readFile(file, 'utf8')) as PinnedParams).format).toBe('paramgate-exit-params-1');
  });

  test.each([
    [['--out', '/none/x.json'], 1, '--out: /none/x.json cannot be written'],
    [['--url', 'http://127.0.0.1:1'], 1, 'the service at http://127.0.0.1:1: '],
    [['--url', 'http://u:secret@h'], 2, '--url: it is not the address of a service'],
    [['--pair', 'btc usdt'], 2, '--pair'],
    [['--url', 'http://127.0.0.1:1', '--key-file', '/none/key'], 1, '--key-file: /none/key cannot be read'],
  ])('%j ends with one line', (words, code, line) => {
    const { status, stdout, stderr } = run(...words);
    expect(status).toBe(code);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain(line);
    expect(stderr).not.toContain('secret');
  });

  test('the address of a dead service in the folder does not matter', async () => {
    await writeFile(join(folder, 'service.json'), JSON.stringify({ url: 'http://127.0.0.1:1', pid: 1, token: 'gone' }));
    expect(exported().from).toBe(folder);
  });

  test('without a bin that is empty and without a cap there are no rows for them', async () => {
    const answer = { source: 'STATELESS', riskCapped: false, position: { stopLossPct: -1, takeProfitPct: 1 } } as const;
    const full: LevelsSource = {
      name: 'full',
      answer: async (requests) => requests.map(() => ({ ...answer, account: answer.position })),
      bins: async () => [{ minLeverage: 0, maxLeverage: 126 }],
      pairs: async () => [],
    };
    const pinned = await pinnedParams(full, [], '2026-01-01T00:00:00.000Z');
    expect(pinned.riskCapPct).toBeNull();
    expect(pinned.params.map(({ side, source }) => [side, source])).toEqual([
      ['LONG', 'STATELESS'],
      ['SHORT', 'STATELESS'],
    ]);
  });
});
