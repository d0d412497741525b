// Which signals are still undecided, told from the journals alone: the gaps between the fates. Starting is recovering, so every start asks this.
import type { Signal } from '#domain/signal.ts';
import type { DecisionJournal, SignalJournal } from '#store/store.ts';

/** How many rows one read of a journal asks for. */
export const PAGE = 1_000;
const FATES_PAGE = 10_000;

export interface Undecided {
  /** In journal order. */
  readonly signals: readonly Signal[];
  /** Every signal up to this seq is decided or in `signals`: where reading goes on. */
  readonly readUpToSeq: number;
}

/**
 * The undecided signals among those with seq > `afterSeq` and not above the last decided one; what lies above is read as new. Fates are
 * streamed a page at a time, and signals are read only where a seq has no fate, so that memory holds nothing but the undecided.
 */
export async function undecidedAfter(
  afterSeq: number,
  journals: { readonly signals: Pick<SignalJournal, 'after'>; readonly decisions: Pick<DecisionJournal, 'fatesAfter'> },
): Promise<Undecided> {
  const undecided: Signal[] = [];
  let seq = afterSeq;
  for (;;) {
    const fates = await journals.decisions.fatesAfter(seq, FATES_PAGE);
    for (const fate of fates) {
      if (fate.seq > seq + 1) undecided.push(...(await between(seq, fate.seq, journals.signals)));
      seq = fate.seq;
    }
    if (fates.length < FATES_PAGE) return { signals: undecided, readUpToSeq: seq };
  }
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
