// One file of the data folder as seen by a reader: absent until its writer has made it, then open read-only with its statements prepared once.
import { statSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { openForReading } from './database.ts';
import { type FileKind, pathOf } from './schema.ts';
import type { Row } from './signal-rows.ts';
import { machineFault } from './trouble.ts';

/** After so many reads it is asked whether the file is still the one under its name: moved aside and made anew, it would be read for ever. */
const LOOK_EVERY_READS = 64;

/** Short indexed reads on the calling thread. */
export class ReadFile {
  readonly #folder: string;
  readonly #kind: FileKind;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | undefined;
  #inode: number | undefined;
  #reads = 0;
  #closed = false;

  constructor(folder: string, kind: FileKind) {
    this.#folder = folder;
    this.#kind = kind;
  }

  /** All rows of `sql`; none while the file is not there. Throws JOURNAL_UNAVAILABLE (hub files: HUB_UNAVAILABLE) when it cannot be read. */
  rows(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    try {
      return this.#prepared(sql)?.all(...values) ?? [];
    } catch (error) {
      throw machineFault(error, this.#kind, pathOf(this.#folder, this.#kind)) ?? error;
    }
  }

  /** As `rows`, each row as its values in the order of the columns: for who reads thousands of them. */
  tuples(sql: string, ...values: readonly SQLInputValue[]): readonly (readonly SQLOutputValue[])[] {
    const key = `tuples ${sql}`;
    try {
      if (this.#closed) throw new Error(`${pathOf(this.#folder, this.#kind)} is closed`);
      this.#look();
      let statement = this.#statements.get(key);
      if (statement === undefined) {
        statement = this.#file()?.prepare(sql);
        if (statement === undefined) return [];
        statement.setReturnArrays(true);
        this.#statements.set(key, statement);
      }
      // A statement that returns arrays is typed as one that returns objects.
      const found: unknown = statement.all(...values);
      return found as readonly (readonly SQLOutputValue[])[];
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

  /** Lets go of the file at once when another one has taken its place: for who reads seldom. */
  lookAgain(): void {
    if (this.#db === undefined) return;
    const inode = this.#inodeNow();
    if (inode === undefined || inode === this.#inode) return;
    this.#statements.clear();
    this.#db.close();
    this.#db = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#statements.clear();
    this.#db?.close();
    this.#db = undefined;
  }

  #prepared(sql: string): StatementSync | undefined {
    if (this.#closed) throw new Error(`${pathOf(this.#folder, this.#kind)} is closed`);
    this.#look();
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#file()?.prepare(sql);
    if (statement !== undefined) this.#statements.set(sql, statement);
    return statement;
  }

  #file(): DatabaseSync | undefined {
    if (this.#db === undefined) {
      this.#inode = this.#inodeNow();
      this.#db = openForReading(this.#folder, this.#kind);
    }
    return this.#db;
  }

  #look(): void {
    this.#reads += 1;
    if (this.#reads % LOOK_EVERY_READS === 0) this.lookAgain();
  }

  #inodeNow(): number | undefined {
    return statSync(pathOf(this.#folder, this.#kind), { throwIfNoEntry: false })?.ino;
  }
}
