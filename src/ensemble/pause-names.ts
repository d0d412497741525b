// Whether a pause names what there is. A name that was never heard stops nothing: one that can only be a slip is refused, one that may still be heard is
// taken and told. Pure.
import { badInput } from '#domain/fault.ts';
import { shortPair } from '#domain/market.ts';
import type { PauseScope } from '#domain/pause.ts';

/** What pauses may name: heard in the journal's memory or configured; `isClosed`: every feeder is bound to its sources, no other one can be heard. */
export interface KnownNames {
  readonly sources: readonly string[];
  readonly pairs: readonly string[];
  readonly isClosed: boolean;
}

/** The most names a message lists. */
const LISTED = 8;

/**
 * Throws BAD_USER_INPUT, with the nearest names, for a source or pair that differs from a known one by its case alone (sources: or by `_` for `-`), and for
 * a source that nobody may speak for.
 */
export function requireKnown({ source, pair }: Pick<PauseScope, 'source' | 'pair'>, known: KnownNames): void {
  if (source !== null && !known.sources.includes(source)) {
    const isSlip = known.sources.some((one) => alike(one) === alike(source));
    const found = known.isClosed ? 'is no source that a feeder may speak for' : 'was never heard';
    if (isSlip || known.isClosed) throw badInput('source', `${source} ${found}`, nearest(source, known.sources));
  }
  if (pair !== null && !isHeard(pair, known.pairs) && known.pairs.some((one) => sameMarket(one, pair))) {
    throw badInput('pair', `${pair} was never heard`, nearest(pair, known.pairs));
  }
}

/** What whoever set this pause should know: which of its names were never heard. null when all were, or nothing was heard of anybody. */
export function unheardNote({ source, pair }: Pick<PauseScope, 'source' | 'pair'>, known: KnownNames): string | null {
  const isNewSource = source !== null && known.sources.length > 0 && !known.sources.includes(source);
  const isNewPair = pair !== null && known.pairs.length > 0 && !isHeard(pair, known.pairs);
  const parts = [
    isNewSource ? `no signal of source ${source} was ever heard (known: ${nearest(source, known.sources)})` : [],
    isNewPair ? `no signal for ${pair} was ever heard (nearest: ${nearest(pair, known.pairs)})` : [],
  ].flat();
  return parts.length === 0 ? null : `${parts.join('; ')}: until one is, this pause stops nothing`;
}

function isHeard(pair: string, pairs: readonly string[]): boolean {
  return pairs.some((one) => one === pair || shortPair(one) === pair);
}

function sameMarket(heard: string, pair: string): boolean {
  return alike(heard) === alike(pair) || alike(shortPair(heard) ?? heard) === alike(pair);
}

function alike(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** The names nearest to `name`, nearest first. */
function nearest(name: string, names: readonly string[]): string {
  const ranked = names.map((one) => ({ one, distance: distanceOf(alike(name), alike(one)) }));
  ranked.sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1));
  const shown = ranked.slice(0, LISTED).map(({ one }) => one);
  return `${shown.join(', ')}${names.length > LISTED ? ', ...' : ''}`;
}

/** Edits from one text to the other (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const change = (row[j] ?? 0) + (left === b[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
