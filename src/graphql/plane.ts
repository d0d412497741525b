// The stop x target plane, made small enough for a heatmap. What is shown are real cells: none is mixed from others.
import { badInput } from '#domain/fault.ts';
import type { Plane } from '#domain/study.ts';
import { builder } from './builder.ts';

const MOST = 200;

/** A plane without its trade counts: row per stop, nearest zero first. */
export type Heatmap = Pick<Plane, 'stops' | 'targets' | 'values'>;

export const PlaneType = builder.objectRef<Heatmap>('Plane').implement({
  description: 'The objective of each cell; row per stop, nearest zero first; null where a cell has none.',
  fields: (t) => ({
    stops: t.exposeFloatList('stops'),
    targets: t.exposeFloatList('targets'),
    values: t.expose('values', { type: t.listRef(t.listRef('Float', { nullable: true })) }),
  }),
});

/** `size` itself, or `otherwise` when absent; throws BAD_USER_INPUT outside 1..200. */
export function requireSize(size: number | null | undefined, otherwise: number, field: string): number {
  const wanted = size ?? otherwise;
  if (wanted >= 1 && wanted <= MOST) return wanted;
  throw badInput(field, `${wanted} cells`, `a whole number from 1 to ${MOST}`);
}

/** At most `height` rows and `width` columns of `plane`, evenly spread, first and last kept. */
export function downsample(plane: Plane, width: number, height: number): Heatmap {
  const rows = spread(plane.stops.length, height);
  const columns = spread(plane.targets.length, width);
  const pick = <T>(from: readonly T[], at: readonly number[]): T[] => at.map((index) => from[index] as T);
  return {
    stops: pick(plane.stops, rows),
    targets: pick(plane.targets, columns),
    values: pick(plane.values, rows).map((row) => pick(row, columns)),
  };
}

/** `wanted` indices of `count`, evenly spread, with both ends; all of them when there are fewer; the first alone for one. */
function spread(count: number, wanted: number): number[] {
  const taken = Math.min(count, wanted);
  if (taken <= 1) return taken === 1 ? [0] : [];
  return Array.from({ length: taken }, (_, index) => Math.round((index * (count - 1)) / (taken - 1)));
}
