// What the freqtrade adapter's callbacks cost a bot's loop with 300 open trades: `node bench/adapter.ts`, with python3 of at least 3.10 (or the one in
// PARAMGATE_TEST_PYTHON). Exits with 1 when a callback takes 20 microseconds or more, or when renewing all trades takes more than one request.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const MOST_US = 20;
const TRADES = 300;
const FOLDER = resolve(import.meta.dirname, '../adapters/freqtrade/tests');

interface Told {
  readonly stopUs: number;
  readonly roiUs: number;
  /** How many trades each renewal asked for. */
  readonly requestsOf: readonly number[];
  readonly connections: number;
}

const python = process.env.PARAMGATE_TEST_PYTHON ?? 'python3';
const { status, stdout, stderr } = spawnSync(python, ['callback_cost.py'], {
  cwd: FOLDER,
  encoding: 'utf8',
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
});
if (status !== 0) {
  process.stdout.write(`${python} cannot run it: ${stderr}\n`);
  process.exit(1);
}
const { stopUs, roiUs, requestsOf, connections } = JSON.parse(stdout) as Told;
const figure = (value: number) => value.toFixed(2).padStart(8);
process.stdout.write(
  [
    `${TRADES} open trades, microseconds a call (median of 30 rounds), allowed: less than ${MOST_US}`,
    `custom_stoploss ${figure(stopUs)}`,
    `custom_roi      ${figure(roiUs)}`,
    `one renewal: 1 request for ${requestsOf.join(', ')} trades; connections: ${connections}`,
    '',
  ].join('\n'),
);
if (stopUs >= MOST_US || roiUs >= MOST_US || requestsOf.some((count) => count !== TRADES)) process.exitCode = 1;
