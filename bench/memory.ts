// What an idle service takes: resident memory of `start` without any configuration, some seconds after it is ready. Cold is a first start, with no
// stripped sources kept; warm is the next; built is what `npm pack` ships. `node bench/memory.ts` exits with 1 when one is over 120 MB.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MOST_MB = 120;
const LOOKS_S = [5, 30];
const ROOT = fileURLToPath(new URL('../', import.meta.url));

await rm(join(ROOT, 'node_modules/.cache/paramgate'), { recursive: true, force: true });
process.stdout.write(
  `resident MB of an idle service     ready ms ${LOOKS_S.map((s) => `${s} s`.padStart(8)).join('')}\n`,
);
await measure('sources, cold', 'src/main.ts');
await measure('sources, warm', 'src/main.ts');
if (existsSync(join(ROOT, 'dist/main.js'))) await measure('built', 'dist/main.js');

async function measure(name: string, main: string): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'paramgate-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const startedMs = performance.now();
  const child = spawn(process.execPath, [join(ROOT, main), 'start'], {
    env: { ...process.env, PARAMGATE_PORT: '0', PARAMGATE_DATA: folder, PARAMGATE_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  opened.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  if (!String(line).startsWith('paramgate ready')) throw new Error(`${name}: ${line}`);
  const readyMs = performance.now() - startedMs;
  const found: number[] = [];
  for (const [index, lookS] of LOOKS_S.entries()) {
    await wait((lookS - (LOOKS_S[index - 1] ?? 0)) * 1_000);
    found.push(await residentMb(child.pid));
  }
  const figures = found.map((mb) => mb.toFixed(0).padStart(8)).join('');
  process.stdout.write(`${name.padEnd(32)}${readyMs.toFixed(0).padStart(11)} ${figures}\n`);
  if (found.every((mb) => mb <= MOST_MB)) return;
  process.stderr.write(`${name}: not at most ${MOST_MB} MB\n`);
  process.exitCode = 1;
}

/** Resident memory of a process in MB (1,000,000 bytes); NaN, which is not at most anything, where the system does not tell. */
async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1.024e-3;
}
