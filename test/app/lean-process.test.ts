// A service's process: small from its start on, the same process all along, and running exactly what stands in the sources.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startService, temporaryFolder } from '../support/executable.ts';

const APP = resolve(import.meta.dirname, '../../src/app');

describe.skipIf(process.platform !== 'linux')('a started service', () => {
  test('is the process that was started, with a small nursery, reading stripped sources', async () => {
    await using folder = await temporaryFolder();
    const service = await startService(folder.path);
    const words = (await readFile(`/proc/${service.child.pid}/cmdline`, 'utf8')).split('\0');
    const { pid } = JSON.parse(await readFile(join(folder.path, 'service.json'), 'utf8')) as { pid: number };
    expect(await service.stop()).toBe(0);
    expect(pid).toBe(service.child.pid);
    expect(words).toContain('--max-semi-space-size=8');
    expect(words).toContainEqual(expect.stringMatching(/^--import=file:.*\/stripped-sources-hook\.mjs$/));
    expect(service.stderr()).not.toContain('Warning');
  });
});

describe('the compilers of a lean process', () => {
  const lean = ['--max-semi-space-size=8', '--no-opt', '--no-maglev', '--allow-natives-syntax', '--input-type=module'];

  function run(work: string) {
    const script = `
      import { channel } from 'node:diagnostics_channel';
      import { awaitWork } from ${JSON.stringify(join(APP, 'lean-process.ts'))};
      import { mark } from ${JSON.stringify(join(APP, '../trace/trace.ts'))};
      const often = (a, b) => a + b;
      const isCompiled = () => {
        for (let i = 0; i < 1e5; i += 1) often(i, i);
        return (%GetOptimizationStatus(often) & 16) !== 0;
      };
      const request = () => channel('http.server.request.start').publish({});
      awaitWork();
      for (let i = 0; i < 199; i += 1) request();
      for (let i = 0; i < 100; i += 1) if (isCompiled()) console.log('too early');
      ${work};
      while (!isCompiled()) await new Promise(setImmediate);
      console.log('compiled');`;
    const { stdout, stderr } = spawnSync(process.execPath, [...lean, '--eval', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { stdout, stderr };
  }

  test.each(['request()', "mark('study.started', { id: 'x' })"])('rest until there is work: %s', (work) => {
    expect(run(work)).toEqual({ stdout: 'compiled\n', stderr: '' });
  });
});

test('what a start has left standing in the nursery is given back at its end', () => {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { giveBack } from ${JSON.stringify(join(APP, 'lean-process.ts'))};
    const nurseryMb = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 2 ** 20;
    const kept = [];
    for (let i = 0; i < 2e6; i += 1) kept[i % 20_000] = { i, more: [i] };
    const started = nurseryMb();
    giveBack();
    console.log(started > 4, nurseryMb() < 4);`;
  const words = ['--max-semi-space-size=8', '--expose-gc', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 20_000 });
  expect({ stdout, stderr }).toEqual({ stdout: 'true true\n', stderr: '' });
});

describe('stripped sources', () => {
  const WORD = `export const word: string = 'one';`;
  let root = '';
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'paramgate-stripped-')));
    await write('package.json', '{"type": "module"}');
    for (const name of ['stripped-sources.ts', 'stripped-sources-hook.ts']) {
      await cp(join(APP, name), join(root, 'src/app', name));
    }
    await write(
      'src/say.ts',
      `import { isMainThread, Worker } from 'node:worker_threads';
       import { word } from './word.ts';
       type Said = string;
       console.log(isMainThread ? 'main' : 'thread', word satisfies Said, import.meta.url);
       if (isMainThread) new Worker(new URL(import.meta.url));`,
    );
    await write('src/word.ts', WORD);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }

  function node(...words: readonly string[]) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', cwd: root, env });
    return { stdout, stderr };
  }

  function keep(): string {
    const { stdout } = node(
      '--input-type=module',
      '--eval',
      `import { strippedSources } from './src/app/stripped-sources.ts'; process.stdout.write(String(strippedSources()));`,
    );
    return stdout;
  }

  /** Without Node's own stripper, so that what runs can only be what was kept. */
  const say = (preload: string) => node('--no-experimental-strip-types', `--import=${preload}`, 'src/say.ts');

  test('run without the stripper, in threads too, under their own addresses', () => {
    const address = `file://${root}/src/say.ts`;
    expect(say(keep())).toEqual({ stdout: `main one ${address}\nthread one ${address}\n`, stderr: '' });
  });

  test('are kept: the same sources are stripped once', () => {
    expect(keep()).toBe(keep());
  });

  test('follow every change, even one that keeps the size of a file', async () => {
    const before = keep();
    const after = await change('two');
    expect(after).not.toBe(before);
    expect(say(after).stdout).toMatch(/^main two .*\nthread two .*\n$/);
  });

  test('are removed once sources have changed and nothing has started from them for an hour', async () => {
    const kept = join(root, 'node_modules/.cache/paramgate');
    const [used, unused] = [keep(), await change('two'), await change('three')].map(
      (address) => address.split('/').at(-3) ?? '',
    );
    for (const name of [used, unused]) await utimes(join(kept, name ?? ''), new Date(0), new Date(0));
    await write('src/word.ts', WORD);
    keep();
    await change('four');
    const left = await readdir(kept);
    expect(left).toHaveLength(3);
    expect(left).toContain(used);
    expect(left).not.toContain(unused);
  });

  async function change(word: string): Promise<string> {
    await write('src/word.ts', `export const word: string = '${word}';`);
    return keep();
  }

  test('are done without where nothing can be kept', async () => {
    await write('node_modules', 'a file where a folder should be');
    expect(keep()).toBe('undefined');
  });
});
