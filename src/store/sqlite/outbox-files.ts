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

const KINDS: readonly OutboxKind[] = ['gateway', 'worker', 'trades', 'params'];

/** The outboxes in `folder`: `readers` of all files, `sources` of the files of `kinds`, which `writer` writes. */
export function outboxFiles(
  folder: string,
  names: HubNames,
  owned: { readonly kinds: readonly OutboxKind[]; readonly writer: Writer } | null,
): OutboxFiles {
  const files = new Map(KINDS.map((kind) => [kind, new ReadFile(folder, kind)]));
  const fileOf = (kind: OutboxKind) => files.get(kind) as ReadFile;
  const readers = Object.fromEntries(KINDS.map((kind) => [kind, outboxReader(fileOf(kind), kind, names)])) as Readonly<
    Record<OutboxKind, OutboxReader>
  >;
  const sources = (owned?.kinds ?? []).map((kind) => ({
    kind,
    source: {
      ...readers[kind],
      walk: (from, limit) => readers[kind].walk(from, limit, 'told'),
      requests: (after) => hubRequestsAfter(fileOf('gateway'), kind, after),
      apply: (step) => (owned as { readonly writer: Writer }).writer.call(`${kind}Outbox`, step),
    } satisfies LaneSource,
  }));
  return {
    sources,
    readers,
    close: () => {
      for (const file of files.values()) file.close();
    },
  };
}
