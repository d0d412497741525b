// One life of a process of the service: from its start to its end, whoever ends it. It can be killed at a point of the trace, frozen and thawed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { cleanEnv } from '../test/support/executable.ts';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;
const CRASH_AT = new URL('../test/support/crash-at.ts', import.meta.url).href;

export type Role = 'start' | 'gateway' | 'worker';

export interface Life {
  readonly role: Role;
  /** Where it serves; undefined before it is ready, after its end, and for a worker. */
  url(): string | undefined;
  isEnded(): boolean;
  /** Resolves when it said that it is ready, or has ended. */
  readonly ready: Promise<void>;
  /** Resolves with the signal or the exit code. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  /** Sends a signal; nothing when it has ended. */
  send(signal: NodeJS.Signals): void;
}

export interface LifeOptions {
  readonly env: Readonly<Record<string, string>>;
  /** A point of the trace to be killed at, `signal.committed:3`: its third pass. */
  readonly crashAt: string | undefined;
  /** Its standard error goes here. */
  readonly log: string;
}

/** Processes that live; none outlives this one, however it ends. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a process of the service; does not wait for it to be ready. */
export function startLife(role: Role, { env, crashAt, log }: LifeOptions): Life {
  const crashing = crashAt === undefined ? {} : { CRASH_AT: crashAt, NODE_OPTIONS: `--import ${CRASH_AT}` };
  const stderr = openSync(log, 'a');
  const child = spawn(process.execPath, [MAIN, role], {
    env: cleanEnv({ ...env, ...crashing }),
    stdio: ['ignore', 'pipe', stderr],
  });
  closeSync(stderr);
  living.add(child);
  let url: string | undefined;
  let isEnded = false;
  const ended = once(child, 'exit').then(([code, signal]): NodeJS.Signals | number | null => {
    isEnded = true;
    living.delete(child);
    return signal ?? code;
  });
  const ready = new Promise<void>((resolve) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const match = /^paramgate(?: worker)? ready(?: on (\S+)\/graphql)?$/m.exec(said);
      if (match === null) return;
      url = match[1];
      resolve();
    });
    void ended.then(() => resolve());
  });
  return {
    role,
    url: () => (isEnded ? undefined : url),
    isEnded: () => isEnded,
    ready,
    ended,
    send: (signal) => {
      if (!isEnded) child.kill(signal);
    },
  };
}
