// Which folder of candles a command reads.
import { badInput, Fault } from '#domain/fault.ts';
import { loadConfig } from './config.ts';

/** The folder of `--candles`, else the configured one. Throws BAD_USER_INPUT naming the flag without either, or for a wrong configuration. */
export function candlesFolder(option: string | undefined): string {
  if (option !== undefined) return option;
  const loaded = loadConfig(process.env, process.cwd());
  if ('mistakes' in loaded) throw new Fault('BAD_USER_INPUT', loaded.mistakes.join('\n'));
  const { candles } = loaded.settings;
  if (candles !== undefined) return candles;
  throw badInput('--candles', 'no folder is given', 'a freqtrade data folder, here or in PARAMGATE_CANDLES');
}
