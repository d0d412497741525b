// Whether the hub lets this process answer with what it knows: a real read worked, or what an earlier one brought is not too old.
import type { Exits, FiguresState } from '#exits/exits.ts';
import type { FigureByName } from '#http/server.ts';

/** How the hub stands for `/readyz`. `lost`: figures had been read and are too old to be served now. */
export interface HubReadiness {
  readonly ready: boolean;
  readonly details: {
    /** Whether every kind of figures has been read since the start. */
    readonly hubRead: boolean;
    readonly figures: readonly FiguresState[];
  };
  readonly problem: string | undefined;
}

/** After this long without a first read the gateway counts as ready all the same: it answers FALLBACK and says why. */
const READY_ANYWAY_MS = 10_000;

/** `sinceStartMs`: how long this process has been asking the hub. */
export function hubReadiness(exits: Pick<Exits, 'figures' | 'hubReadOnce'>, sinceStartMs: number): HubReadiness {
  const figures = exits.figures();
  const hubRead = exits.hubReadOnce();
  const lost = figures.filter(({ served, ageSeconds }) => !served && ageSeconds !== null);
  const stale = figures.filter((one) => one.stale);
  const ready = lost.length === 0 && (hubRead || sinceStartMs >= READY_ANYWAY_MS);
  const problem =
    lost.length > 0
      ? `the hub is lost, and what was read of ${kinds(lost)} is too old to be served`
      : hubRead && stale.length > 0
        ? `the hub is lost: ${kinds(stale)} are served as they were last read`
        : undefined;
  return { ready, details: { hubRead, figures }, problem };
}

function kinds(figures: readonly FiguresState[]): string {
  return figures.map(({ kind }) => kind).join(' and ');
}

/** What Prometheus is told of figures' age. */
export function figuresAge(exits: Pick<Exits, 'figures'>): FigureByName {
  return {
    name: 'figures_age_seconds',
    help: 'Age of the figures of the hub: since the last successful read began; left out before the first.',
    label: 'kind',
    read: async () =>
      exits.figures().flatMap(({ kind, ageSeconds }) => (ageSeconds === null ? [] : [[kind, ageSeconds]])),
  };
}
