// The demo's service: the real executable in a child process, on a free port, with the data folder of the demo.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** A running service and how to ask it. */
export interface RunningService extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/graphql` */
  readonly graphqlUrl: string;
  /** Data of an operation; throws with the first error's words when there are errors. */
  ask<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
}

/** Starts `executable start` with `env` on top of this process's own; rejects with its last words when it ends before it is ready. */
export async function startService(executable: string, env: Readonly<Record<string, string>>): Promise<RunningService> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PARAMGATE_|INFLUX_)/.test(name));
  const child = spawn(process.execPath, [executable, 'start'], {
    env: { ...Object.fromEntries(inherited), ...env, PARAMGATE_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const lastWords = tail(child.stderr);
  const graphqlUrl = await readyLine(child.stdout, ended, lastWords);
  return {
    graphqlUrl,
    ask: async <T>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<T> => {
      const response = await fetch(graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as { data: T; errors?: { message: string }[] };
      if (answer.errors?.[0] !== undefined) throw new Error(answer.errors[0].message);
      return answer.data;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function tail(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-2_000);
  });
  return () => text;
}

function readyLine(stdout: Readable, ended: Promise<unknown>, lastWords: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const url = /ready on (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    ended.then(() => reject(new Error(`the service ended before it was ready:\n${lastWords()}`)));
  });
}
