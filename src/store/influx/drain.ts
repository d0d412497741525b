// The drain of one side: a lane per file of its own, all through the process's one hub. On disk is what the hub does not have yet; this only moves it.

import type { PlaceName } from '#store/sqlite/outbox-table.ts';
import type { BreakerState } from './breaker.ts';
import { having } from './having.ts';
import { type LaneSource, startLane } from './lane.ts';
import { type OutboxKind, PLACES } from './outbox-kinds.ts';
import { openSender, type Sender } from './sender.ts';
import type { SharedHub } from './shared-hub.ts';
import type { Anchor } from './told-flux.ts';

/** How the way of one file into the hub stands. */
export interface LaneStatus {
  readonly kind: OutboxKind;
  readonly breaker: BreakerState;
  /** What the hub does not let us do, in words; null while it lets us write. */
  readonly alarm: string | null;
}

export interface Drain {
  status(): readonly LaneStatus[];
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
  const { influx, names, breaker, clock, chance, log } = hub;
  const hurry = new AbortController();
  const now = new AbortController();
  const stopping = { hurry: hurry.signal, now: now.signal };
  const onTrouble = () => {
    for (const { lane } of lanes) lane.doubt();
  };
  const senders = new Map<string, Sender>();
  const senderOf = (place: PlaceName): Sender => {
    const { bucket } = names[place];
    const known = senders.get(bucket);
    if (known !== undefined) return known;
    const alone = <R>(run: () => Promise<R>) => hub.alone(bucket, run);
    const sender = openSender({ influx, bucket, breaker, alone, clock, chance, log, onTrouble }, stopping);
    senders.set(bucket, sender);
    return sender;
  };
  const lanes = sources.map(({ kind, source }) => {
    const has = (anchor: Anchor) => {
      const place = PLACES[kind].find((one) => names[one].measurement === anchor.measurement) ?? PLACES[kind][0];
      return having({ influx, clock, stop: hurry.signal }, names[place].bucket, anchor);
    };
    return { kind, lane: startLane({ name: PLACES[kind][0], source, senderOf, has, clock, log }, stopping) };
  });
  const ended = Promise.all(lanes.map(({ lane }) => lane.ended));
  const close = async () => {
    hurry.abort();
    now.abort();
    await ended;
  };
  const alarmOf = (kind: OutboxKind) =>
    PLACES[kind].map((place) => senderOf(place).alarm).find((alarm) => alarm !== undefined);
  return {
    status: () => lanes.map(({ kind }) => ({ kind, breaker: breaker.state, alarm: alarmOf(kind) ?? null })),
    finish: async (signal) => {
      hurry.abort();
      const giveUp = () => now.abort();
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
      await ended;
      signal.removeEventListener('abort', giveUp);
    },
    close,
  };
}
