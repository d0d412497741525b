// Which signals are still undecided, told from the journals alone: the gaps between the fates. Starting is recovering, so every start asks this.
import type { Signal } from '#domain/signal.ts';
import type { DecisionLog, SignalJournal } from '#store/store.ts';

/** How many rows one read of a journal asks for. */
export const PAGE = 1_000;
/** At most this many fates are read in one go: the thread that ticks has other things to do while a long history is recovered. */
const FATES_PER_STEP = 20_000;

/** How far recovery got. */
export interface Recovered {
  /** In journal order. */
  readonly signals: readonly Signal[];
  /** Every signal up to this seq is decided or in `signals`: where reading goes on. */
  readonly readUpToSeq: number;
  /** The last fate was read; what lies above is new. */
  readonly isComplete: boolean;
}

/**
 * Goes on from `before` by one step: adds the undecided signals among the next fates. Signals are read only where a seq has no fate, so that
 * memory holds nothing but the undecided.
 */
export async function recoverMore(
  before: Recovered,
  journals: { readonly signals: Pick<SignalJournal, 'after'>; readonly decisions: Pick<DecisionLog, 'fatesAfter'> },
): Promise<Recovered> {
  const undecided = [...before.signals];
  let seq = before.readUpToSeq;
  for (let read = 0; read < FATES_PER_STEP; read += PAGE) {
    const fates = await journals.decisions.fatesAfter(seq, PAGE);
    for (const fate of fates) {
      if (fate.seq > seq + 1) undecided.push(...(await between(seq, fate.seq, journals.signals)));
      seq = fate.seq;
    }
    if (fates.length < PAGE) return { signals: undecided, readUpToSeq: seq, isComplete: true };
  }
  return { signals: undecided, readUpToSeq: seq, isComplete: false };
}

/** The signals with `low` < seq < `high`. */
async function between(low: number, high: number, journal: Pick<SignalJournal, 'after'>): Promise<Signal[]> {
  const found: Signal[] = [];
  let seq = low;
  while (seq + 1 < high) {
    const limit = Math.min(PAGE, high - seq - 1);
    const page = await journal.after(seq, limit);
    found.push(...page.filter((signal) => signal.seq < high));
    seq = page.length < limit ? high : (page.at(-1)?.seq ?? high);
  }
  return found;
}
