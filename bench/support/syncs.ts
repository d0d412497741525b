// Syncs to disk as the system sees them: a server under strace, which counts them or makes them slow. Undefined or refused where there is no strace.
import { spawnSync } from 'node:child_process';
import { type Server, start } from './child.ts';

interface Watched {
  readonly env: NodeJS.ProcessEnv;
  /** strace writes its lines here. */
  readonly log: string;
}

/** -D: the server is the child that is started and ended; a strace in front of it would not pass signals on. */
const SYNCS = 'fsync,fdatasync';

/** Starts a server whose syncs are written to the log, a line each; undefined without a strace that may trace. */
export async function countSyncs(
  opened: AsyncDisposableStack,
  words: readonly string[],
  { env, log }: Watched,
): Promise<Server | undefined> {
  if (spawnSync('strace', ['-f', '--seccomp-bpf', '-e', 'trace=fsync', '-o', '/dev/null', 'true']).status !== 0)
    return undefined;
  return start(opened, words, {
    env,
    under: ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${SYNCS}`, '-o', log],
  });
}

/** Starts a server whose every sync takes `ms` longer. */
export function slowSyncs(
  opened: AsyncDisposableStack,
  words: readonly string[],
  { env, log, ms }: Watched & { readonly ms: number },
): Promise<Server> {
  const inject = `inject=${SYNCS}:delay_enter=${ms * 1_000}`;
  return start(opened, words, {
    env,
    under: ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${SYNCS}`, '-e', inject, '-o', log],
  });
}
