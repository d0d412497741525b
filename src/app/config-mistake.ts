// One mistake as one line: the place, what was found there, what is allowed. A value that is or may hold a secret is only described.
import type * as v from 'valibot';

/** Fields inside secret settings that hold no secret and may be shown. */
const OPEN_FIELDS = new Set(['name', 'role', 'sources', 'sides']);

/** The line for one issue of a setting called `place`. */
export function mistakeLine(place: string, issue: v.BaseIssue<unknown>, isSecret: boolean): string {
  const path = issue.path ?? [];
  const where = path.reduce(
    (so, { key }) => (typeof key === 'number' ? `${so}[${key}]` : `${so}.${String(key)}`),
    place,
  );
  return `${where}: ${foundText(issue, isSecret)}; allowed: ${issue.message}`;
}

function foundText(issue: v.BaseIssue<unknown>, isSecret: boolean): string {
  const { input } = issue;
  if (issue.type === 'never') return 'unknown key';
  if (input === undefined) return 'missing';
  const field = issue.path?.findLast(({ key }) => typeof key === 'string')?.key;
  const shown = !isSecret || (typeof field === 'string' && OPEN_FIELDS.has(field));
  if (!shown)
    return typeof input === 'string'
      ? `a text of ${input.length} characters that does not fit`
      : `a value that does not fit`;
  const text = JSON.stringify(input) ?? String(input);
  return `${text.length > 80 ? `${text.slice(0, 80)}...` : text} does not fit`;
}

/** The one of `names` that is nearest to `name` (at most three letters away), to ask whether that was meant. */
export function closestName(name: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((known) => ({ known, distance: lettersApart(name, known) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 3 ? best.known : undefined;
}

/** Levenshtein's distance. */
function lettersApart(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) {
      const substituted = (row[j] ?? 0) + (letter === other[j] ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
