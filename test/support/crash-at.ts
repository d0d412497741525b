// Preload (`node --import .../crash-at.ts`): kills the process with SIGKILL when it passes a point of the trace, in whichever thread that is.
// CRASH_AT=point[:n], n counting the passes of one thread from 1. Threads inherit it with the process's execArgv.
import { listen, type TracePoints } from '#trace/trace.ts';

const [point, nth = '1'] = (process.env.CRASH_AT ?? '').split(':');
if (point !== undefined && point !== '') {
  let passes = 0;
  listen(point as keyof TracePoints, () => {
    passes += 1;
    if (passes === Number(nth)) process.kill(process.pid, 'SIGKILL');
  });
}
