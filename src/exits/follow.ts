// Exit params for whoever follows them: the values of now first, then each change. A value is made when it is read, so a slow reader gets the newest
// one only, and one that does not read costs nothing.
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Feed } from '#domain/feed.ts';
import type { Clock } from '#domain/time.ts';

/** How often the values are compared with those told, ms; values older than this are made anew before they are told. */
const LOOK_MS = 1_000;

/** What `requests` get now, in their order. */
type Answer = (requests: readonly ExitParamsRequest[]) => Promise<readonly (ExitParams | Fault)[]>;

/** Follows `requests`. Rejects with the Fault of one that can never be answered, its field under `requests[i]`. */
export async function followExitParams(
  requests: readonly ExitParamsRequest[],
  { answer, clock }: { readonly answer: Answer; readonly clock: Clock },
): Promise<Feed<ExitParams>> {
  const read = async () => ({ values: (await answer(requests)).map(requireValue), atMs: clock.now().monotonicMs });
  const told: (string | undefined)[] = requests.map(() => undefined);
  let now = await read();
  let place = 0;
  /** The next value in turn that is not the one told last; undefined when all are. */
  const changed = (): ExitParams | undefined => {
    for (let step = 0; step < requests.length; step += 1) {
      const index = (place + step) % requests.length;
      const value = now.values[index];
      if (value === undefined || value.revision === told[index]) continue;
      told[index] = value.revision;
      place = index + 1;
      return value;
    }
    return undefined;
  };
  return {
    next: async (signal) => {
      while (!signal.aborted && requests.length > 0) {
        if (clock.now().monotonicMs - now.atMs >= LOOK_MS) now = await read();
        const value = changed();
        if (value !== undefined) return value;
        await clock.sleep(Math.max(0, now.atMs + LOOK_MS - clock.now().monotonicMs), signal);
      }
      return undefined;
    },
  };
}

function requireValue(value: ExitParams | Fault, index: number): ExitParams {
  if (!(value instanceof Fault)) return value;
  const { code, message, field = '', allowed } = value;
  const at = `requests[${index}]`;
  const place = field === '' ? at : `${at}.${field}`;
  throw new Fault(code, `${at}.${message}`, { field: place, ...(allowed === undefined ? {} : { allowed }) });
}
