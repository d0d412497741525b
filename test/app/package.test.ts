// What `npm pack` makes is a whole service: installed from the tarball into an empty folder it starts, serves and ends, and an old Node is told apart in one line.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MINUTES = 60_000;
const outsideOfModules = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
const KEPT_NPM_SETTINGS = /^npm_config_(cache|registry|userconfig|globalconfig)$/i;

let folder = '';
const started: ChildProcess[] = [];

/** Our own environment without what `npm run` added, so that npm works in the empty folder as it would for anyone. */
function environment(nodeFolder: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      (!/^(npm_|PARAMGATE_|INFLUX_|NODE_)/i.test(name) || KEPT_NPM_SETTINGS.test(name)) && name !== 'INIT_CWD',
  );
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, ...outsideOfModules].join(delimiter) } as Record<
    string,
    string
  >;
}

const thisNode = environment(dirname(process.execPath));

function run(
  command: string,
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
) {
  return spawnSync(command, words, { encoding: 'utf8', env: thisNode, timeout: 4 * MINUTES, ...options });
}

/** A Node older than 24 of this machine, as its folder; undefined when it has none. */
function oldNodeFolder(): string | undefined {
  return outsideOfModules.find((path) => {
    if (!existsSync(join(path, 'node'))) return false;
    const { stdout } = spawnSync(join(path, 'node'), ['--version'], { encoding: 'utf8' });
    return Number.parseInt(stdout.slice(1), 10) < 24;
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'paramgate-package-'));
  const packed = run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack made no tarball: ${packed.stdout}${packed.stderr}`);
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  const installed = run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
  if (installed.status !== 0) throw new Error(`npm install failed: ${installed.stdout}${installed.stderr}`);
}, 5 * MINUTES);
afterAll(() => {
  for (const { pid } of started) killGroup(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('the installed package', () => {
  test('says its version', () => {
    const { status, stdout } = run('npx', ['paramgate', '--version'], { cwd: folder });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });

  test('carries the built service and nothing to build or test it with', () => {
    const content = readdirSync(join(folder, 'node_modules/paramgate'), { recursive: true }).map(String);
    expect(content).toContain(join('dist', 'main.js'));
    expect(content).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']));
    expect(content.filter((path) => /(?<!\.d)\.ts$|^(test|tools|bench|src)\b/.test(path))).toEqual([]);
    const ofAdapter = content.filter((path) => path.startsWith(join('adapters', 'freqtrade')) && /\.\w+$/.test(path));
    expect(ofAdapter).toEqual(
      expect.arrayContaining(
        ['paramgate.py', 'paramgate_feeder.py', 'pyproject.toml'].map((name) => join('adapters/freqtrade', name)),
      ),
    );
    expect(ofAdapter.filter((path) => /test|pycache|\.pyc$/.test(path))).toEqual([]);
  });

  test(
    'starts, answers a question, and ends on SIGTERM',
    async () => {
      const child = start(process.execPath, ['node_modules/paramgate/dist/main.js', 'start']);
      const ended = new Promise<number | null>((done) => child.on('exit', done));
      const response = await fetch(await readyUrl(child), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ exitParams(pair: "BTC/USDT", leverage: 3) { source } }' }),
      });
      expect(await response.json()).toEqual({ data: { exitParams: { source: 'FALLBACK' } } });
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
    MINUTES,
  );

  test(
    'npx starts it, too',
    async () => {
      const child = start('npx', ['paramgate', 'start']);
      const ended = new Promise((done) => child.on('exit', done));
      expect(await readyUrl(child)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
      killGroup(child.pid, 'SIGTERM');
      await ended;
    },
    MINUTES,
  );

  test('has a client that programs can name, with its types', { timeout: MINUTES }, () => {
    const program = `
      import { connect, ParamgateError } from 'paramgate/client';
      const client = connect({ url: 'http://127.0.0.1:1', retries: 0 });
      try {
        const { position } = await client.exitParams({ pair: 'BTC/USDT', leverage: 3 });
        const stop: number = position.stopLossPct;
        console.log(stop);
      } catch (error) {
        console.log(error instanceof ParamgateError ? error.code : error);
      }
    `;
    writeFileSync(join(folder, 'program.mts'), program);
    writeFileSync(join(folder, 'wrong.mts'), program.replace('leverage: 3', "leverage: '3'"));
    const checked = (file: string) => {
      const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', '--types', '', file];
      return run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options], { cwd: folder });
    };
    expect(checked('program.mts').stdout).toBe('');
    expect(checked('wrong.mts').stdout).toContain("Type 'string' is not assignable to type 'number'");
    expect(run(process.execPath, ['program.mts'], { cwd: folder }).stdout).toBe('UNREACHABLE\n');
  });

  test('says in one line that Node is too old', ({ skip }) => {
    const oldNode = oldNodeFolder();
    skip(oldNode === undefined, 'this machine has no Node older than 24 to try');
    const { status, stdout, stderr } = run('npx', ['paramgate', 'start'], {
      cwd: folder,
      env: environment(oldNode ?? ''),
    });
    expect(withoutNpm(stderr)).toMatch(/^paramgate: needs Node\.js 24 or newer, this is \d+\.\d+\.\d+\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

/** A child in a process group of its own, so that what it starts ends with it. */
function start(command: string, words: readonly string[]): ChildProcess {
  const child = spawn(command, words, { cwd: folder, env: { ...thisNode, PARAMGATE_PORT: '0' }, detached: true });
  started.push(child);
  return child;
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const hear = (more: Buffer) => {
      text += more.toString();
      const url = /^paramgate ready on (\S+)$/m.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('exit', () => reject(new Error(`ended before it was ready: ${text}`)));
  });
}

/** What the package itself said: npm puts warnings of its own before it. */
function withoutNpm(text: string): string {
  return text.replace(/^npm .*\n/gm, '');
}
