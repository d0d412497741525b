// A process of the store's tests: `owner.ts FOLDER` takes the worker's lock of the folder, says `owner` and holds it until it is killed;
// when somebody else has it, says `waiting` and takes it over, as a second worker does.
import { setTimeout as wait } from 'node:timers/promises';
import { acquireLock } from '#store/open.ts';

const [, , folder = ''] = process.argv;
const clock = {
  now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
  sleep: (ms: number) => wait(ms),
};
const atOnce = await acquireLock(folder, 'worker', { wait: false, clock });
if (atOnce === undefined) {
  process.stdout.write('waiting\n');
  await acquireLock(folder, 'worker', { wait: new AbortController().signal, clock });
}
process.stdout.write('owner\n');
process.stdin.resume();
