// Doors name fields as they know them; a caller of GraphQL knows them by where they stand in the arguments.
import { Fault } from '#domain/fault.ts';

/** `error` itself, or the same Fault with `prefix` before its field (`requests[17]` and `leverage` become `requests[17].leverage`). */
export function under(prefix: string, error: unknown): unknown {
  if (!(error instanceof Fault) || error.field === undefined) return error;
  const field = `${prefix}.${error.field}`;
  const message = error.message.startsWith(`${error.field}:`) ? `${prefix}.${error.message}` : error.message;
  return new Fault(error.code, message, {
    field,
    ...(error.allowed === undefined ? {} : { allowed: error.allowed }),
    cause: error.cause,
  });
}

/** What `ask` resolves to; its Faults are reported under `prefix`. */
export async function askUnder<T>(prefix: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw under(prefix, error);
  }
}

/** Throws LIMIT_EXCEEDED when more than `most` entries stand in the list argument `field`. */
export function requireAtMost(most: number, entries: readonly unknown[], field: string): void {
  if (entries.length <= most) return;
  throw new Fault('LIMIT_EXCEEDED', `${field}: ${entries.length} entries; allowed: at most ${most}`, {
    field,
    allowed: `at most ${most} entries`,
  });
}
