// Studies of the running service, as its operators and the machine treat them: killed, cancelled, looked at from the command line, and two workers at one folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ask, cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';
import { randomMarket } from '../support/random-market.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const START = 'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id state trials } }';
const FIGURES = '{ trades netProfitPct sharpe maxDrawdownPct }';
const STUDY = `query ($id: ID!) { study(id: $id) {
  state progress remainingSeconds trials error
  best { stopLossPct takeProfitPct objective metrics ${FIGURES} }
  validation { pbo folds { stopLossPct takeProfitPct outOfSample ${FIGURES} } conditions { sentence } }
} }`;

interface Told {
  readonly state: string;
  readonly progress: number;
  readonly remainingSeconds: number | null;
  readonly trials: number;
}

const market = randomMarket({ seed: 8, count: 1_500, volatility: 0.006, drift: () => 0.0003 });

async function furnished() {
  const folder = await temporaryFolder();
  const rows = [...market.openTimeMs].map((timeMs, index) => [
    timeMs,
    ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => market[name][index]),
  ]);
  await writeFile(join(folder.path, 'BTC_USDT-1h.json'), JSON.stringify(rows));
  return folder;
}

const read = async (url: string, id: string) => (await ask<{ study: Told }>(url, STUDY, { id })).study;
const isOver = ({ state }: Told) => state !== 'QUEUED' && state !== 'RUNNING';
const start = async (url: string, input: object) =>
  (await ask<{ startSearch: { id: string } }>(url, START, { input: { pair: 'BTC/USDT', timeframe: '1h', ...input } }))
    .startSearch.id;

async function command(folder: string, ...words: readonly string[]) {
  const env = cleanEnv({ PARAMGATE_DATA: folder, PARAMGATE_CANDLES: folder });
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('a study whose process is killed goes on at its trial and ends as one that was never disturbed', async () => {
  await using folder = await furnished();
  const env = { PARAMGATE_CANDLES: folder.path };
  const input = { sampler: 'TPE', trials: 80, seed: 3, maxHold: 48, pruner: 'MEDIAN' };
  const first = await startService(folder.path, { env });
  const id = await start(first.url, input);
  const running = await until(
    () => read(first.url, id),
    ({ progress, remainingSeconds }) => progress > 0.1 && remainingSeconds !== null,
  );
  expect(running).toMatchObject({ state: 'RUNNING', trials: 80 });
  await first.kill();

  const second = await startService(folder.path, { env });
  const again = await until(() => read(second.url, id), isOver);
  const undisturbed = await start(second.url, input);
  const same = await until(() => read(second.url, undisturbed), isOver);
  expect(again.state).toBe('COMPLETE');
  expect(again).toEqual(same);
  const known = [...second.stderr().matchAll(/"trialsKnown":(\d+)/g)].map((match) => Number(match[1]));
  expect(known).toEqual([expect.any(Number), 0]);
  expect(known[0]).toBeGreaterThan(40);
  expect(await second.stop()).toBe(0);
}, 60_000);

test('a study in the middle of one long computation is cancelled at once, by the service and by the command', async () => {
  await using folder = await furnished();
  const env = { PARAMGATE_CANDLES: folder.path, PARAMGATE_STUDY_THREADS: '2' };
  const service = await startService(folder.path, { env });
  const long = { fills: 'FREQTRADE', objective: 'CALMAR' };
  const ids = [await start(service.url, long), await start(service.url, { ...long, seed: 1 })];
  for (const id of ids)
    await until(
      () => read(service.url, id),
      ({ state }) => state === 'RUNNING',
    );
  const [first = '', second = ''] = ids;
  // They would go on for minutes.
  await ask(service.url, 'mutation ($id: ID!) { cancelSearch(id: $id) { id } }', { id: first });
  await until(() => read(service.url, first), isOver);
  const ended = await command(folder.path, 'study', 'cancel', second);
  expect(ended).toMatchObject({ code: 0, stdout: `study ${second} is cancelled\n` });
  expect((await read(service.url, second)).state).toBe('CANCELLED');
  expect((await command(folder.path, 'study', 'cancel', second)).code).toBe(1);
  expect((await command(folder.path, 'study', 'cancel', 'none')).stderr).toMatch(/^paramgate: study: there is none/);
  expect(await service.stop()).toBe(0);
}, 60_000);

test('of two workers at one folder each study is run by one, and by the other when that one dies', async () => {
  await using folder = await furnished();
  const env = { PARAMGATE_CANDLES: folder.path };
  const gateway = await startService(folder.path, { command: 'gateway', env });
  const worker = await startService(folder.path, { command: 'worker', env });
  const waiting = spawn(process.execPath, [MAIN, 'worker'], {
    env: cleanEnv({ ...env, PARAMGATE_DATA: folder.path }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  waiting.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const small = { stop: { min: -1, max: -5, step: 0.5 }, target: { min: 1, max: 5, step: 0.5 }, maxHold: 24 };
  const ids = await Promise.all([0, 1, 2].map((seed) => start(gateway.url, { ...small, seed })));
  for (const id of ids) expect(await until(() => read(gateway.url, id), isOver)).toMatchObject({ state: 'COMPLETE' });
  const started = (log: string) =>
    [...log.matchAll(/"studyId":"([^"]+)"[^\n]*study started/g)].map((match) => match[1]);
  expect(started(worker.stderr()).sort()).toEqual([...ids].sort());
  expect(started(told)).toEqual([]);
  const long = await start(gateway.url, { fills: 'FREQTRADE', objective: 'CALMAR' });
  await until(
    () => read(gateway.url, long),
    ({ state }) => state === 'RUNNING',
  );
  await worker.kill();
  await until(
    async () => started(told),
    (of) => of.includes(long),
  );
  waiting.kill('SIGTERM');
  await once(waiting, 'exit');
  expect(await gateway.stop()).toBe(0);
}, 60_000);

test('studies are listed, shown, cancelled and exported without a service', async () => {
  await using folder = await furnished();
  const service = await startService(folder.path, { command: 'gateway', env: { PARAMGATE_CANDLES: folder.path } });
  const waiting = await start(service.url, { sampler: 'RANDOM', trials: 7 });
  expect(await service.stop()).toBe(0);
  const search = ['search', '--pair', 'BTC/USDT', '--timeframe', '1h', '--sampler', 'tpe', '--trials', '15', '--json'];
  const searched = await command(folder.path, ...search);
  expect(searched.stderr).toMatch(/100 %/);
  const { study } = JSON.parse(searched.stdout);
  const listed = JSON.parse((await command(folder.path, 'study', 'list', '--json')).stdout);
  expect(listed.studies).toMatchObject([
    { id: study.id, state: 'COMPLETE', sampler: 'tpe', trials: 15 },
    { id: waiting, state: 'QUEUED', sampler: 'random', trials: 7 },
  ]);
  const shown = JSON.parse((await command(folder.path, 'study', 'show', study.id, '--json')).stdout);
  expect({ ...shown, study: { ...shown.study, durationMs: 0 } }).toEqual({
    ...JSON.parse(searched.stdout),
    study: { ...study, durationMs: 0 },
  });
  expect(await command(folder.path, 'study', 'cancel', waiting)).toMatchObject({ code: 0 });
  expect((await command(folder.path, 'study', 'show', waiting)).stdout).toMatch(/cancelled\n$/);
  const journal = await command(folder.path, 'study', 'export', study.id, '--format', 'optuna-journal');
  const operations = journal.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).op_code as number);
  expect(operations.filter((code) => code === 4)).toHaveLength(15);
  expect(operations.filter((code) => code === 7)).toHaveLength(15 * 5);
  expect((await command(folder.path, 'study', 'export', 'none')).code).toBe(1);
  expect((await command(folder.path, 'study', 'export', study.id, '--format', 'csv')).code).toBe(2);
}, 60_000);
