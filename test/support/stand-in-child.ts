// A stand-in InfluxDB in a process of its own, to be killed, frozen, and started again on the same port.
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, child } from './child.ts';
import type { StandInOptions } from './influx/stand-in.ts';
import type { StandInOrder } from './influx/stand-in-process.ts';

const PROCESS = new URL('./influx/stand-in-process.ts', import.meta.url).pathname;

export interface StandInChild extends AsyncDisposable {
  readonly url: string;
  /** Gives an order and returns its answer. */
  order<T = unknown>(order: StandInOrder): Promise<T>;
  freeze(): void;
  thaw(): void;
  /** SIGKILL, and a new one on the same port after `awayMs` (0), which knows what the old one kept (`keptIn`). */
  startAgain(awayMs?: number): Promise<void>;
  /** The same, but the new one knows nothing. */
  startAgainEmpty(awayMs?: number): Promise<void>;
  kill(): Promise<void>;
}

export async function standInChild(options: StandInOptions): Promise<StandInChild> {
  const start = async (port: number): Promise<{ process: Child; url: string }> => {
    const process = child([PROCESS, JSON.stringify({ ...options, port })]);
    return { process, url: await process.line() };
  };
  let running = await start(0);
  const { url } = running;
  let last: Promise<unknown> = Promise.resolve();
  const order = <T>(given: StandInOrder): Promise<T> => {
    const answer = last.then(async () => {
      running.process.process.stdin?.write(`${JSON.stringify(given)}\n`);
      return JSON.parse(await running.process.line()) as T;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  const kill = async () => running.process[Symbol.asyncDispose]();
  const again = async (awayMs = 0) => {
    await kill();
    await wait(awayMs);
    running = await start(Number(new URL(url).port));
  };
  return {
    url,
    order,
    freeze: () => void running.process.process.kill('SIGSTOP'),
    thaw: () => void running.process.process.kill('SIGCONT'),
    startAgain: (awayMs) => again(awayMs),
    startAgainEmpty: async (awayMs) => {
      await kill();
      if (options.keptIn !== undefined) await rm(options.keptIn, { force: true });
      await again(awayMs);
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
