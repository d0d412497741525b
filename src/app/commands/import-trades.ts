// `paramgate import trades`: the closed trades of a freqtrade bot from its database or over its REST API, with what was left out and why.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import { openReadStore } from '#store/open.ts';
import { importBot, importDatabase, type TradesImport } from '#trades/trades.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { openHubImport } from '../hub-import.ts';
import { requireOneName } from '../one-name.ts';
import { openProgress } from '../progress.ts';
import { requireRecording } from '../recording-bots.ts';
import { databaseBot, restBot } from '../trade-source.ts';
import { decimal } from './option-values.ts';

interface Options {
  readonly sqlite?: string;
  readonly bot?: string;
  readonly name?: string;
  readonly target?: number;
  readonly json?: true;
}

export function addImportTrades(imports: Command): void {
  imports
    .command('trades')
    .description('closed trades of a freqtrade bot')
    .option('--sqlite <file>', 'its database, e.g. user_data/tradesv3.sqlite; only read, also while the bot runs')
    .option('--bot <url>', 'its REST API: a name or url of the configuration, or http://USER:PASSWORD@HOST:PORT')
    .option('--name <name>', "the bot's name in the fleet, e.g. BOT3 (default: the one bot with recordTrades)")
    .option(
      '--target <pct>',
      'take-profit at position level of trades that recorded none, e.g. 1.00; freqtrade itself records none',
      decimal('--target', 0.0001, 10_000),
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { sqlite, bot: address, name, target, json } = options;
      if ((sqlite === undefined) === (address === undefined)) {
        throw badInput('--sqlite, --bot', sqlite === undefined ? 'none of them' : 'both', 'one of them');
      }
      const config = requireConfig(process.env, process.cwd());
      const source = address === undefined ? undefined : restBot(config, address, name);
      const bot = requireRecording(config, source?.name ?? name ?? databaseBot(config, basename(sqlite ?? '')));
      await using open = openHubImport(config);
      await using known = await openReadStore({ folder: config.data });
      const progress = openProgress('importing', process.stderr, systemClock);
      const how = {
        bot,
        takeProfitPct: target ?? null,
        clock: systemClock,
        beforeRecording: (trades: readonly ClosedTrade[]) => requireOneName(trades, known.history),
        onProgress: (share: number) => progress.show(share),
      };
      const imported = await (source === undefined
        ? importDatabase(sqlite ?? '', open.recorder, how)
        : importBot(source, open.recorder, how)
      ).finally(() => progress.stop());
      const from = source?.url ?? sqlite ?? '';
      process.stdout.write(
        json === true ? `${JSON.stringify({ bot, from, ...imported })}\n` : asText(bot, from, imported),
      );
    });
}

function asText(bot: string, from: string, imported: TradesImport): string {
  const { read, recorded, updated, known, open, incomplete, skipped, notes } = imported;
  const left = skipped.reduce((sum, { count }) => sum + count, 0);
  const counts = `${recorded} recorded, ${updated} updated, ${known} known already, ${left} left out`;
  const lines = [`${from} as ${bot}: ${read} closed trades: ${counts}`];
  for (const { reason, count, tradeIds } of skipped) {
    const ids = tradeIds.length === 0 ? '' : ` (trade ${tradeIds.join(', ')}${count > tradeIds.length ? ', ...' : ''})`;
    lines.push(`  left out ${count}: ${reason}${ids}`);
  }
  if (open !== null && open > 0) lines.push(`  ${open} are open and come with their end`);
  if (incomplete > 0)
    lines.push(`  ${incomplete} have no stop or no target recorded and count in no leverage bin; see --target`);
  for (const note of notes) lines.push(`  note: ${note}`);
  return `${lines.join('\n')}\n`;
}
