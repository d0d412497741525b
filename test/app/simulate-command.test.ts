// `paramgate simulate`, from its flags to what it prints: one JSON document or a small table, or one line of refusal and nothing on standard output.
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addSimulateCommand } from '../../src/app/commands/simulate.ts';
import { folderOf } from '../market/candle-folder.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const CANDLES = [
  [100, 100.5, 99.5, 100],
  [100, 102, 99.5, 101],
  [101, 101.5, 98, 99],
  [98, 99, 97, 98],
  [98, 98.5, 97.5, 98],
].map((prices, hour) => [START + hour * HOUR_MS, ...prices, 1]);
const FILES = {
  'BTC_USDT-1h.json': JSON.stringify(CANDLES),
  'entries.csv': 'time,side\n2023-12-31T23:30:00Z,long\n2024-01-01T01:30:00Z,short\n2024-01-01T04:00:00Z,long\n',
};
const LEVELS = ['--pair', 'BTC/USDT', '--timeframe', '1h', '--stop', '-2', '--target', '1.00'];

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Runs the command; what it printed, or the error it ended with (then it must not have printed anything). */
async function run(words: readonly string[]): Promise<{ readonly printed: string; readonly error: unknown }> {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  const program = new Command('paramgate').exitOverride().configureOutput({ writeErr: () => undefined });
  addSimulateCommand(program);
  for (const command of program.commands) command.exitOverride();
  const error: unknown = await program.parseAsync(['simulate', ...words], { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { printed: printed.join(''), error };
}

async function inFolder(...words: readonly string[]) {
  await using made = await folderOf(FILES);
  const placed = words.map((word) => word.replace('FOLDER', made.folder));
  const { printed, error } = await run([...LEVELS, '--candles', made.folder, ...placed]);
  return { printed, error, json: (): unknown => JSON.parse(printed) };
}

describe('simulate --json', () => {
  it('prints the whole answer: candles, entries, trades and figures', async () => {
    const { json, error } = await inFolder(
      '--entries',
      'FOLDER/entries.csv',
      '--leverage',
      '3',
      '--fee',
      '0',
      '--json',
    );
    expect(error).toBeUndefined();
    expect(json()).toEqual({
      pair: 'BTC/USDT',
      timeframe: '1h',
      fills: 'conservative',
      leverage: 3,
      feePct: 0,
      candles: {
        count: 5,
        from: '2024-01-01T00:00:00.000Z',
        to: '2024-01-01T04:00:00.000Z',
        gaps: 0,
        missing: 0,
        duplicates: 0,
        unordered: 0,
      },
      entries: { count: 3, long: 2, short: 1, skipped: 1, source: 'file', overlapping: 0 },
      trades: [
        {
          side: 'long',
          signalAt: '2023-12-31T23:30:00.000Z',
          openedAt: '2024-01-01T00:00:00.000Z',
          openRate: 100,
          closedAt: '2024-01-01T01:00:00.000Z',
          closeRate: 101,
          exitReason: 'roi',
          bars: 1,
          profitRatio: 0.03,
        },
        {
          side: 'short',
          signalAt: '2024-01-01T01:30:00.000Z',
          openedAt: '2024-01-01T02:00:00.000Z',
          openRate: 101,
          closedAt: '2024-01-01T02:00:00.000Z',
          closeRate: 99.99,
          exitReason: 'roi',
          bars: 0,
          profitRatio: 0.03,
        },
      ],
      metrics: {
        trades: 2,
        winRate: 1,
        profitFactor: null,
        expectancyPct: 1,
        netProfitPct: 2,
        avgWinPct: 1,
        avgLossPct: null,
        sharpe: null,
        sortino: null,
        calmar: null,
        maxDrawdownPct: 0,
        avgBars: 0.5,
        exits: { stop_loss: 0, roi: 2, max_hold: 0, force_exit: 0 },
      },
    });
  });

  it('closes by what moves, and says what was asked', async () => {
    const entries = ['--entries', 'FOLDER/entries.csv', '--side', 'long', '--fee', '0', '--target', '5'];
    const trailing = ['--trailing', '0.4', '--trailing-offset', '0.45', '--only-offset'];
    const { json, error } = await inFolder(
      ...entries,
      ...trailing,
      '--break-even',
      '0.2',
      '--roi',
      '120:0.5,240:0',
      '--json',
    );
    expect(error).toBeUndefined();
    expect(json()).toMatchObject({
      plan: {
        trailing: { distancePct: 0.4, offsetPct: 0.45, onlyOffset: true },
        breakEvenPct: 0.2,
        targets: [
          { afterMinutes: 120, takeProfitPct: 0.5 },
          { afterMinutes: 240, takeProfitPct: 0 },
        ],
      },
      // The first candle's high of 100.5 has moved the stop to 100.098; the next one opens below it.
      trades: [{ bars: 1, closeRate: 100, exitReason: 'trailing_stop_loss', profitRatio: 0 }],
      metrics: { exits: { stop_loss: 0, roi: 0, max_hold: 0, force_exit: 0, trailing_stop_loss: 1 } },
    });
    const { printed } = await inFolder(...entries, ...trailing, '--break-even', '0.2', '--roi', '120:0.5');
    expect(printed).toContain(
      'stop trails 0.4 % behind, only above 0.45 %; to break even above 0.2 %; target 0.5 % after 120 min',
    );
    expect(printed).toContain('trailing_stop_loss 1');
  });

  it.each([
    ['--trailing-offset', ['--trailing-offset', '1'], 'no stop that trails'],
    ['--only-offset', ['--only-offset'], 'no stop that trails'],
    ['--trailing', ['--trailing', '-1'], 'no distance'],
    ['--trailing-offset', ['--trailing', '1', '--trailing-offset', '0.5'], 'not above the distance'],
    ['--break-even', ['--break-even', '0'], 'no profit'],
    ['--roi', ['--roi', '30'], 'no step'],
    ['--roi', ['--roi', '30:1,20:0.5'], '20 minutes after 30'],
  ])('refuses %s %j before any file is read', async (flag, words, why) => {
    const { printed, error } = await run([...LEVELS, '--candles', '/nowhere', ...words]);
    expect(printed).toBe('');
    expect(String(error)).toContain(flag);
    expect(String(error)).toContain(why);
  });

  it('fills as freqtrade when asked: a price step, no entry in the first candle', async () => {
    const { json, error } = await inFolder(
      '--entries',
      'FOLDER/entries.csv',
      '--fee',
      '0',
      '--fills',
      'freqtrade',
      '--json',
    );
    expect(error).toBeUndefined();
    expect(json()).toMatchObject({
      fills: 'freqtrade',
      entries: { count: 3, skipped: 2, overlapping: 0 },
      // 1 % below 101 is 99.99; the candles know one decimal.
      trades: [{ side: 'short', openRate: 101, closeRate: 100, exitReason: 'roi', profitRatio: 0.00990099 }],
    });
  });

  it('says on standard error that no entry of the file lies inside the candles, and which are too close', async () => {
    const told: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told.push(String(text));
      return true;
    });
    const seconds = `time,side\n${START / 1_000},long\n${START / 1_000 + 3_600},short\n`;
    const close = [...CANDLES, [START + 4.5 * HOUR_MS, 98, 98.5, 97.5, 98, 1]];
    await using made = await folderOf({ 'BTC_USDT-1h.json': JSON.stringify(close), 'seconds.csv': seconds });
    const words = ['--candles', made.folder, '--entries', join(made.folder, 'seconds.csv'), '--json'];
    const { printed, error } = await run([...LEVELS, ...words]);
    expect(error).toBeUndefined();
    expect(JSON.parse(printed)).toMatchObject({
      candles: { count: 6, tooClose: 1 },
      entries: { count: 2, skipped: 2 },
      trades: [],
    });
    expect(told).toEqual([
      'paramgate: 1 candle is nearer to the one before than 1h: row 6, 2024-01-01T04:30:00.000Z is 30m after 2024-01-01T04:00:00.000Z\n',
      'paramgate: none of the 2 entries lie inside the candles (2024-01-01T00:00:00.000Z to 2024-01-01T04:30:00.000Z): they are of ' +
        '1970-01-20T17:21:07.200Z to 1970-01-20T17:21:10.800Z; times are read as ISO 8601 (without a zone: UTC) or Unix epoch milliseconds\n',
    ]);
  });

  it('with every entry skipped has no trades and no figures', async () => {
    const { json, error } = await inFolder('--entries', 'FOLDER/entries.csv', '--from', '2024-01-01T04:00Z', '--json');
    expect(error).toBeUndefined();
    expect(json()).toMatchObject({
      candles: { count: 1 },
      entries: { count: 1, skipped: 1 },
      trades: [],
      metrics: { trades: 0, winRate: null, netProfitPct: null, exits: { roi: 0 } },
    });
  });

  it('uses nothing outside the period, candles or entries', async () => {
    const period = ['--from', '2024-01-01T01:00:00Z', '--to', String(START + 4 * HOUR_MS)];
    const { json } = await inFolder('--entries', 'FOLDER/entries.csv', ...period, '--json');
    expect(json()).toMatchObject({
      candles: { count: 3, from: '2024-01-01T01:00:00.000Z', to: '2024-01-01T03:00:00.000Z' },
      entries: { count: 1, long: 0, short: 1, skipped: 0 },
    });
  });

  it('without a file enters at every candle, one side when asked, one at a time when asked', async () => {
    const every = await inFolder('--json');
    expect(every.json()).toMatchObject({
      entries: { count: 8, long: 4, short: 4, source: 'every_candle', overlapping: 0 },
    });
    const single = await inFolder('--side', 'long', '--one-at-a-time', '--max-hold', '2', '--json');
    expect(single.json()).toMatchObject({
      entries: { count: 4, long: 4, short: 0, overlapping: 1 },
      trades: [{ exitReason: 'roi' }, { exitReason: 'stop_loss' }, { exitReason: 'force_exit' }],
    });
  });
});

describe('simulate', () => {
  it('prints a table for people', async () => {
    const { printed, error } = await inFolder('--stop=-2.5');
    expect(error).toBeUndefined();
    expect(printed).toContain('stop -2.5 %, target 1 %, leverage 1, fee 0.05 %');
    expect(printed).toMatch(/^ {2}trades +8$/m);
    expect(printed).toMatch(/^ {2}exits +stop_loss \d+, roi \d+, max_hold \d+, force_exit \d+$/m);
  });

  it('reads the configured folder when none is named', async () => {
    await using made = await folderOf(FILES);
    vi.stubEnv('PARAMGATE_CANDLES', made.folder);
    expect((await run(LEVELS)).printed).toContain('BTC/USDT 1h');
  });

  it.each([
    ['--stop', '1.48', '--stop: 1.48 is not a stop'],
    ['--stop', 'tight', '--stop: "tight" is none; allowed: a decimal number'],
    ['--stop', '0x10', '--stop: "0x10" is none'],
    ['--target', '-1', '--target: -1 is not a target'],
    ['--leverage', '60', '--stop: -2 at leverage 60 loses the whole stake'],
    ['--leverage', '0', '--leverage: 0 is not a leverage'],
    ['--fee', '-0.1', '--fee: "-0.1" is none; allowed: a decimal number >= 0 and < 100'],
    ['--fills', 'hopeful', '--fills: "hopeful" is none; allowed: conservative, freqtrade'],
    ['--max-hold', '1.5', '--max-hold: "1.5" is none; allowed: a whole number'],
    ['--side', 'up', '--side: "up" is no side; allowed: long, short'],
    ['--pair', 'BTCUSDT', '--pair: "BTCUSDT" is not a pair'],
    ['--timeframe', '5x', '--timeframe: "5x" is none'],
    ['--from', 'noon', '--from: "noon" is no time'],
    ['--to', '2', '--to: the period ends before it begins'],
  ])('refuses %s %s as wrong usage, before any file is read', async (flag, value, words) => {
    const { printed, error } = await run([...LEVELS, '--candles', '/nowhere', '--from', '2', flag, value]);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(words) });
    expect(printed).toBe('');
  });

  it.each([
    ['a folder that is not there', ['--candles', '/nowhere'], '/nowhere: cannot be read as a folder of candles'],
    ['a pair without candles', ['--pair', 'ETH/USDT'], 'no candles of ETH/USDT 1h'],
    ['entries that are not there', ['--entries', '/nowhere.csv'], '/nowhere.csv: cannot be read'],
    ['a period without candles', ['--from', '2025-01-01'], 'holds no candles in the period asked for'],
    [
      'a period without entries',
      ['--to', '2024-01-01T00:30Z'],
      'entries (--entries, --from, --to): none in the period asked for',
    ],
  ])('says in one line that it cannot use %s, and prints nothing', async (_, words, message) => {
    const { printed, error } = await inFolder(...words);
    expect(error).toMatchObject({ code: 'UNUSABLE_INPUT', message: expect.stringContaining(message) });
    expect(error instanceof Error && error.message).not.toContain('\n');
    expect(printed).toBe('');
  });

  it('needs a pair, a stop and a target', async () => {
    const { error } = await run(['--pair', 'BTC/USDT', '--stop', '-1']);
    expect(error).toMatchObject({ code: 'commander.missingMandatoryOptionValue' });
    const file = join('nowhere', 'here');
    expect((await run([...LEVELS, '--candles', file, 'more'])).error).toMatchObject({
      code: 'commander.excessArguments',
    });
  });
});
