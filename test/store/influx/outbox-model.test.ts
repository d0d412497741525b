// Whatever a hub answers, in whatever order, and wherever the process dies: in the end every row is in the hub once or a dead letter once, and no other.
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '#domain/time.ts';
import { Breaker } from '#store/influx/breaker.ts';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { InfluxFailure } from '#store/influx/influx-failure.ts';
import { type LaneSource, startLane } from '#store/influx/lane.ts';
import { openSender } from '#store/influx/sender.ts';
import type { WriteAnswer } from '#store/influx/write-answer.ts';
import { DEAD_LETTER_POINTS, OUTBOX_TABLES } from '#store/sqlite/outbox-schema.ts';
import { type OutboxTable, outboxTable } from '#store/sqlite/outbox-table.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** What befalls one request; crashes end the process before the request, before its answer is heard, or before it is journaled. */
type Fate = 'well' | 'reset' | 'lostAnswer' | 'later' | 'denied' | 'missing' | 'tooBig' | 'crash' | 'crashHeard';
type Kind = 'good' | 'bad' | 'conflict';

const RULES = { names: DEFAULT_HUB_NAMES, bounds: { rows: 1e9, bytes: 1e9, ageMs: 1e15 } };

class Dead extends Error {}

interface World {
  readonly table: OutboxTable;
  readonly db: DatabaseSync;
  readonly hub: Map<string, number>;
  readonly fates: Fate[];
}

function fakeHub({ hub, fates }: World, kinds: ReadonlyMap<string, Kind>, die: () => never) {
  return async (_bucket: string, lines: readonly string[]): Promise<WriteAnswer> => {
    const fate = fates.shift() ?? 'well';
    await new Promise((resolve) => setImmediate(resolve));
    const refusal = (kind: 'denied' | 'missing' | 'tooBig', status: number) => ({ kind, status, message: 'no' });
    if (fate === 'crash') die();
    if (fate === 'reset') throw new InfluxFailure('unreachable', 'reset');
    if (fate === 'later') return { kind: 'later', status: 503, message: 'no', retryAfterMs: null };
    if (fate === 'denied') return refusal('denied', 401);
    if (fate === 'missing') return refusal('missing', 404);
    if (fate === 'tooBig' && lines.length > 1) return refusal('tooBig', 413);
    const bad = lines.filter((line) => kinds.get(line) === 'bad');
    if (bad.length > 0) {
      const message = bad.map((line) => `unable to parse '${line}': invalid`).join('\n');
      return { kind: 'badLines', status: 400, message: bad.length % 2 === 0 ? 'unable to parse some' : message };
    }
    for (const line of lines) if (kinds.get(line) === 'good') hub.set(line, (hub.get(line) ?? 0) + 1);
    if (fate === 'lostAnswer') throw new InfluxFailure('unreachable', 'lost');
    if (fate === 'crashHeard') die();
    if (lines.some((line) => kinds.get(line) === 'conflict'))
      return { kind: 'partial', status: 422, message: 'partial write: field type conflict' };
    return { kind: 'written' };
  };
}

/** One life of a process: until nothing waits, or until it dies. */
async function live(world: World, kinds: ReadonlyMap<string, Kind>): Promise<'done' | 'died'> {
  const { db, table } = world;
  const stop = new AbortController();
  let dead = false;
  let monotonicMs = 0;
  const clock: Clock = {
    now: () => ({ wallMs: 0, monotonicMs }),
    sleep: (ms) => {
      monotonicMs += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  const die = (): never => {
    dead = true;
    stop.abort();
    throw new InfluxFailure('timeout', 'died');
  };
  const state = db.prepare('SELECT * FROM outboxState');
  const rows = db.prepare('SELECT seq, place, line FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?');
  const source: LaneSource = {
    state: () => {
      const { lastLine } = state.get() as { lastLine: string | null };
      return { rows: 0, bytes: 0, dead: 0, oldestAtMs: null, lastLine, walk: null, walkSkips: 0, requestSeq: 0 };
    },
    rows: (after, limit) =>
      rows.all(after, limit).map((row) => ({
        seq: row.seq as number,
        place: 'trades' as const,
        line: row.line as string,
      })),
    walk: () => ({ lines: [], unwritable: [], to: null }),
    requests: () => [],
    apply: async (step) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (dead) throw new Dead('the process is dead');
      return table.apply(step);
    },
  };
  const log = recordingLog();
  const stopping = { hurry: stop.signal, now: stop.signal };
  const breaker = new Breaker(() => 0.5);
  const influx = { write: fakeHub(world, kinds, die) };
  const parts = { influx, bucket: 'B', breaker, alarms: new Map(), clock, chance: () => 0.5, log };
  const sender = openSender({ ...parts, alone: (run) => run() }, stopping);
  const has = async () => 'there' as const;
  const lane = startLane({ name: 'trades', source, senderOf: () => sender, has, clock, log }, stopping);
  const left = () => Number(db.prepare('SELECT count(*) AS n FROM outbox').get()?.n);
  while (!dead && left() > 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await lane.ended;
  return dead ? 'died' : 'done';
}

const fate = fc.constantFrom<Fate>(
  ...(['well', 'well', 'reset', 'lostAnswer', 'later', 'denied', 'missing', 'tooBig', 'crash', 'crashHeard'] as const),
);
const kind = fc.constantFrom<Kind>('good', 'good', 'good', 'good', 'bad', 'conflict');

test('every row ends in the hub or among the dead letters, whatever happens on the way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(kind, { minLength: 1, maxLength: 40 }),
      fc.array(fate, { maxLength: 25 }),
      async (drawn, fates) => {
        using db = new DatabaseSync(':memory:');
        db.exec(OUTBOX_TABLES + DEAD_LETTER_POINTS);
        const world = { db, table: outboxTable(db, RULES, () => 0), hub: new Map<string, number>(), fates: [...fates] };
        const kinds = new Map(drawn.map((one, at) => [`m,pair=P${at} v=${at}.0 ${at}`, one]));
        for (const line of kinds.keys()) world.table.put([{ place: 'trades', line: () => line, ref: null }]);
        while ((await live(world, kinds)) === 'died');
        const lines = (wanted: (kind: Kind) => boolean) =>
          [...kinds].filter(([, one]) => wanted(one)).map(([line]) => line);
        expect([...world.hub.keys()].sort()).toEqual(lines((one) => one === 'good').sort());
        const dead = db
          .prepare('SELECT line FROM deadLetters ORDER BY id')
          .all()
          .map((row) => row.line as string);
        expect(dead.sort()).toEqual(lines((one) => one !== 'good').sort());
        expect(db.prepare('SELECT rows, bytes, dead FROM outboxState').get()).toEqual({
          rows: 0,
          bytes: 0,
          dead: dead.length,
        });
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
