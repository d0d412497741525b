// Many callers' operations in one transaction per file: one sync to disk answers them all. An operation that fails takes only itself back;
// a transaction that cannot be committed keeps nothing of anybody.
import type { DatabaseSync } from 'node:sqlite';
import type { FileKind } from './schema.ts';
import { machineFault } from './trouble.ts';

/** What one writer can do to its file. Operations run inside the transaction, between `beginning` and `committing`; `committed` follows its COMMIT. */
export interface FileWriter {
  readonly kind: FileKind;
  readonly db: DatabaseSync;
  readonly operations: Readonly<Record<string, (input: never) => unknown>>;
  beginning?(): void;
  committing?(): void;
  committed?(durationMs: number): void;
}

export interface Operation {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** The end of one operation: its value, or what was thrown. */
export type Outcome = { readonly id: number } & ({ readonly value: unknown } | { readonly error: unknown });

/**
 * Runs `operations` on `writer`'s file and commits them together; one outcome each, in order, and whether there was a commit. `elapsed` reads a
 * monotonic clock, ms.
 */
export function commitGroup(
  writer: FileWriter,
  operations: readonly Operation[],
  elapsed: () => number,
): { readonly outcomes: readonly Outcome[]; readonly isKept: boolean } {
  const { db } = writer;
  const failed = (error: unknown) => {
    if (db.isTransaction) db.exec('ROLLBACK');
    const fault = machineFault(error, writer.kind, db.location() ?? writer.kind) ?? error;
    return { outcomes: operations.map(({ id }) => ({ id, error: fault })), isKept: false };
  };
  const startedMs = elapsed();
  try {
    db.exec('BEGIN IMMEDIATE');
    writer.beginning?.();
    const outcomes = operations.map((operation) => runAlone(writer, operation));
    writer.committing?.();
    db.exec('COMMIT');
    writer.committed?.(elapsed() - startedMs);
    return { outcomes, isKept: true };
  } catch (error) {
    return failed(error);
  }
}

function runAlone(writer: FileWriter, operation: Operation): Outcome {
  const run = writer.operations[operation.name];
  if (run === undefined) return { id: operation.id, error: new Error(`no operation ${operation.name}`) };
  const { db } = writer;
  db.exec('SAVEPOINT operation');
  try {
    const value = run(operation.input as never);
    db.exec('RELEASE operation');
    return { id: operation.id, value };
  } catch (error) {
    if (!db.isTransaction || machineFault(error, writer.kind, '') !== undefined) throw error;
    db.exec('ROLLBACK TO operation; RELEASE operation');
    return { id: operation.id, error };
  }
}
