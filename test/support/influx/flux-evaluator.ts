// Runs Flux over points in memory: the functions that queries of ours use, with the server's errors for what it would refuse.

import { literalOf, looksAtRows, type Predicate, predicateOf, textsOf } from './flux-predicate.ts';
import { compareCells, regrouped, type Table, type TableRow, withColumns } from './flux-table.ts';
import { bare, callOf, type FluxNode, FluxRefusal, nameOf, node, parseFlux } from './flux-tree.ts';
import type { BucketPoints, FieldSeries } from './point-store.ts';

/** A named result and its tables. */
export interface FluxResult {
  readonly name: string;
  readonly tables: readonly Table[];
}

/** Points still at the source: what range, filters and group have been asked of them. */
interface Source {
  readonly bucket: string;
  readonly startNs: bigint | undefined;
  readonly stopNs: bigint;
  readonly filters: readonly { readonly predicate: Predicate; readonly byRow: boolean }[];
  readonly group: readonly string[] | undefined;
}

type Stream = { readonly source: Source } | { readonly tables: readonly Table[]; readonly sorted: boolean };
type Args = ReadonlyMap<string, FluxNode>;

/** What `text` yields. `bucketOf` gives a bucket's points, or throws the FluxRefusal that the server would answer. */
export function runFlux(text: string, bucketOf: (name: string) => BucketPoints, nowNs: bigint): readonly FluxResult[] {
  const functions = new Map<string, FluxNode>();
  const results: FluxResult[] = [];
  const materialised = (stream: Stream, newest = false): readonly Table[] =>
    'tables' in stream ? stream.tables : read(stream.source, bucketOf, newest);
  const evaluate = (expression: FluxNode): Stream => {
    if (expression.type === 'CallExpression') {
      const { name, args } = callOf(expression);
      if (name === 'from') {
        const bucket = String(literalOf(argument(args, 'bucket')));
        return { source: { bucket, startNs: undefined, stopNs: nowNs, filters: [], group: undefined } };
      }
      const defined = functions.get(name);
      if (defined === undefined) throw new FluxRefusal(`${name} is not known here`);
      return evaluate(bare(defined.body));
    }
    if (expression.type !== 'PipeExpression') throw new FluxRefusal(`${expression.type} is not known here`);
    const { name, args } = callOf(expression.call);
    return apply(name, args, evaluate(bare(expression.argument)));
  };
  const apply = (name: string, args: Args, input: Stream): Stream => {
    if ('source' in input) {
      const { source } = input;
      if (name === 'range') {
        const stop = args.get('stop');
        const startNs = instantOf(argument(args, 'start'), nowNs);
        return { source: { ...source, startNs, stopNs: stop === undefined ? nowNs : instantOf(stop, nowNs) } };
      }
      if (name === 'filter' && source.group === undefined) {
        const fn = argument(args, 'fn');
        const filters = [...source.filters, { predicate: predicateOf(fn), byRow: looksAtRows(fn) }];
        return { source: { ...source, filters } };
      }
      if (name === 'group' && source.group === undefined) {
        return { source: { ...source, group: args.has('columns') ? textsOf(args.get('columns')) : [] } };
      }
    }
    const tables = materialised(input, name === 'last');
    if (name === 'yield') {
      const given = args.get('name');
      results.push({ name: given === undefined ? '_result' : String(literalOf(given)), tables });
      return { tables, sorted: false };
    }
    const sorted = 'tables' in input && input.sorted;
    return { tables: transformed(name, args, tables, sorted), sorted: name === 'sort' || sorted };
  };

  for (const statement of parseFlux(text)) {
    if (statement.type === 'VariableAssignment') {
      const value = bare(statement.init);
      if (value.type !== 'FunctionExpression')
        throw new FluxRefusal('only functions are shared here: a shared stream disables push-down');
      functions.set(nameOf(statement.id), value);
    } else if (statement.type === 'ExpressionStatement') {
      const before = results.length;
      const stream = evaluate(bare(statement.expression));
      if (results.length === before) results.push({ name: '_result', tables: materialised(stream) });
    } else throw new FluxRefusal(`${statement.type} is not known here`);
  }
  const names = results.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new FluxRefusal(
      `error in building plan while starting program: found more than one call to yield() with the name "${twice}"`,
    );
  return results;
}

function argument(args: Args, name: string): FluxNode {
  const found = args.get(name);
  if (found === undefined) throw new FluxRefusal(`missing required argument ${name}`);
  return found;
}

const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

function instantOf(value: FluxNode, nowNs: bigint): bigint {
  if (value.type === 'DurationLiteral' || value.type === 'UnaryExpression') {
    const duration = value.type === 'UnaryExpression' ? bare(value.argument) : value;
    if (duration.type !== 'DurationLiteral') throw new FluxRefusal('a range needs an instant');
    const parts = (duration.values as readonly { readonly magnitude: number; readonly unit: string }[]) ?? [];
    const total = parts.reduce((sum, { magnitude, unit }) => sum + BigInt(magnitude) * (UNIT_NS[unit] ?? 0n), 0n);
    return value.type === 'UnaryExpression' ? nowNs - total : nowNs + total;
  }
  const found = literalOf(value);
  return typeof found === 'bigint' ? found : BigInt(Number(found)) * 1_000_000_000n;
}

function read(source: Source, bucketOf: (name: string) => BucketPoints, newest: boolean): readonly Table[] {
  const { bucket, startNs, stopNs, filters, group } = source;
  if (startNs === undefined) {
    throw new FluxRefusal(
      `error in building plan while starting program: cannot submit unbounded read to "${bucket}"; try bounding 'from' with a call to 'range'`,
    );
  }
  if (startNs >= stopNs)
    throw new FluxRefusal('error in building plan while starting program: cannot query an empty range');
  const tables = [...bucketOf(bucket).read(startNs, stopNs, newest)].flatMap((series) => {
    const fixed = { ...Object.fromEntries(series.tags), _field: series.field, _measurement: series.measurement };
    if (filters.some(({ predicate, byRow }) => !byRow && !predicate(fixed))) return [];
    const rows = series.points
      .map(([timeNs, value]): TableRow => ({ _start: startNs, _stop: stopNs, _time: timeNs, _value: value, ...fixed }))
      .filter((row) => filters.every(({ predicate, byRow }) => !byRow || predicate(row)));
    return rows.length === 0 ? [] : [tableOf(series, rows)];
  });
  return group === undefined ? tables : regrouped(tables, group);
}

function tableOf({ tags, type }: FieldSeries, rows: readonly TableRow[]): Table {
  const names = [...tags.keys()].sort();
  return {
    key: ['_start', '_stop', '_field', '_measurement', ...names],
    columns: new Map([
      ['_start', 'dateTime:RFC3339'],
      ['_stop', 'dateTime:RFC3339'],
      ['_time', 'dateTime:RFC3339'],
      ['_value', type],
      ['_field', 'string'],
      ['_measurement', 'string'],
      ...names.map((name) => [name, 'string'] as const),
    ]),
    rows,
  };
}

function transformed(name: string, args: Args, tables: readonly Table[], sorted: boolean): readonly Table[] {
  const columns = () => textsOf(args.get('columns'));
  switch (name) {
    case 'filter': {
      const predicate = predicateOf(argument(args, 'fn'));
      return nonEmpty(tables.map((table) => ({ ...table, rows: table.rows.filter(predicate) })));
    }
    case 'group':
      return regrouped(tables, args.has('columns') ? columns() : []);
    case 'keep': {
      const kept = columns();
      return withColumns(tables, (column) => kept.includes(column));
    }
    case 'drop': {
      const dropped = columns();
      return withColumns(tables, (column) => !dropped.includes(column));
    }
    case 'sort': {
      const by = args.has('columns') ? columns() : ['_value'];
      const sign = args.get('desc') !== undefined && literalOf(node(args.get('desc'))) === true ? -1 : 1;
      const order = (a: TableRow, b: TableRow) =>
        sign * (by.map((column) => compareCells(a[column], b[column])).find((found) => found !== 0) ?? 0);
      return tables.map((table) => ({ ...table, rows: table.rows.toSorted(order) }));
    }
    case 'limit': {
      const offset = args.has('offset') ? Number(literalOf(argument(args, 'offset'))) : 0;
      const end = offset + Number(literalOf(argument(args, 'n')));
      return nonEmpty(tables.map((table) => ({ ...table, rows: table.rows.slice(offset, end) })));
    }
    case 'first':
    case 'last':
    case 'min':
    case 'max':
      return tables.map((table) => ({ ...table, rows: [selected(name, table, sorted)] }));
    case 'sum':
    case 'count':
    case 'mean':
      return tables.map((table) => aggregated(name, table));
    default:
      throw new FluxRefusal(`${name} is not known here`);
  }
}

function nonEmpty(tables: readonly Table[]): readonly Table[] {
  return tables.filter(({ rows }) => rows.length > 0);
}

function selected(name: 'first' | 'last' | 'min' | 'max', { rows }: Table, sorted: boolean): TableRow {
  const by = name === 'min' || name === 'max' ? '_value' : '_time';
  const last = name === 'last' || name === 'max';
  if (sorted && by === '_time') return (last ? rows.at(-1) : rows[0]) as TableRow;
  return rows.reduce((best, row) => {
    const order = compareCells(row[by], best[by]);
    return (last ? order > 0 || (name === 'last' && order === 0) : order < 0) ? row : best;
  });
}

function aggregated(name: 'sum' | 'count' | 'mean', { key, columns, rows }: Table): Table {
  const type = columns.get('_value');
  if (name !== 'count' && (type === 'string' || type === 'boolean'))
    throw new FluxRefusal(`unsupported input type for ${name} aggregate: ${type}`);
  const first = rows[0] as TableRow;
  const total = () => rows.reduce((sum, { _value }) => sum + Number(_value), 0);
  const value = name === 'count' ? rows.length : name === 'sum' ? total() : total() / rows.length;
  const valueType = name === 'count' ? 'long' : name === 'mean' ? 'double' : (type ?? 'double');
  const kept = [...new Set(['_start', '_stop', ...key])].filter((column) => columns.has(column));
  const named = kept.map((column) => [column, first[column]] as const);
  return {
    key,
    columns: new Map([
      ...kept.map((column) => [column, columns.get(column) ?? 'string'] as const),
      ['_value', valueType],
    ]),
    rows: [{ ...Object.fromEntries(named), _value: value }],
  };
}
