// The load of the hub's chaos: signals over GraphQL and over the feeders' REST, closed trades (some recorded again with other figures), imported candles and
// entries, and searches that publish. Each remembers what was acknowledged; what got no answer may be in the journal or not.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cleanEnv } from '../test/support/executable.ts';
import type { Chance } from './chaos-chance.ts';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const SUBMIT = 'mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }';
const RECORD = 'mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }';
const FIVE_MS = 300_000;
const HOUR_MS = 3_600_000;
const CANDLES = 1_200;
export const OPERATOR = 'operator-key-of-the-chaos';
export const FEEDER = 'feeder:secret-password';

/** What was acknowledged: ids of signals and trades, pairs whose candles and entries were imported, pairs whose levels were published. */
export interface HubLoad {
  readonly signals: readonly string[];
  readonly trades: readonly string[];
  readonly imported: readonly string[];
  readonly published: readonly string[];
  /** Stops; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface HubLoadOptions {
  readonly chance: Chance;
  /** Empty; candles and entries are made here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly url: () => string | undefined;
  /** How many searches publish. */
  readonly searches: number;
  readonly imports: number;
}

export function startHubLoad({ chance, folder, env, url, searches, imports }: HubLoadOptions): HubLoad {
  const signals: string[] = [];
  const trades: string[] = [];
  const imported: string[] = [];
  const published: string[] = [];
  let isStopped = false;
  const sinceMs = Date.now();

  const post = async (path: string, authorization: string, body: object): Promise<Record<string, unknown>> => {
    const to = url();
    if (to === undefined) throw new Error('no service');
    const response = await fetch(`${to}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`${response.status}`);
    const answer = (await response.json()) as Record<string, unknown>;
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return answer;
  };
  const ask = (query: string, variables: object) => post('/graphql', `Bearer ${OPERATOR}`, { query, variables });
  const over = async (one: (at: number) => Promise<void>) => {
    for (let at = 0; !isStopped; at += 1) await one(at).catch(() => wait(40));
  };

  const graphql = async (at: number) => {
    const input = { pair: `G${at}/USDT`, side: chance.pick(['LONG', 'SHORT']), source: '75a', confidence: 0.9 };
    const { data } = await ask(SUBMIT, { input });
    signals.push((data as { submitSignal: { signal: { id: string } } }).submitSignal.signal.id);
    await wait(chance.between(0, 30));
  };
  const rest = async (at: number) => {
    const order = { pair: `R${at}/USDT`, side: 'long', leverage: 3, entry_tag: 'long from 75b conf=0.89' };
    const { status } = await post('/api/v1/forceenter', `Basic ${btoa(FEEDER)}`, order);
    const id = /^Signal (\w+) accepted/.exec(String(status))?.[1];
    if (id !== undefined) signals.push(id);
    await wait(chance.between(0, 30));
  };
  const record = async (at: number) => {
    const pair = `T${at % 50}/USDT`;
    const levels = { stopLossPct: -1.5, takeProfitPct: 1, leverage: chance.between(1, 10) };
    const times = {
      openedAt: new Date(sinceMs - HOUR_MS).toISOString(),
      closedAt: new Date(sinceMs + at).toISOString(),
    };
    const one = { bot: 'BOT3', tradeId: String(at), pair, side: 'LONG', profitPct: at / 100, ...levels, ...times };
    await ask(RECORD, { trades: [one] });
    trades.push(one.tradeId);
    if (chance.happens(0.1)) await ask(RECORD, { trades: [{ ...one, profitPct: -at / 100 }] });
    await wait(chance.between(0, 30));
  };
  const command = (words: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { env: cleanEnv({ ...env, PARAMGATE_CANDLES: folder }), timeout: 60_000, maxBuffer: 2 ** 26 };
      execFile(process.execPath, [MAIN, ...words], options, (error, out) => (error ? reject(error) : resolve(out)));
    });
  const importing = async () => {
    for (let at = 0; at < imports && !isStopped; at += 1) {
      const pair = `C${at}/USDT`;
      const file = await writeSeries(folder, pair);
      const entries = ['import', 'signals', '--pair', pair, '--entries', file, '--json'];
      // The same command again is safe, whether or not the one before it got through.
      for (const words of [['import', 'candles', '--pair', pair, '--json'], entries])
        while (
          !isStopped &&
          !(await command(words).then(
            () => true,
            () => false,
          ))
        )
          await wait(200);
      if (!isStopped) imported.push(pair);
    }
  };
  const publishing = async () => {
    for (let at = 0; at < searches && !isStopped; at += 1) {
      const pair = `EDGE${at}/USDT`;
      const file = await writePlantedMarket(folder, pair);
      const words = ['search', '--pair', pair, '--timeframe', '1h', '--entries', file, '--publish', '--json'];
      const said = await command([
        ...words,
        '--stop',
        '-3:-0.5:0.1',
        '--target',
        '0.2:4:0.1',
        '--max-hold',
        '24',
      ]).catch(() => '{}');
      if ((JSON.parse(said) as { published?: boolean }).published === true) published.push(pair);
    }
  };
  const running = [over(graphql), over(rest), over(record), importing(), publishing()];
  return {
    signals,
    trades,
    imported,
    published,
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

/** Candles of `pair`, and a file of entries, whose name is returned. */
async function writeSeries(folder: string, pair: string): Promise<string> {
  const base = pair.replace('/', '_');
  const fromMs = Date.UTC(2026, 0, 1);
  const rows = Array.from({ length: CANDLES }, (_, at) => [
    fromMs + at * FIVE_MS,
    100 + at,
    102 + at,
    99,
    101 + at,
    at,
  ]);
  await writeFile(join(folder, `${base}-5m.json`), JSON.stringify(rows));
  const lines = rows.slice(0, 40).map(([timeMs], at) => `${timeMs},${at % 2 === 0 ? 'long' : 'short'}`);
  const file = join(folder, `${base}.csv`);
  await writeFile(file, `time,side\n${lines.join('\n')}\n`);
  return file;
}

/** Hourly candles that leap up twice a day, and entries before each leap: a search finds levels and publishes them. */
async function writePlantedMarket(folder: string, pair: string): Promise<string> {
  const base = pair.replace('/', '_');
  let state = 12_345;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  let price = 100;
  const rows = Array.from({ length: 24 * 150 }, (_, index) => {
    const open = price;
    price = open * (1 + (index % 12 === 11 ? 0.025 : -0.025 / 11) + noise() * 0.002);
    const high = Math.max(open, price) * (1 + Math.abs(noise()) * 0.0005);
    const low = Math.min(open, price) * (1 - Math.abs(noise()) * 0.0005);
    return [Date.UTC(2026, 0, 1) + index * HOUR_MS, open, high, low, price, 1];
  });
  await writeFile(join(folder, `${base}-1h.json`), JSON.stringify(rows));
  const file = join(folder, `${base}.csv`);
  const lines = rows.flatMap(([timeMs], index) => (index % 12 === 10 ? [`${timeMs},long`] : []));
  await writeFile(file, `time,side\n${lines.join('\n')}\n`);
  return file;
}
