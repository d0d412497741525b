// A data folder whose hub is elsewhere, as both sides write and drain it, over a stand-in InfluxDB; everything is closed and removed with the test.
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { openInflux } from '#store/influx/influx.ts';
import { type OutboxSide, openOutboxSide } from '#store/influx/outbox-side.ts';
import { sharedHub } from '#store/influx/shared-hub.ts';
import { outboxFiles } from '#store/sqlite/outbox-files.ts';
import type { DeadLetter } from '#store/sqlite/outbox-reader.ts';
import type { OutboxBounds } from '#store/sqlite/outbox-table.ts';
import { openWriter, type Writer } from '#store/sqlite/writer.ts';
import { hastyClock } from '../../support/hasty-clock.ts';
import { type InfluxStandIn, startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { type RecordingLog, recordingLog } from '../../support/recording-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export const BUCKETS = { OPTUNA_PARAMS: 0, BOT33_trades: 0, ENSEMBLE: 0, CANDLES: 0, BOT1_trades: 0, BOT2_trades: 0 };
export const AMPLE: OutboxBounds = { rows: 1e6, bytes: 1e9, ageMs: 1e12 };

export interface Outboxes extends AsyncDisposable {
  readonly folder: string;
  readonly hub: InfluxStandIn;
  readonly log: RecordingLog;
  readonly writer: Writer;
  readonly side: OutboxSide;
  /** Rows, dead letters, and whether something is still to be taken from its table, in all outboxes. */
  standing(): Promise<{ readonly rows: number; readonly dead: number; readonly isBehind: boolean }>;
  /** Newest first. */
  deadLetters(kind: (typeof KINDS)[number]): readonly DeadLetter[];
  /** Waits until nothing waits any more. */
  drained(): Promise<void>;
  /** Ends without sending what waits, and starts again on the same folder. */
  restart(): Promise<void>;
}

export interface OutboxesOptions {
  readonly bounds?: OutboxBounds;
  readonly haste?: number;
  readonly hub?: InfluxStandIn;
  /** Told the data folder before anything is opened in it. */
  readonly prepare?: (folder: string) => void;
}

const KINDS = ['gateway', 'worker', 'trades', 'params', 'imports'] as const;

export async function outboxes(options: OutboxesOptions = {}): Promise<Outboxes> {
  const { bounds = AMPLE, haste = 100 } = options;
  const folder = tempFolder();
  options.prepare?.(folder.path);
  const hub = options.hub ?? (await startInfluxStandIn({ buckets: BUCKETS }));
  const log = recordingLog();
  const open = async () => {
    const rules = { names: DEFAULT_HUB_NAMES, bounds };
    const writer = await openWriter({ folder: folder.path, kinds: KINDS, sharedTime: null, outbox: rules }, log);
    const { url, token, org } = hub;
    const influx = openInflux({ url, token, org });
    const shared = sharedHub({ influx, ...rules, clock: hastyClock(haste), chance: Math.random, log });
    const side = openOutboxSide(folder.path, shared, { kinds: KINDS, writer });
    return { writer, side, influx };
  };
  let opened = await open();
  const close = async () => {
    await opened.side.close();
    await opened.writer.close();
    opened.influx.close();
  };
  const standing = async () => {
    const all = await opened.side.status();
    return {
      rows: all.reduce((sum, { rows }) => sum + rows, 0),
      dead: all.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      isBehind: all.some(({ isBehind }) => isBehind),
    };
  };
  return {
    folder: folder.path,
    hub,
    log,
    get writer() {
      return opened.writer;
    },
    get side() {
      return opened.side;
    },
    standing,
    deadLetters: (kind) => {
      const files = outboxFiles(folder.path, DEFAULT_HUB_NAMES, null);
      const found = files.readers[kind].deadLetters(100);
      files.close();
      return found;
    },
    drained: async () => {
      for (;;) {
        const { rows, isBehind } = await standing();
        if (rows === 0 && !isBehind) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    restart: async () => {
      await close();
      opened = await open();
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      if (options.hub === undefined) await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
