// What happens to studies when the machine lets them down: a disk that fills while one runs, and commands that are killed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ask, cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { randomMarket } from '../support/random-market.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const START = 'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id } }';
const STUDY = `query ($id: ID!) { study(id: $id) {
  state progress error published validated best { stopLossPct takeProfitPct objective } validation { pbo conditions { sentence } }
} }`;
const SERVED = '{ exitParams(pair: "BTC/USDT", leverage: 1, side: LONG) { source } }';
/** Validated, and published. */
const INPUT = {
  pair: 'BTC/USDT',
  timeframe: '1h',
  side: 'LONG',
  maxHold: 48,
  sampler: 'TPE',
  trials: 100,
  publish: true,
};
const RANGES = { stop: { min: -1, max: -5, step: 0.5 }, target: { min: 1, max: 5, step: 0.5 } };

interface Told {
  readonly state: string;
  readonly progress: number;
  readonly published: boolean;
}

const market = randomMarket({ seed: 5, count: 2_500, volatility: 0.006, drift: () => 0.0006 });

async function furnished() {
  const folder = await temporaryFolder();
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  await writeFile(join(folder.path, 'BTC_USDT-1h.json'), JSON.stringify(rows));
  return folder;
}

/** Lets the process write no byte to any file, or as many as it likes: what a full disk does, in the operating system all the same. */
function limitFiles({ pid }: ChildProcess, bytes: '1' | 'unlimited'): void {
  expect(spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]).status).toBe(0);
}

test('a disk that fills during a study: it waits and says so, bots are answered, and with room again it ends as if nothing had been', async () => {
  await using folder = await furnished();
  const service = await startService(folder.path, { env: { PARAMGATE_CANDLES: folder.path } });
  const start = async () =>
    (await service.ask<{ startSearch: { id: string } }>(START, { input: { ...INPUT, ...RANGES } })).startSearch.id;
  const read = async (id: string) => (await ask<{ study: Told }>(service.url, STUDY, { id })).study;
  const id = await start();
  await until(
    () => read(id),
    ({ state }) => state === 'RUNNING',
  );
  limitFiles(service.child, '1');
  await until(
    async () => service.stderr(),
    (log) => /"room":"search"[^\n]*worker\.db[^\n]*cannot go on and tries again/.test(log),
  );
  const full = await read(id);
  expect(full).toMatchObject({ state: 'RUNNING', published: false });
  await expect(start()).rejects.toThrow(/JOURNAL_UNAVAILABLE/);
  expect(await service.ask(SERVED)).toEqual({ exitParams: { source: 'FALLBACK' } });
  const readiness = await fetch(`${service.url}/readyz`);
  expect([readiness.status, await readiness.text()]).toEqual([200, expect.stringMatching(/worker\.db/)]);
  limitFiles(service.child, 'unlimited');
  const ended = await until(
    () => read(id),
    ({ state }) => state !== 'RUNNING',
  );
  expect(ended).toMatchObject({ state: 'COMPLETE', published: true });
  expect(await service.ask(SERVED)).toEqual({ exitParams: { source: 'OPTUNA' } });
  expect(await service.stop()).toBe(0);

  await using quiet = await furnished();
  const other = await startService(quiet.path, { env: { PARAMGATE_CANDLES: quiet.path } });
  const again = (await other.ask<{ startSearch: { id: string } }>(START, { input: { ...INPUT, ...RANGES } }))
    .startSearch.id;
  const undisturbed = await until(
    async () => (await ask<{ study: Told }>(other.url, STUDY, { id: again })).study,
    ({ state }) => state === 'COMPLETE',
  );
  expect(ended).toEqual(undisturbed);
  expect(await other.stop()).toBe(0);
}, 120_000);

function command(folder: string, ...words: readonly string[]) {
  const env = cleanEnv({ PARAMGATE_DATA: join(folder, 'data'), PARAMGATE_CANDLES: folder });
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    stderr: () => stderr,
    end: once(child, 'close').then(([code]) => ({ code, stdout, stderr })),
  };
}

test('a search of the command line that is killed leaves nothing behind that looks as if it ran', async () => {
  await using folder = await furnished();
  const asked = [
    '--pair',
    'BTC/USDT',
    '--timeframe',
    '1h',
    '--side',
    'long',
    '--max-hold',
    '24',
    '--stop',
    '-1:-3:0.1',
  ];
  const words = ['search', ...asked, '--sampler', 'tpe', '--trials'];
  const killed = command(folder.path, ...words, '1000');
  await until(
    async () => killed.stderr(),
    (told) => /searching BTC\/USDT: \d+ %/.test(told),
  );
  killed.child.kill('SIGKILL');
  await killed.end;
  expect(await command(folder.path, ...words, '12', '--json').end).toMatchObject({ code: 0 });
  const listed = await command(folder.path, 'study', 'list', '--json').end;
  expect(JSON.parse(listed.stdout).studies).toMatchObject([{ state: 'COMPLETE', trials: 12 }]);
}, 60_000);
