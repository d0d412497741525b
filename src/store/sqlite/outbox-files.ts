// The outboxes of one side of a data folder as the drain sees them: read on the calling thread, changed by the side's writer.

import type { HubNames } from '#store/influx/bucket-names.ts';
import type { LaneSource } from '#store/influx/lane.ts';
import type { OutboxKind } from '#store/influx/outbox-kinds.ts';
import { hubRequestsAfter } from './hub-requests.ts';
import { type OutboxReader, outboxReader } from './outbox-reader.ts';
import { ReadFile } from './read-file.ts';
import type { Writer } from './writer.ts';

export interface OutboxFiles {
  readonly sources: readonly { readonly kind: OutboxKind; readonly source: LaneSource }[];
  readonly readers: Readonly<Record<OutboxKind, OutboxReader>>;
  close(): void;
}

const KINDS: readonly OutboxKind[] = ['gateway', 'worker', 'trades', 'params', 'imports'];

/** The files of one side and who writes them; `importsWriter` writes the imports, which are made when there are some. */
export interface OwnedFiles {
  readonly kinds: readonly OutboxKind[];
  readonly writer: Writer;
  readonly importsWriter?: (() => Promise<Writer>) | undefined;
}

/** The outboxes in `folder`: `readers` of all files, `sources` of those that are `owned`. */
export function outboxFiles(folder: string, names: HubNames, owned: OwnedFiles | null): OutboxFiles {
  const files = new Map(KINDS.map((kind) => [kind, new ReadFile(folder, kind)]));
  const fileOf = (kind: OutboxKind) => files.get(kind) as ReadFile;
  const readers = Object.fromEntries(KINDS.map((kind) => [kind, outboxReader(fileOf(kind), kind, names)])) as Readonly<
    Record<OutboxKind, OutboxReader>
  >;
  const sourceOf = (kind: OutboxKind, writer: () => Promise<Writer>) => ({
    kind,
    source: {
      ...readers[kind],
      walk: (from, limit) => readers[kind].walk(from, limit, 'told'),
      requests: (after) => hubRequestsAfter(fileOf('gateway'), kind, after),
      apply: async (step) => (await writer()).call(`${kind}Outbox`, step),
    } satisfies LaneSource,
  });
  const sources = owned === null ? [] : owned.kinds.map((kind) => sourceOf(kind, async () => owned.writer));
  if (owned?.importsWriter !== undefined) sources.push(sourceOf('imports', owned.importsWriter));
  return {
    sources,
    readers,
    close: () => {
      for (const file of files.values()) file.close();
    },
  };
}
