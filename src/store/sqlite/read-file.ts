// One file of the data folder as seen by a reader: absent until its writer has made it, then open read-only with its statements prepared once.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { openForReading } from './database.ts';
import { type FileKind, pathOf } from './schema.ts';
import type { Row } from './signal-rows.ts';
import { machineFault } from './trouble.ts';

/** Short indexed reads on the calling thread. */
export class ReadFile {
  readonly #folder: string;
  readonly #kind: FileKind;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | undefined;
  #closed = false;

  constructor(folder: string, kind: FileKind) {
    this.#folder = folder;
    this.#kind = kind;
  }

  /** All rows of `sql`; none while the file is not there. Throws JOURNAL_UNAVAILABLE (hub files: HUB_UNAVAILABLE) when it cannot be read. */
  rows(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    if (this.#closed) throw new Error(`${pathOf(this.#folder, this.#kind)} is closed`);
    try {
      return this.#prepared(sql)?.all(...values) ?? [];
    } catch (error) {
      throw machineFault(error, this.#kind, pathOf(this.#folder, this.#kind)) ?? error;
    }
  }

  /** For each key, in order, the row whose `keyColumn` is the key; undefined without one. `select` ends where `IN (...)` follows. */
  rowsByKey(select: string, keyColumn: string, keys: readonly string[]): readonly (Row | undefined)[] {
    const found = new Map(this.rowsIn(select, keys).map((row) => [row[keyColumn], row]));
    return keys.map((key) => found.get(key));
  }

  /** The rows of `select IN (keys) tail`, however many keys there are. */
  rowsIn(select: string, keys: readonly string[], tail = ''): readonly Row[] {
    if (keys.length === 0) return [];
    return this.rows(`${select} IN (SELECT value FROM json_each(?)) ${tail}`, JSON.stringify(keys));
  }

  close(): void {
    this.#closed = true;
    this.#statements.clear();
    this.#db?.close();
    this.#db = undefined;
  }

  #prepared(sql: string): StatementSync | undefined {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    this.#db ??= openForReading(this.#folder, this.#kind);
    const statement = this.#db?.prepare(sql);
    if (statement !== undefined) this.#statements.set(sql, statement);
    return statement;
  }
}
