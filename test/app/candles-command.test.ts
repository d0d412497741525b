// `paramgate candles list`, over real folders: what is there, what has holes, what cannot be used.
import { Command } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { addCandlesCommand } from '../../src/app/commands/candles.ts';
import { folderOf } from '../market/candle-folder.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const at = (...hours: number[]) => JSON.stringify(hours.map((hour) => [START + hour * HOUR_MS, 1, 2, 0.5, 1.5, 1]));
const FILES = {
  'BTC_USDT-1h.json': at(0, 1, 2),
  'ETH_USDT-1h.csv': 'date,open,high,low,close,volume\n0,1,1,1,1,1\n',
  'LTC_USDT-1h.json': '[[0,1,1,2,1,1]]',
  'futures/BTC_USDT_USDT-1h-futures.json': at(0, 4, 4, 2),
  'futures/BTC_USDT_USDT-1h-mark.json': at(0),
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function list(files: Readonly<Record<string, string>>, ...words: readonly string[]) {
  await using made = await folderOf(files);
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  const program = new Command('paramgate').exitOverride().configureOutput({ writeErr: () => undefined });
  addCandlesCommand(program);
  const all = ['candles', 'list', ...words.map((word) => word.replace('FOLDER', made.folder))];
  const error: unknown = await program.parseAsync(all, { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { printed: printed.join('').replaceAll(made.folder, 'FOLDER'), error };
}

it('prints pairs, timeframes, ranges and gaps as one document, spot before futures, without mark and funding files', async () => {
  const { printed, error } = await list(FILES, '--candles', 'FOLDER', '--json');
  expect(error).toBeUndefined();
  const document = JSON.parse(printed);
  const none = {
    file: null,
    count: null,
    from: null,
    to: null,
    gaps: null,
    missing: null,
    duplicates: null,
    unordered: null,
  };
  expect(document).toEqual({
    folder: 'FOLDER',
    candles: [
      {
        pair: 'BTC/USDT',
        timeframe: '1h',
        file: 'BTC_USDT-1h.json',
        count: 3,
        from: '2024-01-01T00:00:00.000Z',
        to: '2024-01-01T02:00:00.000Z',
        gaps: 0,
        missing: 0,
        duplicates: 0,
        unordered: 0,
        problem: null,
      },
      expect.objectContaining({ pair: 'ETH/USDT', file: 'ETH_USDT-1h.csv', count: 1, problem: null }),
      {
        pair: 'LTC/USDT',
        timeframe: '1h',
        ...none,
        problem: 'FOLDER/LTC_USDT-1h.json, row 1: high 1 is below low 2',
      },
      expect.objectContaining({
        pair: 'BTC/USDT:USDT',
        file: 'futures/BTC_USDT_USDT-1h-futures.json',
        count: 3,
        gaps: 2,
        missing: 2,
        duplicates: 1,
        unordered: 1,
      }),
    ],
  });
});

it('prints one line a pair, for people', async () => {
  const { printed } = await list(FILES, '--candles', 'FOLDER');
  expect(printed.split('\n')).toEqual([
    'BTC/USDT       1h  2024-01-01T00:00:00.000Z to 2024-01-01T02:00:00.000Z, 3 candles, no gaps',
    'ETH/USDT       1h  1970-01-01T00:00:00.000Z to 1970-01-01T00:00:00.000Z, 1 candles, no gaps',
    'LTC/USDT       1h  not usable: FOLDER/LTC_USDT-1h.json, row 1: high 1 is below low 2',
    'BTC/USDT:USDT  1h  2024-01-01T00:00:00.000Z to 2024-01-01T04:00:00.000Z, 3 candles, 2 gaps (2 missing), 1 duplicates, 1 unordered',
    '',
  ]);
});

it('tells candles that are too close to each other, and refuses a file where most are', async () => {
  const files = { 'BTC_USDT-1h.json': at(0, 1, 1.5, 3, 4), 'ETH_USDT-1h.json': at(0, 0.25, 0.5) };
  const words =
    '1 candle is nearer to the one before than 1h: row 3, 2024-01-01T01:30:00.000Z is 30m after 2024-01-01T01:00:00.000Z';
  const refused = expect.stringMatching(/^FOLDER\/ETH_USDT-1h.json, row 2: .* is 15m after .* of another timeframe$/);
  const document = JSON.parse((await list(files, '--candles', 'FOLDER', '--json')).printed);
  expect(document.candles).toMatchObject([
    { count: 5, warnings: [words] },
    { count: null, problem: refused },
  ]);
  expect((await list(files, '--candles', 'FOLDER')).printed).toContain(`1 gaps (1 missing), ${words}\n`);
});

it('reads the configured folder without the flag, and refuses having none, or one without candles', async () => {
  vi.stubEnv('PARAMGATE_CANDLES', '/nowhere');
  expect((await list({})).error).toMatchObject({
    code: 'UNUSABLE_INPUT',
    message: expect.stringContaining('/nowhere'),
  });
  vi.stubEnv('PARAMGATE_CANDLES', undefined);
  expect((await list({})).error).toMatchObject({ code: 'BAD_USER_INPUT', field: '--candles' });
  const { error, printed } = await list({ 'notes.txt': '' }, '--candles', 'FOLDER');
  expect(error).toMatchObject({ code: 'UNUSABLE_INPUT' });
  expect(printed).toBe('');
});
