// Reading a bot's database leaves nothing beside it and writes nothing: at rest, after a crash, under a link, and beside a bot that runs.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { withBotDatabase } from '#trades/bot-database.ts';
import { freqtradeDatabase, insertTrades } from '../support/freqtrade-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

const COUNT = 'SELECT count(*) AS n FROM trades';
const count = (file: string) => withBotDatabase(file, (db) => Number(db.prepare(COUNT).get()?.n));
/** Names and bytes of everything in `folder`. */
const within = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

test('a stopped bot: its folder is as it was, also through a link', async () => {
  await using folder = tempFolder();
  const home = join(folder.path, 'bot');
  mkdirSync(home);
  const file = join(home, 'tradesv3.sqlite');
  freqtradeDatabase(file, [{ id: 1 }, { id: 2 }]).close();
  const before = within(home);
  expect(Object.keys(before)).toEqual(['tradesv3.sqlite']);
  expect(await count(file)).toBe(2);
  const link = join(folder.path, 'link to #1?.sqlite');
  symlinkSync(file, link);
  expect(await count(link)).toBe(2);
  expect(within(home)).toEqual(before);
  expect(readdirSync(folder.path).sort()).toEqual(['bot', basename(link)]);
});

test('a bot that was killed: what only its log holds is read, and the log stays as it is', async () => {
  await using folder = tempFolder();
  const [alive, dead] = ['alive', 'dead'].map((name) => join(folder.path, name));
  if (alive === undefined || dead === undefined) throw new Error('two folders');
  mkdirSync(alive);
  mkdirSync(dead);
  const bot = freqtradeDatabase(join(alive, 'a.sqlite'), [{ id: 1 }]);
  bot.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA wal_checkpoint(TRUNCATE)');
  insertTrades(bot, [{ id: 2 }]);
  for (const part of ['', '-wal']) copyFileSync(join(alive, `a.sqlite${part}`), join(dead, `a.sqlite${part}`));
  const before = within(dead);
  expect(await count(join(dead, 'a.sqlite'))).toBe(2);
  expect(within(dead)).toEqual(before);
  // Its log gone, the database is the older one.
  renameSync(join(dead, 'a.sqlite-wal'), join(folder.path, 'log'));
  expect(await count(join(dead, 'a.sqlite'))).toBe(1);
  // The bot that runs has log and index open, and keeps them.
  expect(await count(join(alive, 'a.sqlite'))).toBe(2);
  expect(readdirSync(alive).sort()).toEqual(['a.sqlite', 'a.sqlite-shm', 'a.sqlite-wal']);
  bot.close();
  expect(readdirSync(alive)).toEqual(['a.sqlite']);
});

test('a bot that starts to write while its database is read at rest: what was read then does not count', async () => {
  await using folder = tempFolder();
  const file = join(folder.path, 'a.sqlite');
  freqtradeDatabase(file, [{ id: 1 }]).close();
  const bots: ReturnType<typeof freqtradeDatabase>[] = [];
  const seen: number[] = [];
  const found = await withBotDatabase(file, (db) => {
    const n = Number(db.prepare(COUNT).get()?.n);
    seen.push(n);
    if (bots.length === 0) {
      const bot = new (db.constructor as typeof import('node:sqlite').DatabaseSync)(file);
      insertTrades(bot, [{ id: 2 }]);
      bots.push(bot);
    }
    return n;
  });
  expect(found).toBe(2);
  expect(seen).toEqual([1, 2]);
  for (const bot of bots) bot.close();
});
