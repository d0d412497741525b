// What runs inside the bots is tested in its own language, against the real service. Without python3 that is said as a skipped test, not hidden.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cleanEnv } from '../support/executable.ts';

const TESTS = resolve(import.meta.dirname, '../../adapters/freqtrade/tests');
const MINUTES = 60_000;
const OLDEST = '3.10';

/** What a Python says of itself, when it is new enough and can do what `asked` imports; undefined otherwise. */
function versionOf(python: string, asked = ''): string | undefined {
  const code = `import sys; ${asked}\nassert sys.version_info >= (${OLDEST.replace('.', ', ')})\nprint(sys.version.split()[0])`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function unittest(python: string, module: string): Promise<{ readonly code: number; readonly said: string }> {
  const env = cleanEnv({ PARAMGATE_TEST_NODE: process.execPath, PYTHONDONTWRITEBYTECODE: '1' });
  const child = spawn(python, ['-W', 'ignore::ResourceWarning', '-m', 'unittest', module], { cwd: TESTS, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

const modules = globSync('test_*.py', { cwd: TESTS })
  .map((file) => basename(file, '.py'))
  .sort();
const inFreqtrade = modules.filter((module) => module.startsWith('test_freqtrade'));
const plain = modules.filter((module) => !inFreqtrade.includes(module));

const version = versionOf('python3');
describe.skipIf(version === undefined)(
  `the adapter by itself (python3 ${version ?? `of at least ${OLDEST} is not here`})`,
  () => {
    test.each(plain)('%s', { timeout: 5 * MINUTES }, async (module) => {
      const { code, said } = await unittest('python3', module);
      expect(said).toMatch(/^Ran [1-9]\d* tests? in /m);
      expect(code, said).toBe(0);
    });
  },
);

test('there are Python tests to run', () => {
  expect(plain.length).toBeGreaterThan(4);
  expect(inFreqtrade.length).toBeGreaterThan(0);
});

const withFreqtrade = process.env.PARAMGATE_TEST_FREQTRADE === '1';
describe.skipIf(!withFreqtrade)('the adapter in the real freqtrade (PARAMGATE_TEST_FREQTRADE=1)', () => {
  const python = process.env.PARAMGATE_TEST_PYTHON ?? 'python3';

  test('is there', () => {
    expect(
      versionOf(python, 'import freqtrade'),
      `${python} has no freqtrade; name one in PARAMGATE_TEST_PYTHON`,
    ).toBeDefined();
  });

  test.each(inFreqtrade)('%s', { timeout: 10 * MINUTES }, async (module) => {
    const { code, said } = await unittest(python, module);
    expect(said).toMatch(/^Ran [1-9]\d* tests? in /m);
    expect(code, said).toBe(0);
  });
});
