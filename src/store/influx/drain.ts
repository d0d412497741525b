// The drain of one side: a lane per file of its own, all through the process's one hub. On disk is what the hub does not have yet; this only moves it.

import type { PlaceName } from '#store/sqlite/outbox-table.ts';
import { having } from './having.ts';
import { type LaneSource, startLane } from './lane.ts';
import { type OutboxKind, PLACES } from './outbox-kinds.ts';
import { openSender, type Sender } from './sender.ts';
import type { SharedHub } from './shared-hub.ts';
import type { Anchor } from './told-flux.ts';

export interface Drain {
  /** Sends what waits until there is nothing more, the hub fails, or `signal` aborts; the rest stays on disk. Nothing is sent afterwards. */
  finish(signal: AbortSignal): Promise<void>;
  /** Gives up the requests under way, and ends. Idempotent. */
  close(): Promise<void>;
}

/** Starts telling `hub` what `sources` hold, and goes on until it is closed. */
export function startDrain(
  hub: SharedHub,
  sources: readonly { readonly kind: OutboxKind; readonly source: LaneSource }[],
): Drain {
  const { influx, names, breaker, alarms, clock, chance, log } = hub;
  const hurry = new AbortController();
  const now = new AbortController();
  const stopping = { hurry: hurry.signal, now: now.signal };
  const onTrouble = () => {
    for (const lane of lanes) lane.doubt();
  };
  const senders = new Map<string, Sender>();
  const senderOf = (place: PlaceName): Sender => {
    const { bucket } = names[place];
    const known = senders.get(bucket);
    if (known !== undefined) return known;
    const alone = <R>(run: () => Promise<R>) => hub.alone(bucket, run);
    const sender = openSender({ influx, bucket, breaker, alarms, alone, clock, chance, log, onTrouble }, stopping);
    senders.set(bucket, sender);
    return sender;
  };
  const lanes = sources.map(({ kind, source }) => {
    const has = (anchor: Anchor, place: PlaceName) =>
      having({ influx, clock, stop: hurry.signal }, names[place].bucket, anchor);
    return startLane({ name: PLACES[kind][0], source, senderOf, has, clock, log }, stopping);
  });
  const allEnded = Promise.all(lanes.map(({ ended }) => ended));
  const close = async () => {
    hurry.abort();
    now.abort();
    await allEnded;
  };
  return {
    finish: async (signal) => {
      hurry.abort();
      const giveUp = () => now.abort();
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      await allEnded;
      signal.removeEventListener('abort', giveUp);
    },
    close,
  };
}
