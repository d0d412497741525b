// The drain of one side: a lane per file of its own, all through the process's one hub. On disk is what the hub does not have yet; this only moves it.

import type { BreakerState } from './breaker.ts';
import type { HubNames } from './bucket-names.ts';
import { having } from './having.ts';
import { type LaneSource, startLane } from './lane.ts';
import { openSender } from './sender.ts';
import type { SharedHub } from './shared-hub.ts';

/** Files with an outbox. */
export type OutboxKind = 'gateway' | 'worker' | 'trades' | 'params';

/** How the way into one bucket stands. */
export interface LaneStatus {
  readonly kind: OutboxKind;
  readonly bucket: string;
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

/** What each file's lines are written to. */
export function bucketOf(kind: OutboxKind, names: HubNames): string {
  const place = { gateway: names.signals, worker: names.decisions, trades: names.trades, params: names.params };
  return place[kind].bucket;
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
  const lanes = sources.map(({ kind, source }) => {
    const bucket = bucketOf(kind, names);
    const alone = <R>(run: () => Promise<R>) => hub.alone(bucket, run);
    const onTrouble = () => {
      for (const { lane } of lanes) lane.doubt();
    };
    const sender = openSender({ influx, bucket, breaker, alone, clock, chance, log, onTrouble }, stopping);
    const has = (anchor: Parameters<typeof having>[2]) => having({ influx, clock, stop: hurry.signal }, bucket, anchor);
    return { kind, bucket, sender, lane: startLane({ bucket, source, sender, has, clock, log }, stopping) };
  });
  const ended = Promise.all(lanes.map(({ lane }) => lane.ended));
  const close = async () => {
    hurry.abort();
    now.abort();
    await ended;
  };
  return {
    status: () =>
      lanes.map(({ kind, bucket, sender }) => ({ kind, bucket, breaker: breaker.state, alarm: sender.alarm ?? null })),
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
