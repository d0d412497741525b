// The command line as a process: exit codes, one-line failures, masked secrets, and the log on standard error.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const KEY = 'do-not-show-this-key';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paramgate-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(process.execPath, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('close', (exitCode) => done({ exitCode, stdout, stderr }));
  });
}

const paramgate = (words: readonly string[], env?: Readonly<Record<string, string>>) => run([MAIN, ...words], env);

describe('exit codes', () => {
  test('--version prints the version and ends with 0', async () => {
    expect(await paramgate(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('--help lists every command and ends with 0', async () => {
    const { exitCode, stdout } = await paramgate(['--help']);
    expect(exitCode).toBe(0);
    for (const command of ['start', 'gateway', 'worker', 'search', 'simulate', 'config', 'demo']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
  });

  test.each([[['nonsense']], [['config', '--nonsense']], [['config', 'extra']], [[]]])(
    '%j is wrong usage: 2',
    async (words) => {
      const { exitCode, stdout, stderr } = await paramgate(words);
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).not.toMatch(/^ +at /m);
      expect(stderr).not.toBe('');
    },
  );

  test.each(['config', 'start', 'gateway', 'worker'])(
    '%s with a wrong configuration: every mistake on one line, 2',
    async (command) => {
      const { exitCode, stdout, stderr } = await paramgate([command], {
        PARAMGATE_PORT: 'x',
        PARAMGATE_RISK_CAP_PCT: '1',
      });
      expect(exitCode).toBe(2);
      expect(stdout).toBe('');
      expect(stderr.trimEnd().split('\n')).toEqual([
        expect.stringMatching(/^paramgate: PARAMGATE_PORT: /),
        expect.stringMatching(/^paramgate: PARAMGATE_RISK_CAP_PCT: /),
      ]);
    },
  );
});

describe('paramgate config', () => {
  const env = {
    PARAMGATE_BOT_LONG: `http://user:${KEY}@127.0.0.1:8080`,
    PARAMGATE_KEYS: `feeder/75b:${KEY}`,
    PARAMGATE_FEEDER_BASIC: `user:${KEY}`,
    PARAMGATE_PORT: '4100',
  };

  test('shows every value and where it comes from', async () => {
    await writeFile(join(folder, 'paramgate.json'), '{"figuresSeconds": 7}');
    const { exitCode, stdout } = await paramgate(['config'], env);
    await rm(join(folder, 'paramgate.json'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^port +4100 +environment PARAMGATE_PORT$/m);
    expect(stdout).toMatch(/^figuresSeconds +7 +file .*paramgate\.json$/m);
    expect(stdout).toMatch(/^workerPort +- +default$/m);
    expect(stdout).toMatch(/^keys .*75b/m);
  });

  test('--json prints one document', async () => {
    const { settings } = JSON.parse((await paramgate(['config', '--json'], env)).stdout) as {
      settings: { key: string }[];
    };
    expect(settings.find(({ key }) => key === 'port')).toEqual({
      key: 'port',
      variable: 'PARAMGATE_PORT',
      value: 4100,
      from: 'environment PARAMGATE_PORT',
    });
    expect(settings.find(({ key }) => key === 'botLong')).toMatchObject({
      value: { url: 'http://127.0.0.1:8080', username: 'user', password: '***' },
    });
  });

  test.each([[['config']], [['config', '--json']]])('%j masks secrets', async (words) => {
    const { stdout, stderr } = await paramgate(words, env);
    expect(stdout).toContain('***');
    expect(stdout + stderr).not.toContain(KEY);
  });
});

test('the log: JSON lines on standard error from its level on, errors told, secrets blanked', async () => {
  const script = `
    import { openLog } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/app/log.ts'))};
    const log = openLog('info');
    log.debug({}, 'not this');
    log.info({ bot: { name: 'BOT1', password: '${KEY}' }, key: '${KEY}' }, 'one');
    log.error({ error: new Error('broken') }, 'two');
  `;
  const { stdout, stderr } = await run(['--input-type=module', '--eval', script]);
  expect(stdout).toBe('');
  expect(stderr).not.toContain(KEY);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toEqual([
    expect.objectContaining({ level: 'info', msg: 'one', bot: { name: 'BOT1', password: '***' } }),
    expect.objectContaining({ level: 'error', msg: 'two', error: expect.objectContaining({ message: 'broken' }) }),
  ]);
});
