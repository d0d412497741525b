// The stand-in as a process of its own, so that it can be frozen or killed: options as JSON in the first argument; its address is the first line of its
// output. Each line of its input is a JSON order, answered by one line: {"do": "misbehave", "trouble": {...}}, calm, allow, addBucket, dropBucket, seed, counts, points, contents.
import { createInterface } from 'node:readline';
import type { Misbehaviour } from './misbehaviour.ts';
import type { FieldSeries } from './point-store.ts';
import { type StandInOptions, startInfluxStandIn, type TokenRights } from './stand-in.ts';

export type StandInOrder =
  | { readonly do: 'misbehave'; readonly trouble: Misbehaviour }
  | { readonly do: 'calm' | 'counts' | 'queries' }
  | { readonly do: 'allow'; readonly tokens: Readonly<Record<string, TokenRights>> }
  | { readonly do: 'addBucket' | 'dropBucket'; readonly bucket: string }
  | { readonly do: 'seed'; readonly bucket: string; readonly lines: readonly string[] }
  | { readonly do: 'points' | 'contents'; readonly bucket: string; readonly measurement: string };

const hub = await startInfluxStandIn(JSON.parse(process.argv[2] ?? '{}') as StandInOptions);
process.stdout.write(`${hub.url}\n`);

/** Every point of `measurement` as one object: its tags and fields by name, and `ns`, its time as text. */
function contentsOf(all: readonly FieldSeries[], measurement: string): readonly object[] {
  const points = new Map<string, Record<string, unknown>>();
  for (const { measurement: own, tags, field, points: values } of all) {
    if (own !== measurement) continue;
    for (const [ns, value] of values) {
      const key = `${JSON.stringify([...tags])} ${ns}`;
      const point = points.get(key) ?? { ...Object.fromEntries(tags), ns: String(ns) };
      point[field] = typeof value === 'bigint' ? Number(value) : value;
      points.set(key, point);
    }
  }
  return [...points.values()];
}

const obey = (order: StandInOrder): unknown => {
  switch (order.do) {
    case 'misbehave':
      return hub.misbehave(order.trouble);
    case 'calm':
      return hub.calm();
    case 'allow':
      return hub.allow(order.tokens);
    case 'addBucket':
      return hub.addBucket(order.bucket);
    case 'dropBucket':
      return hub.dropBucket(order.bucket);
    case 'seed':
      return hub.seed(order.bucket, order.lines);
    case 'counts':
      return hub.counts;
    case 'queries':
      return hub.queries;
    case 'contents':
      return contentsOf(hub.contents(order.bucket), order.measurement);
    case 'points':
      return hub.pointCount(order.bucket, order.measurement);
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(obey(JSON.parse(line) as StandInOrder) ?? null)}\n`);
}
await hub[Symbol.asyncDispose]();
