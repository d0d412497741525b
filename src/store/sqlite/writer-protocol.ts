// What travels between a store and its writer thread. Errors cross as plain data and are errors again on the other side.
import { Fault, type FaultCode } from '#domain/fault.ts';
import type { candlesWriter } from './candles.ts';
import type { gatewayWriter } from './gateway-writer.ts';
import type { Operation } from './group-commit.ts';
import type { paramsWriter, tradesWriter } from './hub-writers.ts';
import type { importsWriter } from './imports.ts';
import type { OutboxRules } from './outbox-table.ts';
import type { FileKind } from './schema.ts';
import type { workerWriter } from './worker-writer.ts';

/** Every operation a writer thread knows, by name. */
export type Operations = ReturnType<typeof gatewayWriter>['operations'] &
  ReturnType<typeof tradesWriter>['operations'] &
  ReturnType<typeof workerWriter>['operations'] &
  ReturnType<typeof paramsWriter>['operations'] &
  ReturnType<typeof candlesWriter>['operations'] &
  ReturnType<typeof importsWriter>['operations'];

/** Files a side of a store wants written. `sharedTime` as in the store's options. */
export interface OpenFiles {
  readonly folder: string;
  readonly kinds: readonly FileKind[];
  readonly sharedTime: SharedArrayBuffer | null;
  /** Where the hub is not in the data folder: what is put into the outboxes. null: nothing is. */
  readonly outbox: OutboxRules | null;
}

/**
 * What a writer thread is told. Every message with an `id` is answered; `rest` comes when it is quiet after a burst of work; `end` follows when all
 * files are closed.
 */
export type ToWriter =
  | { readonly kind: 'open'; readonly id: number; readonly files: OpenFiles }
  | { readonly kind: 'operations'; readonly operations: readonly Operation[] }
  | { readonly kind: 'close'; readonly id: number; readonly kinds: readonly FileKind[] }
  | { readonly kind: 'rest' }
  | { readonly kind: 'end' };

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly failure: Failure });

/** One group of writes on one file, from its beginning to the sync to disk. `isKept` false: nothing of it was committed. */
export interface Commit {
  readonly file: FileKind;
  readonly writes: number;
  readonly durationMs: number;
  readonly isKept: boolean;
}

/** What a writer thread tells: answers, and the commit they come from (undefined: they are of opening or closing files). */
export interface FromWriter {
  readonly answers: readonly Answer[];
  readonly commit: Commit | undefined;
}

/** An error as plain data; `code` only of a Fault. */
export interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: FaultCode | undefined;
  readonly field: string | undefined;
  readonly allowed: string | undefined;
}

export function toFailure(error: unknown): Failure {
  const fault = error instanceof Fault ? error : undefined;
  return {
    message: error instanceof Error ? error.message : String(error),
    stack: error instanceof Error ? error.stack : undefined,
    code: fault?.code,
    field: fault?.field,
    allowed: fault?.allowed,
  };
}

export function fromFailure(failure: Failure): Error {
  const { message, stack, code, field, allowed } = failure;
  const details = { ...(field === undefined ? {} : { field }), ...(allowed === undefined ? {} : { allowed }) };
  const error = code === undefined ? new Error(message) : new Fault(code, message, details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
