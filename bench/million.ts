// Memory after a million signals beside memory after ten thousand, in one run of the real service with its worker and a bot that takes every order:
// `node bench/million.ts [SIGNALS]`. Takes some minutes. Exits with 1 when the service holds a quarter more after the million than after the ten thousand.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openStandInBot } from '#demo/stand-in-bot.ts';
import { residentMb, start } from './support/child.ts';
import { ask, line, requestOf } from './support/load.ts';

const FEW = 10_000;
const MANY = Number(process.argv[2] ?? 1_000_000);
const MOST_RATIO = 1.25;
const CONNECTIONS = 64;
const PAIRS = 500;
const SOURCES = 40;
/** Until windows have closed, bots have been told and the service has come to rest after both; the least of some looks from then on is what stays. */
const REST_MS = 45_000;
const LOOKS = 5;
const LOOK_MS = 2_000;

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const SUBMIT = `mutation Submit($input: SubmitSignalInput!) { submitSignal(input: $input) { duplicate signal { id } } }`;

await using opened = new AsyncDisposableStack();
const root = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
opened.defer(() => rm(root, { recursive: true, force: true }));
const bot = opened.use(await openStandInBot({ maxOpenTrades: -1 }));
const service = await start(opened, [MAIN, 'start'], {
  env: {
    PARAMGATE_PORT: '0',
    PARAMGATE_DATA: root,
    PARAMGATE_CONFIG: undefined,
    PARAMGATE_LOG_LEVEL: 'error',
    PARAMGATE_WINDOW_SECONDS: '20',
    PARAMGATE_BOT_LONG: bot.url.replace('://', `://${bot.username}:${bot.password}@`),
  },
});

let sent = 0;
const question = () => {
  sent += 1;
  const side = sent % 2 === 0 ? 'LONG' : 'SHORT';
  const input = {
    pair: `P${sent % PAIRS}/USDT:USDT`,
    side,
    enterTag: `${side.toLowerCase()} from s${Math.floor(sent / PAIRS) % SOURCES} conf=0.89 (DQ: profit=3.05%, safety=0.39%)`,
    idempotencyKey: `key-${sent}`,
  };
  return requestOf(JSON.stringify({ query: SUBMIT, variables: { input } }));
};

const few = await residentAfter(FEW);
const many = await residentAfter(MANY);
const ratio = many / few;
process.stdout.write(
  `${line(`MB after ${FEW} signals`, [few])}\n${line(`MB after ${MANY} signals`, [many])}\n${line(`ratio, at most ${MOST_RATIO}`, [ratio])}\n`,
);
process.exitCode = ratio <= MOST_RATIO ? 0 : 1;

/** Resident memory when so many signals were acknowledged since the start and the service has come to rest. */
async function residentAfter(signals: number): Promise<number> {
  while (sent < signals) await ask(service.url, { question, connections: CONNECTIONS, ms: 500 });
  await wait(REST_MS);
  let least = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look += 1) {
    await wait(LOOK_MS);
    least = Math.min(least, await residentMb(service.pid));
  }
  return least;
}
