// Reads what the service told while it was killed: some lines must never be there, whatever happens to it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines that tell of a broken invariant. */
const NEVER = [
  'a step of a delivery failed',
  'the writer thread failed',
  'orders are owed to a bot that is not configured',
];
/** The most of one log that is quoted. */
const QUOTED = 300;

/** One sentence for every line that should not be there: broken invariants, and what is no line of the log at all, such as the trace of a crash. */
export async function logFaults(folder: string): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
    // The last line may have been cut by a kill.
    for (const line of lines.slice(0, -1)) {
      const isLog = line.startsWith('{');
      if (!isLog || NEVER.some((text) => line.includes(text))) faults.push(`${file}: ${line.slice(0, QUOTED)}`);
    }
  }
  return faults;
}
