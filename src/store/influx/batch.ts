// What to do with a batch the hub answered: gone, in smaller parts again, or refused for good. A bad line is found by asking for less and less; the good
// lines beside it are sent again meanwhile, which changes nothing, for a line sent twice is one point. Nothing is refused but what the hub itself refused:
// one line sent alone, or a request of which it says that it dropped as many points as there were lines.
import { conflictIn, droppedIn } from './partial-write.ts';

/** Anything that is told as one line. */
export interface Lined {
  readonly line: string;
}

/** An answer that says something about the lines themselves. */
export type Definite =
  | { readonly kind: 'written' }
  | { readonly kind: 'badLines' | 'partial' | 'tooBig'; readonly status: number; readonly message: string };

/** What follows of a batch: `parts` to be sent, in order, or its end. */
export type Next<T extends Lined> =
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly all: readonly T[]; readonly status: number; readonly words: string }
  | { readonly kind: 'parts'; readonly parts: readonly (readonly T[])[] };

/** The most lines quoted by one answer that are sent one by one; with more of them halves are quicker. */
const QUOTED_MAX = 50;

/** What follows of `batch` (never empty) after `answer`. */
export function nextOf<T extends Lined>(batch: readonly T[], answer: Definite): Next<T> {
  if (answer.kind === 'written') return { kind: 'gone' };
  const { kind, status, message } = answer;
  if (batch.length === 1 || (kind === 'partial' && droppedIn(message) === batch.length))
    return { kind: 'refused', all: batch, status, words: message };
  const quoted = kind === 'badLines' ? batch.filter(({ line }) => isQuoted(line, message)) : [];
  if (quoted.length > 0 && quoted.length <= QUOTED_MAX && quoted.length < batch.length) {
    const named = new Set(quoted);
    return { kind: 'parts', parts: [batch.filter((item) => !named.has(item)), ...quoted.map((item) => [item])] };
  }
  const conflict = kind === 'partial' ? conflictIn(message) : undefined;
  const suspects = new Set(conflict === undefined ? [] : batch.filter(({ line }) => conflict.isOf(line)));
  if (suspects.size > 0 && suspects.size < batch.length)
    return { kind: 'parts', parts: [batch.filter((item) => !suspects.has(item)), [...suspects]] };
  // What a hub drops in part it drops by its age, or by the shard it lies in.
  const ordered = kind === 'partial' ? byTime(batch) : batch;
  const middle = batch.length >> 1;
  return { kind: 'parts', parts: [ordered.slice(0, middle), ordered.slice(middle)] };
}

/** `batch` by the times of its lines; those of one time stay in their order. */
function byTime<T extends Lined>(batch: readonly T[]): readonly T[] {
  const timed = batch.map((item) => ({ item, timeNs: BigInt(item.line.slice(item.line.lastIndexOf(' ') + 1)) }));
  return timed.sort((a, b) => Number(a.timeNs - b.timeNs)).map(({ item }) => item);
}

/** Whether a 400 with `words` says that lines cannot be parsed; any other 400 is not about the lines: a proxy's, or a broken address. */
export function isAboutLines(words: string): boolean {
  return /unable to parse|partial write|invalid (field|number|boolean|timestamp|tag)|missing (field|tag|measurement)/i.test(
    words,
  );
}

/** As InfluxDB 2 names a line it cannot parse: `unable to parse '<line>': reason`. */
function isQuoted(line: string, words: string): boolean {
  return words.includes(`unable to parse '${line}': `);
}

/** `seqs` (ascending) as runs without holes, first and last: what lies between two runs is not touched. */
export function runsOf(seqs: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const seq of seqs) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === seq - 1) last[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}
