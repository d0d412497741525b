// Copies what a data folder holds into the hub: levels, trades, decisions, signals and candles, as the very points its outboxes would have written, so that
// copying twice is copying once. Reads only; where it stands is kept beside, and a copy that was broken off goes on from there.
import { hash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#domain/fault.ts';
import { type PlaceName, WALK_START, type WalkCursor } from '#store/sqlite/outbox-table.ts';
import { type WalkKind, walkOver, walkTotal } from '#store/sqlite/outbox-walk.ts';
import { ReadFile } from '#store/sqlite/read-file.ts';
import { having } from './having.ts';
import { openSender, type Sender } from './sender.ts';
import type { SharedHub } from './shared-hub.ts';
import { anchorOf } from './told-flux.ts';

/** What can be copied, in the order it is. */
export const COPIED = ['params', 'trades', 'decisions', 'signals', 'candles'] as const;
export type Copied = (typeof COPIED)[number];

const KIND: Readonly<Record<Copied, WalkKind>> = {
  params: 'params',
  trades: 'trades',
  decisions: 'worker',
  signals: 'gateway',
  candles: 'candles',
};

const PLACES_OF: Readonly<Record<Copied, readonly PlaceName[]>> = {
  params: ['params', 'paramsBySide'],
  trades: ['trades'],
  decisions: ['decisions'],
  signals: ['signals'],
  candles: ['candles'],
};

/** How a copy ended: rows the hub has now, by what they are, and those it refused for good with its words. */
export interface CopyReport {
  readonly copied: Readonly<Record<Copied, number>>;
  readonly refused: readonly { readonly what: Copied; readonly line: string; readonly words: string }[];
  /** Whether it went on where an earlier one was broken off. */
  readonly resumed: boolean;
}

export interface CopyParts {
  readonly folder: string;
  readonly hub: SharedHub;
  /** Told the share done, 0..1. */
  readonly onProgress: (share: number) => void;
}

interface Standing {
  readonly to: string;
  readonly done: readonly Copied[];
  readonly at: { readonly what: Copied; readonly cursor: WalkCursor; readonly line: string } | null;
}

const CHUNK = 2_000;
/** A hub that takes nothing for so long ends the copy; it can go on later. */
const PATIENCE_MS = 60_000;

/**
 * Copies everything; rejects with HUB_UNAVAILABLE, in words that say how to go on, when the hub does not let us write or takes nothing for a minute.
 * `address` tells hubs apart.
 */
export async function copyInto({ folder, hub, onProgress }: CopyParts, address: string): Promise<CopyReport> {
  const path = join(folder, 'hub-copy.json');
  const to = hash('sha256', JSON.stringify([address, hub.names]));
  const giveUp = new AbortController();
  const senders = new Map<string, Sender>();
  const senderOf = (bucket: string): Sender => {
    const { influx, breaker, alarms, clock, chance, log } = hub;
    const alone = <R>(run: () => Promise<R>) => hub.alone(bucket, run);
    const onTrouble = () => {
      if (alarms.has(bucket)) giveUp.abort();
    };
    const parts = { influx, bucket, breaker, alarms, alone, clock, chance, log, onTrouble };
    const sender = senders.get(bucket) ?? openSender(parts, { hurry: giveUp.signal, now: giveUp.signal });
    senders.set(bucket, sender);
    return sender;
  };
  const standing = await resumable(path, { to, hub });
  await using files = new AsyncDisposableStack();
  const fileOf = (what: Copied) => {
    const file = new ReadFile(folder, KIND[what]);
    files.defer(() => file.close());
    return file;
  };
  const sources = COPIED.map((what) => ({ what, file: fileOf(what) }));
  const total = sources.reduce((sum, { what, file }) => sum + walkTotal(file, KIND[what], 'all'), 0);
  const copied: Record<Copied, number> = { params: 0, trades: 0, decisions: 0, signals: 0, candles: 0 };
  const refused: CopyReport['refused'][number][] = [];
  let seen = 0;
  for (const { what, file } of sources) {
    if (standing.done.includes(what)) {
      seen += walkTotal(file, KIND[what], 'all');
      continue;
    }
    let cursor = standing.at?.what === what ? standing.at.cursor : WALK_START;
    for (;;) {
      const walk = walkOver(file, { kind: KIND[what], scope: 'all', names: hub.names }, { from: cursor, limit: CHUNK });
      if (walk.to === null) break;
      refused.push(...walk.unwritable.map(({ words }) => ({ what, line: '', words })));
      for (const [bucket, lines] of Map.groupBy(walk.lines, ({ place }) => hub.names[place].bucket)) {
        const done = new AbortController();
        void hub.clock.sleep(PATIENCE_MS, done.signal).then(() => {
          if (!done.signal.aborted) giveUp.abort();
        });
        const isSent = await senderOf(bucket).send(lines, async (ends) => {
          copied[what] += ends.gone.length;
          refused.push(...ends.refused.map(({ one, words }) => ({ what, line: one.line, words })));
        });
        done.abort();
        if (!isSent) throw brokenOff(bucket, hub.alarms.get(bucket));
      }
      cursor = walk.to;
      seen += walk.lines.length + walk.unwritable.length;
      onProgress(Math.min(1, seen / Math.max(1, total)));
      const line = walk.lines.at(-1)?.line ?? '';
      await keep(path, { to, done: COPIED.slice(0, COPIED.indexOf(what)), at: { what, cursor, line } });
    }
    await keep(path, { to, done: COPIED.slice(0, COPIED.indexOf(what) + 1), at: null });
  }
  await rm(path, { force: true });
  onProgress(1);
  return { copied, refused, resumed: standing.at !== null || standing.done.length > 0 };
}

/** Where an earlier copy to the same hub stands, when the hub still has what that one wrote last; else the beginning. */
async function resumable(
  path: string,
  { to, hub }: { readonly to: string; readonly hub: SharedHub },
): Promise<Standing> {
  const beginning: Standing = { to, done: [], at: null };
  let kept: Standing;
  try {
    kept = JSON.parse(await readFile(path, 'utf8')) as Standing;
  } catch {
    return beginning;
  }
  if (kept.to !== to || kept.at === null) return beginning;
  const anchor = anchorOf(kept.at.line);
  if (anchor === undefined) return beginning;
  const { influx, clock, names } = hub;
  const places = PLACES_OF[kept.at.what].map((name) => names[name]);
  const place = places.find(({ measurement }) => measurement === anchor.measurement);
  if (place === undefined) return beginning;
  const found = await having({ influx, clock, stop: new AbortController().signal }, place.bucket, anchor);
  return found === 'there' ? kept : beginning;
}

async function keep(path: string, standing: Standing): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(standing));
  await rename(`${path}.new`, path);
}

function brokenOff(bucket: string, alarm: string | undefined): Fault {
  const why = alarm ?? `it took nothing for ${PATIENCE_MS / 1_000} s`;
  return new Fault(
    'HUB_UNAVAILABLE',
    `the hub does not take what is copied into ${bucket} (${why}); what it took stays, and the same command goes on from there`,
  );
}
