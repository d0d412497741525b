// Pages as Relay has them, with nodes beside edges, newest first. A cursor names a place (time, id), so it stays right while rows are added.
import { badInput } from '#domain/fault.ts';
import { builder } from './builder.ts';

/** The place of a row in the order newest first: by time, then by id. */
export interface Place {
  readonly atMs: number;
  readonly id: string;
}

/** One page: its rows, the places of the first and the last, and whether there are rows beyond it. */
export interface Page<T> {
  readonly nodes: readonly T[];
  readonly start: Place | undefined;
  readonly end: Place | undefined;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

const MOST = 500;

/** `first` itself, or 20 when absent; throws BAD_USER_INPUT outside 1..500. */
export function requireFirst(first: number | null | undefined): number {
  const wanted = first ?? 20;
  if (wanted >= 1 && wanted <= MOST) return wanted;
  throw badInput('first', `${wanted} rows`, `a whole number from 1 to ${MOST}`);
}

/** The page made of `rows`, read with one more than `first` to know whether there are others. */
export function pageOf<T>(
  rows: readonly T[],
  asked: { first: number; after: Place | undefined },
  placeOf: (node: T) => Place,
): Page<T> {
  const nodes = rows.slice(0, asked.first);
  const first = nodes[0];
  const last = nodes.at(-1);
  return {
    nodes,
    start: first === undefined ? undefined : placeOf(first),
    end: last === undefined ? undefined : placeOf(last),
    hasNextPage: rows.length > asked.first,
    hasPreviousPage: asked.after !== undefined,
  };
}

/** Opaque text of a place. */
export function cursorOf({ atMs, id }: Place): string {
  return Buffer.from(JSON.stringify([atMs, id])).toString('base64url');
}

/** The place a cursor names; undefined when there is none. Throws BAD_USER_INPUT for text this service never handed out. */
export function placeAfter(cursor: string | null | undefined): Place | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const place = readPlace(cursor);
  if (place !== undefined && cursorOf(place) === cursor) return place;
  throw badInput('after', 'not a cursor of this service', 'endCursor or an edge cursor of an earlier page');
}

function readPlace(cursor: string): Place | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [atMs, id]: unknown[] = parsed;
    return Number.isSafeInteger(atMs) && typeof id === 'string' ? { atMs: Number(atMs), id } : undefined;
  } catch {
    return undefined;
  }
}

/** Where a page stands among all pages. */
export const PageInfoType = builder.objectRef<Page<unknown>>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage'),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage'),
    startCursor: t.string({ nullable: true, resolve: ({ start }) => (start === undefined ? null : cursorOf(start)) }),
    endCursor: t.string({ nullable: true, resolve: ({ end }) => (end === undefined ? null : cursorOf(end)) }),
  }),
});
