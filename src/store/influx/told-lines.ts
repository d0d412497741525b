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

type Placed = readonly { readonly place: PlaceName; readonly line: string }[];

/** What a hub has acknowledged since it is known to have lost nothing. */
export class Anchors {
  #newest: ToldLines = {};
  #oldest: ToldLines = {};

  /** The last line of each place. */
  get newest(): ToldLines {
    return this.#newest;
  }

  /** `gone` is acknowledged. */
  note(gone: Placed): void {
    const last = Object.fromEntries(gone.map(({ place, line }) => [place, line]));
    this.#newest = { ...this.#newest, ...last };
    this.#oldest = { ...last, ...this.#oldest };
  }

  /**
   * What is to be kept beside `known` (which may be behind), where it lacks a place; null: it lacks none. It is the first line that was acknowledged, for a
   * later one may have come after the hub had lost that.
   */
  over(known: ToldLines): string | null {
    const isLacking = Object.keys(this.#oldest).some((place) => known[place as PlaceName] === undefined);
    return isLacking ? toldText({ ...this.#oldest, ...known }) : null;
  }

  /** The hub has lost it all. */
  forget(): void {
    this.#newest = {};
    this.#oldest = {};
  }
}
