// Conflict with windows that are decided already: opinions on both sides of a pair at the same time.
// Two open windows mark each other when the second one is seen (window.ts). A decided window is journaled and not changed any more, but a window seen
// only afterwards (after a restart, or committed late) finds it here. So both carry the mark whenever the second opener was visible, at
// the latest, when the first window was decided; a later one carries it alone.
import type { DecisionHistory, DecisionQuery } from '#store/store.ts';
import { type OpenWindow, overlap } from './window.ts';

const PAGE = 500;

/**
 * Marks those of `opened` that overlap a decided window of the other side. Reads decisions whose windows closed after the first of `opened` began
 * and before any window of `longestMs` that began in time could have closed.
 */
export async function markDecidedNeighbours(
  opened: readonly OpenWindow[],
  decisions: Pick<DecisionHistory, 'page'>,
  longestMs: number,
): Promise<void> {
  if (opened.length === 0) return;
  const byPair = Map.groupBy(opened, (open) => open.pair);
  const fromMs = opened.reduce((low, { window }) => Math.min(low, window.openedAtMs), Number.POSITIVE_INFINITY) + 1;
  const toMs = opened.reduce((high, { window }) => Math.max(high, window.closesAtMs), 0) + longestMs;
  let after: DecisionQuery['after'];
  do {
    const found = await decisions.page({ first: PAGE, fromMs, toMs, after });
    const page = found.slice(0, PAGE);
    for (const decision of page) {
      for (const open of byPair.get(decision.pair) ?? []) {
        if (open.side !== decision.side && overlap(open.window, decision.window)) open.conflict = true;
      }
    }
    const last = page.at(-1);
    after =
      found.length > PAGE && last !== undefined ? { windowClosesAtMs: last.window.closesAtMs, id: last.id } : undefined;
  } while (after !== undefined);
}
