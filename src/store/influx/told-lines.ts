// The newest line that the hub has acknowledged of each place: what it is asked for when it may have lost what it had. Kept as one text with the outbox.
import type { PlaceName } from '#store/sqlite/outbox-table.ts';

/** By place; absent: nothing has been acknowledged there. */
export type ToldLines = Readonly<Partial<Record<PlaceName, string>>>;

/** `text` as it was kept; a text of before places were told apart is a line of the place `first`. */
export function toldLines(text: string | null, first: PlaceName): ToldLines {
  if (text === null) return {};
  if (!text.startsWith('{"')) return { [first]: text };
  try {
    return JSON.parse(text) as ToldLines;
  } catch {
    return { [first]: text };
  }
}

/** `lines` as a text; null for none. */
export function toldText(lines: ToldLines): string | null {
  return Object.keys(lines).length === 0 ? null : JSON.stringify(lines);
}

/** `newest` with the last of `gone` of each place. */
export function withNewest(
  newest: ToldLines,
  gone: readonly { readonly place: PlaceName; readonly line: string }[],
): ToldLines {
  const last = new Map(gone.map(({ place, line }) => [place, line]));
  return { ...newest, ...Object.fromEntries(last) };
}
