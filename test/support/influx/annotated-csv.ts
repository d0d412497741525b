// Results as InfluxDB 2 writes them: annotated CSV with CRLF, a header for every change of columns, the result's name as default.
import type { FluxResult } from './flux-evaluator.ts';
import type { Cell, CellType, Table } from './flux-table.ts';

/** The body of an answer; a single line end when nothing was found. */
export function annotatedCsv(results: readonly FluxResult[]): string {
  const parts = results.map(encoded).filter((text) => text !== '');
  return parts.length === 0 ? '\r\n' : parts.join('');
}

function encoded({ name, tables }: FluxResult): string {
  let text = '';
  let before: string | undefined;
  tables.forEach((table, index) => {
    const columns = ordered(table);
    const header = headerOf(name, table, columns);
    if (header !== before) text += `${before === undefined ? '' : '\r\n'}${header}`;
    before = header;
    for (const row of table.rows)
      text += `,,${index},${columns.map((column) => cell(row[column], table.columns.get(column) ?? 'string')).join(',')}\r\n`;
  });
  return text === '' ? '' : `${text}\r\n`;
}

/** Times and the value first, then the rest by name. */
function ordered({ columns }: Table): readonly string[] {
  const first = ['_start', '_stop', '_time', '_value'].filter((name) => columns.has(name));
  return [...first, ...[...columns.keys()].filter((name) => !first.includes(name)).sort()];
}

function headerOf(name: string, { key, columns }: Table, names: readonly string[]): string {
  const types = names.map((column) => columns.get(column));
  const groups = names.map((column) => key.includes(column));
  const lines = [
    ['#datatype', 'string', 'long', ...types],
    ['#group', 'false', 'false', ...groups],
    ['#default', quoted(name), '', ...names.map(() => '')],
    ['', 'result', 'table', ...names.map(quoted)],
  ];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: Cell | undefined, type: CellType): string {
  if (value === undefined) return '';
  if (type === 'dateTime:RFC3339') return rfc3339(BigInt(value as bigint));
  if (typeof value === 'number') return plainNumber(value);
  return quoted(String(value));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) || text.startsWith(' ') ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As Go writes times: nanoseconds without trailing zeros. */
export function rfc3339(timeNs: bigint): string {
  const seconds = timeNs >= 0n ? timeNs / 1_000_000_000n : (timeNs - 999_999_999n) / 1_000_000_000n;
  const fraction = String(timeNs - seconds * 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  return `${whole}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** As Go writes floats for CSV: never with an exponent. */
function plainNumber(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const digits = whole + fraction;
  const point = 1 + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}
