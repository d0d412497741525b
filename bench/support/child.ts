// Child processes of a bench: started until they say where they serve, ended with the bench, and asked what they use of the machine.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

export interface Server {
  readonly url: URL;
  readonly pid: number;
  /** Asks it to end and waits for that. */
  stop(): Promise<void>;
}

/** Starts `words` (by default arguments of this Node) and waits for the line that names its address. Ends it with `opened`. */
export async function start(
  opened: AsyncDisposableStack,
  words: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly under?: readonly string[] } = {},
): Promise<Server> {
  const [command = process.execPath, ...args] = [...(options.under ?? []), process.execPath, ...words];
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  opened.defer(stop);
  if (child.stdout === null || child.pid === undefined) throw new Error(`could not start ${words.join(' ')}`);
  for await (const said of createInterface({ input: child.stdout })) {
    const address = /http:\/\/[^/\s]+/.exec(said)?.[0];
    if (address !== undefined) return { url: new URL(address), pid: child.pid, stop };
  }
  throw new Error(`${words.join(' ')} ended before it was ready`);
}

/** Processor time a process has used; Linux counts it in hundredths of a second. NaN where the system does not tell. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident memory of a process in MB (1,000,000 bytes); NaN where the system does not tell. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1.024e-3);
}
