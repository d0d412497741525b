// Memory after work: what a burst of requests and commits leaves behind is given back when it is quiet again, so that an idle service is as small after a
// million signals as after ten thousand. The engine itself would keep it until somebody needs it.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '#domain/time.ts';
import { listen } from '#trace/trace.ts';

/** How long a look at the work lasts. */
const LOOK_MS = 5_000;
/** Fewer requests and commits in one look are quiet: nobody notices a pause of some tens of ms. */
const QUIET = 25;
/** So many in looks that were not quiet leave something behind. Few, for a burst has a small one after it, when its windows close and bots are told. */
const WORTH_IT = 200;
/** Node's own channel, told of every request its servers take. */
const REQUEST_STARTS = 'http.server.request.start';

/** Calls `giveBack` once after each burst of work, when it is quiet; disposing ends it. */
export function startResting({
  giveBack,
  clock,
}: {
  readonly giveBack: () => void;
  readonly clock: Pick<Clock, 'sleep'>;
}): AsyncDisposable {
  const ending = new AbortController();
  let now = 0;
  let sinceRest = 0;
  const count = () => {
    now += 1;
  };
  subscribe(REQUEST_STARTS, count);
  const endListening = listen('journal.committed', count);
  const run = async () => {
    for (;;) {
      await clock.sleep(LOOK_MS, ending.signal);
      if (ending.signal.aborted) return;
      const isQuiet = now < QUIET;
      if (!isQuiet) sinceRest += now;
      now = 0;
      if (!isQuiet || sinceRest < WORTH_IT) continue;
      sinceRest = 0;
      giveBack();
    }
  };
  const ended = run();
  return {
    [Symbol.asyncDispose]: async () => {
      unsubscribe(REQUEST_STARTS, count);
      endListening();
      ending.abort();
      await ended;
    },
  };
}
