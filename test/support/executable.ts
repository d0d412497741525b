// Starts the real executable in a child process, as its users do, and talks to it over HTTP.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CRASH_AT = new URL('./crash-at.ts', import.meta.url).href;

export interface Service {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything written to standard error so far. */
  stderr(): string;
  /** Data of a GraphQL operation; throws when the answer carries errors. */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** SIGTERM and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL and the end of the process. */
  kill(): Promise<void>;
  /** Resolves with the exit signal or code once the process has ended by itself. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
}

export interface StartOptions {
  readonly command?: 'start' | 'gateway' | 'worker';
  readonly env?: Record<string, string>;
  /** Kills the process by SIGKILL when it passes this point of #trace for the n-th time: `signal.committed` or `signal.committed:3`. */
  readonly crashAt?: string;
}

/** A temporary data folder that is removed with the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'paramgate-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The environment of a test service: nothing of the machine's own configuration leaks in. */
export function cleanEnv(extra: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(PARAMGATE_|INFLUX_|NODE_OPTIONS|VITEST)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** Starts the service on a free port and waits for its ready line; rejects with its standard error when it ends before. */
export async function startService(dataFolder: string, options: StartOptions = {}): Promise<Service> {
  const env = cleanEnv({
    PARAMGATE_PORT: '0',
    PARAMGATE_DATA: dataFolder,
    PARAMGATE_LOG_LEVEL: 'info',
    ...options.env,
  });
  const args = [MAIN, options.command ?? 'start'];
  if (options.crashAt !== undefined) {
    env.CRASH_AT = options.crashAt;
    env.NODE_OPTIONS = `--import ${CRASH_AT}`;
  }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  let stdout = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as NodeJS.Signals | number | null);
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const match = /^paramgate(?: worker)? ready(?: on (\S+)\/graphql)?$/m.exec(stdout);
      if (match !== null) resolve(match[1] ?? '');
    });
    ended.then((how) => reject(new Error(`the service ended (${how}) before it was ready: ${stderr}`)));
  });
  const url = await ready;
  return {
    url,
    child,
    stderr: () => stderr,
    ended,
    ask: (query, variables) => ask(url, query, variables),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** One GraphQL request; throws with the first error's message when there are errors. */
export async function ask<T>(url: string, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: T; errors?: { message: string; extensions?: unknown }[] };
  const first = body.errors?.[0];
  if (first !== undefined) throw new Error(`${first.message} ${JSON.stringify(first.extensions ?? {})}`);
  return body.data as T;
}

/** Asks again until `check` accepts the answer; the test's own timeout ends it. */
export async function until<T>(read: () => Promise<T>, check: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (check(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
