// DOOR of demo: the three walks, in order, in words and small tables, on the real service with a stand-in bot and a data folder that vanishes afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listCandles } from '#market/candles.ts';
import { hubWrites, openWorkerStore } from '#store/open.ts';
import { paper } from './paper.ts';
import { type RunningService, startService } from './running.ts';
import { SAMPLE, writeSampleCandles } from './sample-candles.ts';
import { openStandInBot } from './stand-in-bot.ts';
import { walkExitParams } from './walk-exit-params.ts';
import { walkSearch } from './walk-search.ts';
import { walkSignal } from './walk-signal.ts';

export interface DemoOptions {
  /** Keep the service running after the walks, until SIGINT or SIGTERM. */
  readonly serve: boolean;
  /** A freqtrade data folder to search instead of the sample; undefined: the sample. */
  readonly candles: string | undefined;
}

/** The pair for which an earlier optimiser is supposed to have left levels in the hub. */
const PUBLISHED = 'ETH/USDT';
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Shows the three walks; resolves to the exit code. Rejects with a Fault when there are no candles to show. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const sheet = paper((text) => process.stdout.write(text));
  await using open = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'paramgate-demo-'));
  open.defer(() => rm(folder, { recursive: true, force: true }));
  const candles = await chooseCandles(folder, options.candles);
  await leaveLevels(folder);
  const bot = open.use(await openStandInBot());
  const executable = process.argv[1] ?? '';
  const service = open.use(
    await startService(executable, {
      PARAMGATE_DATA: folder,
      PARAMGATE_CANDLES: candles.folder,
      PARAMGATE_WINDOW_SECONDS: '2',
      PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
      PARAMGATE_LOG_LEVEL: 'warn',
    }),
  );
  sheet.say('Paramgate runs, with a stand-in for a freqtrade bot beside it and an empty temporary data folder.');
  await walkExitParams(service, sheet, PUBLISHED);
  await walkSignal(service, sheet, () => bot.orders());
  await walkSearch(service, sheet, candles);
  if (options.serve) await serve(service, sheet.say);
  else sheet.say('\nThat was all of it. `npm run demo -- --serve` keeps the service running with this data.');
  return 0;
}

async function chooseCandles(folder: string, named: string | undefined) {
  if (named === undefined) {
    await writeSampleCandles(folder);
    return { ...SAMPLE, folder };
  }
  const [first] = await listCandles(named);
  return { pair: first.pair, timeframe: first.timeframe, folder: named, words: `the first of ${named}` };
}

/** Publishes -1.50 / 2.00 for the pair, as an earlier optimiser would have. */
async function leaveLevels(folder: string): Promise<void> {
  await using store = await openWorkerStore({ folder, log: silent, hubWrites: hubWrites() });
  await store.params.publish({
    pair: PUBLISHED,
    side: null,
    stopLossPct: -1.5,
    takeProfitPct: 2,
    atMs: Date.now() - 86_400_000,
    winRate: 0.58,
    profitFactor: 1.31,
    totalTrades: 412,
    validated: true,
    studyId: null,
    pbo: 0.12,
    oosProfitFactor: 1.18,
  });
}

async function serve(service: RunningService, say: (text: string) => void): Promise<void> {
  say(`\nGraphiQL with this data: ${service.graphqlUrl} (Ctrl-C ends it)`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}
