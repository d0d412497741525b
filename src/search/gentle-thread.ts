// Lets this thread alone give way to everything else on the machine. Linux knows priorities per thread; elsewhere nothing is changed, since it would be that
// of the whole process, serving included.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Nice enough that a serving thread which wakes is not kept waiting. */
const NICENESS = 10;

/** Lowers the priority of the calling thread where it has one of its own. */
export function becomeGentle(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, NICENESS);
  } catch {
    // No such place or no such right: the study runs at the priority of the process.
  }
}
