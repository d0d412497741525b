// A child process running one of the tests' scripts on this Node: its lines as they come, its end, and never left behind.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  /** The next line of standard output; rejects with standard error when the process ends first. */
  line(): Promise<string>;
  /** All further lines until it ends. */
  lines(): Promise<readonly string[]>;
  /** Resolves when it has ended: its exit code or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** Starts `command` (by default this Node on a script with arguments). */
export function child(args: readonly string[], options: SpawnOptions & { readonly command?: string } = {}): Child {
  const { command = process.execPath, ...rest } = options;
  const started = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], ...rest });
  let errors = '';
  started.stderr?.on('data', (bytes: Buffer) => {
    errors += bytes.toString();
  });
  if (started.stdout === null) throw new Error('a child of a test has a standard output');
  const reader = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const ended = once(started, 'close').then(([code, signal]) => (signal ?? code) as number | string);
  return {
    process: started,
    line: async () => {
      const next = await reader.next();
      if (next.done === true) throw new Error(`the process ended (${await ended}): ${errors}`);
      return next.value;
    },
    lines: async () => {
      const all: string[] = [];
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) all.push(next.value);
      return all;
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      started.kill('SIGKILL');
      await ended;
    },
  };
}
