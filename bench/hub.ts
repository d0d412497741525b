// What closed trades on InfluxDB cost: the read at the start of 10,000 and of 1,000,000 trades of 30 days, and a refresh after it. Each is measured in a
// process of its own, whose hub is another process that makes the trades up; with INFLUX_TEST_URL, INFLUX_TEST_TOKEN and INFLUX_TEST_ORG also against
// that server, in whatever its bucket of closed trades holds. `node bench/hub.ts` exits with 1 when a promise is not kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { DEFAULT_BIN_EDGES } from '../src/domain/leverage-bin.ts';
import { DEFAULT_HUB_NAMES } from '../src/store/influx/bucket-names.ts';
import { influxTrades } from '../src/store/influx/trade-store.ts';
import { start } from './support/child.ts';
import { median } from './support/load.ts';

const DAY_MS = 86_400_000;
const REFRESHES = 31;
const MOST_CPU_S = { few: 6, all: 8 };
const MOST_RESIDENT_MB = 200;
const MOST_RATIO = 1.5;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Figures {
  readonly trades: number;
  readonly rows: number;
  readonly megabytes: number;
  readonly wallS: number;
  readonly cpuS: number;
  readonly peakMb: number;
  readonly idleMb: number;
  readonly longestMs: number;
  readonly refreshMs: number;
  readonly refreshBytes: number;
  readonly refreshCpuMs: number;
}

const [mode, url = '', nowText = '', token = 'bench', org = 'fleet'] = process.argv.slice(2);
if (mode === 'measure') process.stdout.write(JSON.stringify(await measure(url, Number(nowText), { token, org })));
else await compare();

/** In this process: the first question and some more, half a minute of the hub's time apart. */
async function measure(
  hub: string,
  nowMs: number,
  access: { readonly token: string; readonly org: string },
): Promise<Figures> {
  const idleMb = await peakMb('VmRSS');
  let cost = { rows: 0, bytes: 0 };
  const trades = influxTrades({
    influx: { url: hub, ...access, gzip: false },
    names: DEFAULT_HUB_NAMES,
    folder: null,
    log: silent,
    onCost: (one) => {
      cost = one;
    },
  });
  const ask = (toMs: number) => trades.sums({ fromMs: toMs - 30 * DAY_MS, toMs, edges: DEFAULT_BIN_EDGES });
  let [last, longestMs] = [performance.now(), 0];
  const ticking = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last - 1);
    last = performance.now();
  }, 1);
  const [cpuBefore, startedMs] = [process.cpuUsage(), performance.now()];
  const sums = await ask(nowMs);
  clearInterval(ticking);
  const wallS = (performance.now() - startedMs) / 1_000;
  const cpuS = seconds(process.cpuUsage(cpuBefore));
  const { rows, bytes } = cost;
  const peak = await peakMb('VmHWM');
  const times: number[] = [];
  const read: number[] = [];
  const cpuStart = process.cpuUsage();
  for (let turn = 1; turn <= REFRESHES; turn += 1) {
    const askedMs = performance.now();
    await ask(nowMs + turn * 1_000);
    times.push(performance.now() - askedMs);
    read.push(cost.bytes);
  }
  const refreshCpuMs = (seconds(process.cpuUsage(cpuStart)) * 1_000) / REFRESHES;
  await trades.close();
  return {
    trades: sums.reduce((total, one) => total + one.trades, 0),
    ...{ rows, megabytes: bytes / 1e6, wallS, cpuS, peakMb: peak, idleMb, longestMs },
    ...{ refreshMs: median(times), refreshBytes: median(read), refreshCpuMs },
  };
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

/** A line of the process' own status in MB (1,000,000 bytes); NaN where the system does not tell. */
async function peakMb(name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1.024e-3;
}

async function compare(): Promise<void> {
  const nowMs = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
  const heads = [
    'trades',
    'rows',
    'MB',
    'wall s',
    'CPU s',
    'rows/s',
    'peak MB',
    'before',
    'longest ms',
    'refresh ms',
    'bytes',
    'CPU ms',
  ];
  process.stdout.write(`${'closed trades'.padEnd(22)}${heads.map((head) => head.padStart(11)).join('')}\n`);
  // A refresh reads what is new: two histories are compared after an hour in which nothing was closed, and the larger one as it goes on beside them.
  const quietMs = nowMs - 3_600_000;
  const small = await against('10 k', ['10000', 'few', String(quietMs)], nowMs);
  const large = await against('1 M', ['1000000', 'few', String(quietMs)], nowMs);
  const own = await against('1 M, all fields, busy', ['1000000', 'all', String(nowMs)], nowMs);
  const ratio = large.refreshMs / small.refreshMs;
  const bytes = large.refreshBytes / small.refreshBytes;
  process.stdout.write(`refresh, 1 M : 10 k     time ${ratio.toFixed(2)}, bytes ${bytes.toFixed(2)}\n`);
  const { INFLUX_TEST_URL: real, INFLUX_TEST_TOKEN: key, INFLUX_TEST_ORG: orgName } = process.env;
  if (real !== undefined && key !== undefined && orgName !== undefined) {
    print('real server', await child([real, String(Date.now()), key, orgName]));
  }
  const broken = [
    ...(large.trades >= 990_000 && own.trades >= 999_000 ? [] : ['not every trade was counted']),
    ...(large.cpuS < MOST_CPU_S.few && own.cpuS < MOST_CPU_S.all ? [] : ['too much CPU at the start']),
    ...[large, own].flatMap(({ peakMb: mb }) => (mb < MOST_RESIDENT_MB ? [] : [`${mb.toFixed(0)} MB resident`])),
    ...(ratio < MOST_RATIO && bytes < MOST_RATIO
      ? []
      : [`a refresh takes ${ratio.toFixed(2)} times as long with 100 times the history`]),
  ];
  for (const what of broken) process.stderr.write(`${what}\n`);
  if (broken.length > 0) process.exitCode = 1;
}

async function against(name: string, held: readonly string[], nowMs: number): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const file = new URL('support/trade-hub.ts', import.meta.url).pathname;
  const hub = await start(stack, [file, ...held]);
  const figures = await child([hub.url.origin, String(nowMs)]);
  print(name, figures);
  return figures;
}

async function child(words: readonly string[]): Promise<Figures> {
  const measured = spawn(process.execPath, [new URL(import.meta.url).pathname, 'measure', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  measured.stdout.on('data', (part) => {
    text += part;
  });
  await once(measured, 'close');
  return JSON.parse(text) as Figures;
}

function print(name: string, figures: Figures): void {
  const { trades, rows, megabytes, wallS, cpuS, peakMb: peak, idleMb, longestMs } = figures;
  const values = [trades, rows, megabytes, wallS, cpuS, rows / cpuS, peak, idleMb, longestMs];
  const all = [...values, figures.refreshMs, figures.refreshBytes, figures.refreshCpuMs];
  const text = (value: number) => value.toFixed(value < 100 ? 2 : 0).padStart(11);
  process.stdout.write(`${name.padEnd(22)}${all.map(text).join('')}\n`);
}
