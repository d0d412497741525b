// A process that answers like an InfluxDB 2 holding so many closed trades of 30 days, made up as they are asked for: its work is not that of whoever is
// measured. `node bench/support/trade-hub.ts TRADES FIELDS LAST_MS`, the last trade just before LAST_MS; FIELDS is `few` (what other writers leave) or `all` (what Paramgate writes).
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

const DAYS = 30;
const DAY_MS = 86_400_000;
const PAIRS = 200;
const [trades, fields, nowMs] = [Number(process.argv[2]), process.argv[3] ?? 'few', Number(process.argv[4])];
const spanMs = DAYS * DAY_MS;
/** Trade i was closed at start + i x step; its pair is i modulo the number of pairs. */
const startMs = nowMs - spanMs;
const stepMs = spanMs / trades;

const NUMBERS = ['leverage', 'profit_pct', 'stop_loss_pct', 'take_profit_pct'];
const TEXTS = fields === 'all' ? ['bot', 'opened_at', 'side', 'trade_id'] : [];

/** Up to trade i, by field, in hundredths: what the hub would add is known without adding. */
const SUMS = NUMBERS.map((name) => {
  const sums = new Float64Array(trades + 1);
  for (let one = 0; one < trades; one += 1)
    sums[one + 1] = (sums[one] as number) + Math.round(Number(figureOf(name, one)) * 100);
  return sums;
});

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => void answer(String(Buffer.concat(parts)), response));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address !== null && typeof address === 'object')
  process.stdout.write(`ready on http://127.0.0.1:${address.port}\n`);

async function answer(body: string, response: ServerResponse): Promise<void> {
  const { query } = JSON.parse(body) as { query: string };
  response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' });
  if (query.includes('count()')) response.write(countsOf(query));
  else if (!query.includes('last()')) {
    for (const block of tablesOf(query)) if (!response.write(block)) await once(response, 'drain');
  }
  response.end('\r\n');
}

/** The range of the first or a later part of `query`, as trades [from, to). */
function rangesOf(query: string): readonly { readonly from: number; readonly to: number }[] {
  return [...query.matchAll(/range\(start: ([^,]+), stop: ([^)]+)\)/g)].map(([, start = '', stop = '']) => {
    const indexAt = (time: string) => Math.min(trades, Math.max(0, Math.ceil((Date.parse(time) - startMs) / stepMs)));
    return { from: indexAt(start), to: indexAt(stop) };
  });
}

function* tablesOf(query: string): Generator<string> {
  const [range] = rangesOf(query);
  if (range === undefined || range.from >= range.to) return;
  let table = 0;
  for (const [names, type] of [
    [NUMBERS, 'double'],
    [TEXTS, 'string'],
  ] as const) {
    if (names.length === 0) continue;
    yield `#datatype,string,long,dateTime:RFC3339,${type},string,string\r\n#group,false,false,false,false,true,true\r\n#default,_result,,,,,\r\n,result,table,_time,_value,_field,pair\r\n`;
    for (let pair = 0; pair < PAIRS; pair += 1) {
      for (const name of names) {
        const lines: string[] = [];
        const first = range.from + ((pair - (range.from % PAIRS) + PAIRS) % PAIRS);
        for (let index = first; index < range.to; index += PAIRS) {
          const time = new Date(Math.floor(startMs + index * stepMs)).toISOString().slice(0, 23);
          lines.push(
            `,,${table},${time}${String(index % 1_000_000).padStart(6, '0')}Z,${figureOf(name, index)},${name},C${String(pair).padStart(3, '0')}/USDT:USDT`,
          );
        }
        if (lines.length === 0) continue;
        table += 1;
        yield `${lines.join('\r\n')}\r\n`;
      }
    }
    yield '\r\n';
  }
}

function figureOf(name: string, index: number): string | number {
  if (name === 'leverage') return 1 + (index % 10);
  if (name === 'profit_pct') return profitOf(index);
  if (name === 'stop_loss_pct') return -1.48 - (index % 7) / 100;
  if (name === 'take_profit_pct') return 1 + (index % 9) / 100;
  if (name === 'bot') return 'BOT3';
  if (name === 'side') return index % 2 === 0 ? 'LONG' : 'SHORT';
  if (name === 'trade_id') return index;
  return new Date(Math.floor(startMs + index * stepMs) - 3_600_000).toISOString();
}

function profitOf(index: number): number {
  return index % 3 === 0 ? -1.46 : 0.88;
}

/** Counts and sums of each range, as they are asked for: in turns, a block each. */
function countsOf(query: string): string {
  const asked = [...query.matchAll(/yield\(name: "(count|sum) (\d+)"\)/g)];
  const ranges = rangesOf(query);
  return asked
    .map(([, how = '', index = ''], place) => {
      const { from, to } = ranges[place] ?? { from: 0, to: 0 };
      const type = how === 'count' ? 'long' : 'double';
      const rows = NUMBERS.map((name, table) => {
        const sums = SUMS[table] as Float64Array;
        const value = how === 'count' ? to - from : ((sums[to] as number) - (sums[from] as number)) / 100;
        return `,,${table},${name},${value}\r\n`;
      });
      const head = `#datatype,string,long,string,${type}\r\n#group,false,false,true,false\r\n#default,${how} ${index},,,\r\n,result,table,_field,_value\r\n`;
      return from < to ? `${head}${rows.join('')}\r\n` : '';
    })
    .join('');
}
