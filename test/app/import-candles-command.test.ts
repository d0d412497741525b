// `paramgate import candles`: a folder's candles and a bot's into the hub of a data folder, and read back from there.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openHubDesk } from '#store/open.ts';
import { candleBot } from '../../src/app/bot-candles.ts';
import { recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const COLUMNS = ['date', 'open', 'high', 'low', 'close', 'volume'];
const ROWS = [
  ['2026-01-01T00:00:00Z', 1, 2, 0.5, 1.5, 10],
  ['2026-01-01T00:05:00Z', 1.5, 2, 1, 1.2, null],
];

async function bot(answer: (path: string, authorization: string | undefined) => [number, string]) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '', request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://user:p%40ss@127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it('reads a bot, by its own columns and with its login, into the hub', async () => {
  await using folder = tempFolder();
  const asked: string[] = [];
  await using served = await bot((path, authorization) => {
    asked.push(`${path} ${Buffer.from(authorization?.slice(6) ?? '', 'base64')}`);
    return [200, JSON.stringify({ columns: COLUMNS, data: ROWS })];
  });
  await using reading = candleBot(served.url);
  const file = await reading.candles('BTC/USDT:USDT', '5m');
  expect(asked).toEqual(['/api/v1/pair_candles?pair=BTC%2FUSDT%3AUSDT&timeframe=5m&limit=100000 user:p@ss']);
  expect(reading.name).not.toContain('p%40ss');
  await using hub = await openHubDesk({ folder: folder.path, hub: null, log: recordingLog() });
  if (file === undefined) throw new Error('no candles');
  await hub.candles.write(file.candles);
  await hub.candles.write(file.candles);
  const read = await hub.candles.read({ pair: 'BTC/USDT:USDT', timeframe: '5m', fromMs: 0, toMs: 1e15 });
  expect([...read.openTimeMs]).toEqual([Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1, 0, 5)]);
  expect([...read.close]).toEqual([1.5, 1.2]);
  expect([...read.volume]).toEqual([10, Number.NaN]);
});

it.each([
  ['refuses the user and password', [401, '{}']],
  ['HTTP 503', [503, '{"detail":"Bot is not in the correct state"}']],
  ["not as freqtrade's", [200, '<html>']],
  ['high 1 is below low 2', [200, JSON.stringify({ columns: COLUMNS, data: [['2026-01-01', 1, 1, 2, 1, 1]] })]],
  ['date is NaN', [200, JSON.stringify({ columns: COLUMNS, data: [['soon', 1, 1, 1, 1, 1]] })]],
  ['no column close', [200, JSON.stringify({ columns: COLUMNS.slice(0, 4), data: ROWS })]],
] as const)('says what is wrong with a bot: %s', async (words, answer) => {
  await using served = await bot(() => [answer[0], answer[1]]);
  await using reading = candleBot(served.url);
  await expect(reading.candles('BTC/USDT', '5m')).rejects.toThrow(words);
});
