// `npm test`: every check, each run even when an earlier one failed, so that one run tells everything. The last line says how many tests passed and failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Checks before the tests: a name and the npm script that makes it. */
const CHECKS = [
  ['types', 'types'],
  ['style and rooms', 'lint'],
  ['dead code', 'dead-code'],
  ['schema', 'schema:check'],
  ['generated code', 'codegen:check'],
  ['configuration table', 'docs:check'],
] as const;

const failed = CHECKS.filter(([name, script]) => !passes(name, script)).map(([name]) => name);
const tests = runTests();
if (failed.length > 0) process.stdout.write(`failed checks: ${failed.join(', ')}\n`);
process.stdout.write(`tests: ${tests.line}\n`);
process.exitCode = failed.length === 0 && tests.ok ? 0 : 1;

/** Whether `script` succeeds; its output is shown only when it does not. */
function passes(name: string, script: string): boolean {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script], { encoding: 'utf8' });
  process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'FAILED'}\n`);
  if (status !== 0) process.stdout.write(`${stdout}${stderr}\n`);
  return status === 0;
}

interface Totals {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly success: boolean;
}

function runTests(): { readonly ok: boolean; readonly line: string } {
  const folder = mkdtempSync(join(tmpdir(), 'paramgate-check-'));
  try {
    const report = join(folder, 'tests.json');
    const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { status } = spawnSync('vitest', words, { stdio: 'inherit' });
    const totals = JSON.parse(readFileSync(report, 'utf8')) as Totals;
    const skipped = totals.numPendingTests > 0 ? `, ${totals.numPendingTests} skipped` : '';
    const around = status !== 0 && totals.numFailedTests === 0 ? ', and something went wrong around them' : '';
    const line = `${totals.numPassedTests} passed, ${totals.numFailedTests} failed${skipped}${around}`;
    return { ok: status === 0 && totals.success, line };
  } catch (error) {
    return {
      ok: false,
      line: `0 passed, 0 failed: they did not run (${error instanceof Error ? error.message : error})`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
