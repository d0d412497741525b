// Ids whose hashes meet: found by looking, for a million nanoseconds and a thousand ids that takes no time.
import { identifiedNano } from '#store/influx/line-protocol.ts';

/** Two ids of trades of BOT3, opened at `openedAtMs`, that want the same nanosecond. */
export function meetingIds(openedAtMs: number): readonly [string, string] {
  return meeting((id) => identifiedNano(['BOT3', id, openedAtMs]));
}

/** Two texts, numbers counted up, of which `nanoOf` says the same. */
export function meeting(nanoOf: (text: string) => number): readonly [string, string] {
  const known = new Map<number, string>();
  for (let count = 0; ; count += 1) {
    const nano = nanoOf(String(count));
    const other = known.get(nano);
    if (other !== undefined) return [other, String(count)];
    known.set(nano, String(count));
  }
}
