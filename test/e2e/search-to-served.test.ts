// Walk three through the real executable: a market with a planted edge is searched, validated, published and served; a random one is not.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { cleanEnv, startService, temporaryFolder, until } from '../support/executable.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const HOUR_MS = 3_600_000;
const EXIT =
  'query($pair: String!) { exitParams(pair: $pair, leverage: 2) { source reason position { stopLossPct takeProfitPct } } }';
const STUDY = `query($id: ID!) { study(id: $id) { state error progress validated published best { stopLossPct takeProfitPct }
  validation { reasons conditions { name passed sentence } } plane(width: 10, height: 8) { stops targets values } } }`;

/**
 * Hourly candles whose price leaps up by 2.5 % twice a day and falls back in small steps in between: whoever enters before the leap and takes profit below it
 * earns. The noise is a fixed sequence, so that every run is the same.
 */
async function writePlantedMarket(folder: string, leapPct: number): Promise<void> {
  let state = 12_345;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  let price = 100;
  const rows = Array.from({ length: 24 * 150 }, (_, index) => {
    const open = price;
    const drift = index % 12 === 11 ? leapPct / 100 : -(leapPct / 100) / 11;
    const close = open * (1 + drift + noise() * 0.002);
    price = close;
    const high = Math.max(open, close) * (1 + Math.abs(noise()) * 0.0005);
    const low = Math.min(open, close) * (1 - Math.abs(noise()) * 0.0005);
    return [Date.UTC(2026, 0, 1) + index * HOUR_MS, open, high, low, close, 1];
  });
  await writeFile(join(folder, 'EDGE_USDT-1h.json'), JSON.stringify(rows));
  const entries = rows.flatMap(([timeMs], index) => (index % 12 === 10 ? [`${timeMs},long`] : []));
  await writeFile(join(folder, 'entries.csv'), `time,side\n${entries.join('\n')}\n`);
}

const search = (words: readonly string[], env: Record<string, string>) =>
  promisify(execFile)(process.execPath, [MAIN, 'search', ...words], { env: cleanEnv(env), maxBuffer: 2 ** 26 });

interface Document {
  readonly study: { readonly id: string; readonly state: string };
  readonly best: { readonly stopLossPct: number; readonly takeProfitPct: number };
  readonly validation: { readonly reasons: readonly string[] };
  readonly validated: boolean;
  readonly published: boolean;
}

describe('search to served', () => {
  test.each(['beside a running service', 'without a service'])(
    'the command publishes a validated winner %s',
    async (how) => {
      await using folder = await temporaryFolder();
      await using candles = await temporaryFolder();
      await writePlantedMarket(candles.path, 2.5);
      const running = how.startsWith('beside') ? await startService(folder.path) : undefined;
      const words = [
        '--pair',
        'EDGE/USDT',
        '--timeframe',
        '1h',
        '--candles',
        candles.path,
        '--entries',
        join(candles.path, 'entries.csv'),
      ];
      const limits = ['--max-hold', '24', '--stop', '-3:-0.5:0.1', '--target', '0.2:4:0.1', '--publish', '--json'];
      const { stdout } = await search([...words, ...limits], { PARAMGATE_DATA: folder.path });
      const found = JSON.parse(stdout) as Document;
      expect(found.validation.reasons).toEqual([]);
      expect(found).toMatchObject({ study: { state: 'COMPLETE' }, validated: true, published: true });

      const service = running ?? (await startService(folder.path));
      const { exitParams } = await service.ask<{ exitParams: { source: string; position: object } }>(EXIT, {
        pair: 'EDGE/USDT',
      });
      expect(exitParams).toMatchObject({
        source: 'OPTUNA',
        position: { stopLossPct: found.best.stopLossPct, takeProfitPct: found.best.takeProfitPct },
      });
      const { study } = await service.ask<{ study: object }>(STUDY, { id: found.study.id });
      expect(study).toMatchObject({
        state: 'COMPLETE',
        validated: true,
        published: true,
        best: { stopLossPct: found.best.stopLossPct },
      });
      await service.stop();
    },
  );

  test('commands that end at the same moment all keep their studies', async () => {
    await using folder = await temporaryFolder();
    await using candles = await temporaryFolder();
    await writePlantedMarket(candles.path, 2.5);
    const words = ['--pair', 'EDGE/USDT', '--timeframe', '1h', '--candles', candles.path, '--max-hold', '24'];
    const small = ['--stop', '-1:-2:1', '--target', '1:2:1', '--json'];
    const runs = await Promise.all([1, 2, 3].map(() => search([...words, ...small], { PARAMGATE_DATA: folder.path })));
    const ids = runs.map(({ stdout }) => (JSON.parse(stdout) as Document).study.id);
    const service = await startService(folder.path);
    const { studies } = await service.ask<{ studies: { nodes: { id: string }[] } }>('{ studies { nodes { id } } }');
    expect(studies.nodes.map(({ id }) => id).sort()).toEqual(ids.sort());
    await service.stop();
  });

  test('a study started over GraphQL says why noise is not validated, and publishes nothing', async () => {
    await using folder = await temporaryFolder();
    await using candles = await temporaryFolder();
    await writePlantedMarket(candles.path, 0);
    const service = await startService(folder.path, { env: { PARAMGATE_CANDLES: candles.path } });
    const input = { pair: 'EDGE/USDT', timeframe: '1h', maxHold: 24, publish: true };
    const start = 'mutation($input: StartSearchInput!) { startSearch(input: $input) { id state } }';
    const { startSearch } = await service.ask<{ startSearch: { id: string; state: string } }>(start, { input });
    expect(startSearch.state).toBe('QUEUED');
    const { study } = await until(
      () =>
        service.ask<{ study: { state: string; validation: { reasons: string[] }; plane: { stops: number[] } } }>(
          STUDY,
          { id: startSearch.id },
        ),
      (answer) => answer.study.state !== 'QUEUED' && answer.study.state !== 'RUNNING',
    );
    expect(study).toMatchObject({ state: 'COMPLETE', error: null, progress: 1, validated: false, published: false });
    expect(study.validation.reasons.length).toBeGreaterThan(0);
    expect(study.plane.stops.length).toBe(8);
    const { exitParams } = await service.ask<{ exitParams: { source: string } }>(EXIT, { pair: 'EDGE/USDT' });
    expect(exitParams.source).toBe('FALLBACK');
    await service.stop();
  });
});
