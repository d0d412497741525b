// Files that an older release made: opened, they are what the newer one needs, with the last day counted from what they hold.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { DEFAULT_HUB_NAMES } from '#store/influx/bucket-names.ts';
import { hubWrites, openGatewayStore, openReadStore, openWorkerStore } from '#store/open.ts';
import { DECISION_COLUMNS, decisionValues } from '#store/sqlite/decision-rows.ts';
import { outboxFiles } from '#store/sqlite/outbox-files.ts';
import { WALK_START } from '#store/sqlite/outbox-table.ts';
import { type FileKind, FORMATS, pathOf } from '#store/sqlite/schema.ts';
import { INSERT_SIGNAL, signalValues } from '#store/sqlite/signal-rows.ts';
import { openWriter } from '#store/sqlite/writer.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { closing, decision, newSignal, paramRecord, T0, trade } from './samples.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The file of `kind` as the release made it that knew only its first `steps`. */
function older(folder: string, kind: FileKind, steps: number, fill: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(pathOf(folder, kind));
  for (const step of FORMATS[kind].steps.slice(0, steps)) db.exec(step);
  db.exec(`PRAGMA application_id = ${FORMATS[kind].applicationId}; PRAGMA user_version = ${steps}`);
  fill(db);
  db.close();
}

test('signals and votes of the last day are counted, and pauses can be kept', async () => {
  await using folder = tempFolder();
  older(folder.path, 'gateway', 1, (db) => {
    const insert = db.prepare(INSERT_SIGNAL);
    const add = (source: string, receivedAtMs: number, confidenceDefaulted = false) => {
      const window = { openedAtMs: receivedAtMs, closesAtMs: receivedAtMs + MINUTE };
      insert.run(
        ...signalValues(newSignal({ source, confidenceDefaulted }), { receivedAtMs, window, contentHash: 'x' }),
      );
    };
    add('75a', T0 - 2 * DAY);
    add('75a', T0 - 5 * HOUR, true);
    add('75a', T0);
    add('75b', T0 - MINUTE);
  });
  const [forwarded, old] = [
    decision({ outcome: 'FORWARDED', window: { openedAtMs: T0 - MINUTE, closesAtMs: T0 } }),
    decision({ sources: ['75a'], window: { openedAtMs: T0 - 3 * DAY, closesAtMs: T0 - 3 * DAY + MINUTE } }),
  ];
  older(folder.path, 'worker', 1, (db) => {
    const known = DECISION_COLUMNS.filter((column) => column !== 'dueAtMs' && column !== 'pauseId');
    const insert = db.prepare(`INSERT INTO decisions (${known.join()}) VALUES (${known.map(() => '?').join()})`);
    const source = db.prepare('INSERT INTO decisionSources VALUES (?, ?, ?, ?)');
    for (const made of [forwarded, old]) {
      const values = decisionValues(made);
      insert.run(...known.map((column) => values[DECISION_COLUMNS.indexOf(column)] ?? null));
      for (const name of made.sources) source.run(name, made.window.closesAtMs, made.id, made.outcome);
    }
  });
  const options = { folder: folder.path, log: recordingLog(), hubWrites: hubWrites() };
  await using gateway = await openGatewayStore(options);
  await using worker = await openWorkerStore(options);
  const heard = await gateway.feeders.heard({ hourFromMs: T0 - HOUR, dayFromMs: T0 - DAY, limit: 9 });
  expect(heard).toMatchObject([
    {
      source: '75a',
      signalsLastHour: 1,
      signalsLastDay: 2,
      defaultedLastDay: 1,
      rhythm: { lastAtMs: T0, intervals: 0 },
    },
    { source: '75b', signalsLastHour: 1, signalsLastDay: 1, defaultedLastDay: 0, rhythm: { lastAtMs: T0 - MINUTE } },
  ]);
  const votes = await gateway.feeders.votes({ fromMs: T0 - DAY, sources: ['75a', '75b'] });
  expect(votes).toEqual([
    { votes: 1, joined: 1, forwarded: 1 },
    { votes: 1, joined: 1, forwarded: 1 },
  ]);
  expect(await gateway.decisions.byIds([forwarded.id])).toMatchObject([{ pauseId: null }]);
  const scope = { pair: null, side: null, source: null, bot: null, untilMs: null, endedAtMs: null, endedBy: null };
  await gateway.pauses.add({ id: 'p1', reason: 'x', author: 'ann', createdAtMs: T0, ...scope });
  expect(await worker.pauses.inForce(T0)).toHaveLength(1);
});

test('a reader beside an older file sees nothing of it until it is made anew', async () => {
  await using folder = tempFolder();
  older(folder.path, 'gateway', 1, () => undefined);
  await using store = await openReadStore({ folder: folder.path });
  expect(await store.signals.after(0, 1)).toEqual([]);
});

test('what an older release kept is not told to a hub by itself; what comes now is', async () => {
  await using folder = tempFolder();
  mkdirSync(join(folder.path, 'hub'));
  older(folder.path, 'trades', 1, (db) => {
    db.exec("INSERT INTO trades VALUES ('B', '1', 'BTC/USDT', 0, 1, 'LONG', 3, 1, -1, 1, NULL, NULL)");
  });
  older(folder.path, 'params', 1, () => undefined);
  older(folder.path, 'gateway', 2, () => undefined);
  older(folder.path, 'worker', 3, () => undefined);
  const outbox = { names: DEFAULT_HUB_NAMES, bounds: { rows: 9, bytes: 1e6, ageMs: 1e12 } };
  const kinds = ['gateway', 'worker', 'trades', 'params'] as const;
  const writer = await openWriter({ folder: folder.path, kinds, sharedTime: null, outbox }, recordingLog());
  await writer.call('recordTrades', [trade()]);
  await writer.call('publish', paramRecord());
  await writer.call('appendSignals', [newSignal()]);
  await writer.call('decide', { closings: [closing(decision({ outcome: 'REJECTED' }))], decidedUpToSeq: 1 });
  await writer.close();
  const { readers, close } = outboxFiles(folder.path, DEFAULT_HUB_NAMES, null);
  expect(kinds.map((kind) => readers[kind].state()?.rows)).toEqual([1, 1, 1, 1]);
  expect(readers.trades.walk(WALK_START, 9, 'told').lines).toHaveLength(1);
  expect(readers.trades.walk(WALK_START, 9, 'all').lines).toHaveLength(2);
  close();
});
