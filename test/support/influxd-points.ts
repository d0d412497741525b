// What a real InfluxDB 2 holds, read over HTTP with nothing of the service: every point of a measurement as one object.

/** Where to ask, and as whom. */
export interface InfluxdAddress {
  readonly url: string;
  readonly token: string;
  readonly org: string;
}

type Cell = string | number | boolean;

/** Every point of `measurement` in `bucket`: its tags and fields by name, and `ns`, its time as text. */
export async function influxdPoints(
  { url, token, org }: InfluxdAddress,
  bucket: string,
  measurement: string,
): Promise<readonly Readonly<Record<string, Cell>>[]> {
  const points = new Map<string, Record<string, Cell>>();
  const query = `from(bucket: ${JSON.stringify(bucket)}) |> range(start: 1970-01-01T00:00:00Z, stop: 2200-01-01T00:00:00Z)
    |> filter(fn: (r) => r._measurement == ${JSON.stringify(measurement)}) |> drop(columns: ["_start", "_stop"])`;
  const response = await fetch(`${url}/api/v2/query?org=${encodeURIComponent(org)}`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query,
      dialect: { header: true, annotations: ['datatype'], delimiter: ',', commentPrefix: '#' },
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  let types: readonly string[] = [];
  let names: readonly string[] = [];
  for (const row of csvRows(await response.text())) {
    if (row[0] === '#datatype') {
      types = row;
      names = [];
    } else if (names.length === 0 && row.length > 1) names = row;
    else if (row.length > 1) note(points, row, { names, types });
  }
  return [...points.values()];
}

function note(
  points: Map<string, Record<string, Cell>>,
  row: readonly string[],
  { names, types }: { readonly names: readonly string[]; readonly types: readonly string[] },
): void {
  const at = (name: string) => row[names.indexOf(name)] ?? '';
  const tags = names.filter((name) => name !== '' && name !== 'result' && name !== 'table' && !name.startsWith('_'));
  const own = Object.fromEntries(tags.map((name) => [name, at(name)] as const).filter(([, value]) => value !== ''));
  const ns = nanoseconds(at('_time'));
  const key = `${JSON.stringify(own)} ${ns}`;
  const point = points.get(key) ?? { ...own, ns };
  point[at('_field')] = cellOf(at('_value'), types[names.indexOf('_value')] ?? 'string');
  points.set(key, point);
}

function cellOf(text: string, type: string): Cell {
  if (type === 'boolean') return text === 'true';
  return type === 'string' ? text : Number(text);
}

/** An RFC 3339 time in UTC as nanoseconds since 1970. */
function nanoseconds(time: string): string {
  const [whole = '', fraction = ''] = time.replace('Z', '').split('.');
  return String(BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
}

/** The cells of each line of `text`; a quoted cell may hold commas, quotes and line ends. */
function* csvRows(text: string): Generator<readonly string[]> {
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      let end = at + 1;
      while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
      row.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const end = cellEnd(text, at);
      row.push(text.slice(at, end));
      at = end;
    }
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    yield row;
    row = [];
    at += text[at] === '\r' ? 2 : 1;
  }
}

/** Where the cell that starts at `from` ends. */
function cellEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !',\r\n'.includes(text[at] as string)) at += 1;
  return at;
}
