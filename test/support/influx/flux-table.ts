// Tables as Flux has them: a group key, columns with types, rows.

import { FluxRefusal } from './flux-tree.ts';
import type { FieldType } from './line-parser.ts';

export type CellType = FieldType | 'dateTime:RFC3339';
/** Times are bigint nanoseconds. */
export type Cell = number | boolean | string | bigint;
export type TableRow = Readonly<Record<string, Cell | undefined>>;

export interface Table {
  /** The names of the columns that make the group key. */
  readonly key: readonly string[];
  readonly columns: ReadonlyMap<string, CellType>;
  readonly rows: readonly TableRow[];
}

const FLUX: Readonly<Record<CellType, string>> = {
  double: 'float',
  long: 'integer',
  unsignedLong: 'unsigned',
  boolean: 'boolean',
  string: 'string',
  'dateTime:RFC3339': 'time',
};

interface Group {
  readonly key: readonly string[];
  readonly columns: Map<string, CellType>;
  readonly rows: TableRow[];
}

/** `tables` with `key` as group key; rows of equal keys come together, in order. Throws when their columns' types do not fit. */
export function regrouped(tables: readonly Table[], key: readonly string[]): readonly Table[] {
  const groups = new Map<string, Group>();
  for (const table of tables) {
    const own = key.filter((name) => table.columns.has(name));
    for (const row of table.rows) {
      const id = JSON.stringify(own.map((name) => [name, String(row[name])]));
      const group: Group = groups.get(id) ?? { columns: new Map(), rows: [], key: own };
      groups.set(id, group);
      for (const [name, type] of table.columns) {
        const known = group.columns.get(name);
        if (known !== undefined && known !== type)
          throw new FluxRefusal(`schema collision: cannot group ${FLUX[known]} and ${FLUX[type]} types together`);
        group.columns.set(name, type);
      }
      group.rows.push(row);
    }
  }
  return [...groups.values()];
}

/** Each table without the columns that `stays` refuses; tables that become one are one. */
export function withColumns(tables: readonly Table[], stays: (name: string) => boolean): readonly Table[] {
  const cut = tables.map(({ key, columns, rows }) => ({
    key: key.filter(stays),
    columns: new Map([...columns].filter(([name]) => stays(name))),
    rows: rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => stays(name)))),
  }));
  const byKey = Map.groupBy(cut, ({ key, rows }) => JSON.stringify(key.map((name) => [name, String(rows[0]?.[name])])));
  return [...byKey.values()].flatMap((same) => (same.length === 1 ? same : regrouped(same, same[0]?.key ?? [])));
}

/** -1, 0, 1 as Flux orders cells; what is missing comes first. */
export function compareCells(a: Cell | undefined, b: Cell | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}
