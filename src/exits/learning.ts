// Figures as this process knows them without asking the hub: looked up once for what was wished for by then, however many ask meanwhile.
import type { Now } from '#domain/time.ts';
import { doneWithin } from './attempt.ts';
import type { FiguresOptions } from './figures-options.ts';

/**
 * Looks up what is known at `now` of everything up to `wish`. undefined: `take` has been called, or nothing can be known; else that is so when the promise
 * resolves, which it does in time and never rejects.
 */
export type Learning = (now: Now, wish: number) => Promise<void> | undefined;

/** `take` hears what is known, and the wish that it fulfils; not when the hub must be asked. */
export function learning<T>(
  { known, pace, clock }: Pick<FiguresOptions<T>, 'known' | 'pace' | 'clock'>,
  take: (value: T, wish: number) => void,
): Learning {
  let running: { readonly wish: number; readonly done: Promise<void> } | undefined;
  return (now, wish) => {
    if (running?.wish === wish) return running.done;
    const found = known?.(now);
    const learn = (value: T | undefined) => {
      if (value !== undefined) take(value, wish);
    };
    if (!(found instanceof Promise)) {
      learn(found);
      return undefined;
    }
    // Whatever stands in its way, the hub can still be asked.
    const learned = found.then(learn, () => undefined);
    const done = doneWithin(learned, pace.waitMs, clock).then(() => {
      if (running?.done === done) running = undefined;
    });
    running = { wish, done };
    return done;
  };
}
