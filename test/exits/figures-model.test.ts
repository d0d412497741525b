// The cache against a model that knows only what each read returned and when: random hubs, questions, writes and waits, with the promises of the cache
// checked after every step.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Figures } from '#exits/figures.ts';
import { manualClock } from '../support/manual-clock.ts';

type Step =
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'ask' }
  | { readonly kind: 'write' }
  | { readonly kind: 'end'; readonly pick: number; readonly ok: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(1, 300, 1_000, 5_000, 31_000, 100_000) }),
  fc.record({ kind: fc.constant('ask' as const) }),
  fc.record({ kind: fc.constant('write' as const) }),
  fc.record({ kind: fc.constant('end' as const), pick: fc.nat(3), ok: fc.boolean() }),
);

const EVERY_MS = 30_000;
const MAX_STALE_MS = 120_000;

test('whatever the hub does: no lost write, no old figures, no second flight, no endless wait', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean(), async (steps, withKept) => {
      const clock = manualClock();
      const nowMs = () => clock.now().monotonicMs;
      let hubVersion = 1;
      /** Every read: when it began, what it will return, whether it is still open. */
      const begun: { atMs: number; version: number; end: PromiseWithResolvers<number> | undefined }[] = [];
      const good: { atMs: number; version: number }[] = [];
      if (withKept) good.push({ atMs: nowMs() - 10_000, version: 0 });
      const waits: { sinceMs: number; atLeast: number; over: boolean }[] = [];
      let writes = 0;
      let lastEnd: 'ok' | 'failed' | undefined;
      let everSlow = false;
      const figures = new Figures<number>({
        kind: 'params',
        read: () => {
          const end = Promise.withResolvers<number>();
          begun.push({ atMs: nowMs(), version: hubVersion, end });
          return end.promise;
        },
        pace: { everyMs: EVERY_MS, maxStaleMs: MAX_STALE_MS, waitMs: 1_000 },
        ahead: true,
        kept: withKept ? { value: 0, readAtMs: clock.now().wallMs - 10_000 } : undefined,
        clock,
      });
      try {
        for (const one of steps) {
          if (one.kind === 'advance') await clock.advance(one.ms);
          if (one.kind === 'write') {
            hubVersion += 1;
            writes += 1;
            figures.wish();
          }
          if (one.kind === 'end') {
            const open = begun.filter((read) => read.end !== undefined);
            const read = open[one.pick % Math.max(1, open.length)];
            if (read?.end !== undefined) {
              if (one.ok) {
                read.end.resolve(read.version);
                // Younger figures are never replaced by older ones.
                if (read.atMs >= (good.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY)) {
                  good.push({ atMs: read.atMs, version: read.version });
                  lastEnd = 'ok';
                }
              } else {
                read.end.reject(new Error('down'));
                // A read that was given up has failed already; its end is no news.
                if (nowMs() - read.atMs < 30_000) lastEnd = 'failed';
              }
              read.end = undefined;
            }
            await clock.advance(0);
          }
          if (one.kind === 'ask') {
            const wait = { sinceMs: nowMs(), atLeast: hubVersion, over: false };
            const promise = figures.refresh();
            if (promise === undefined) wait.over = true;
            else void promise.then(() => (wait.over = true));
            waits.push(wait);
            await clock.advance(0);
          }

          const last = good.at(-1);
          const { value, stale, readAtMs } = figures.reading();
          // Served is what the youngest good read returned, or nothing when that is too long ago.
          if (value === undefined) {
            expect(last === undefined || nowMs() - last.atMs > MAX_STALE_MS).toBe(true);
            expect(stale).toBe(true);
          } else {
            expect(value).toBe(last?.version);
            expect(clock.now().wallMs - (readAtMs ?? 0)).toBe(nowMs() - (last?.atMs ?? 0));
          }
          // Stale when the last read failed or the running one is older than 5 s; when no read ever took so long, only then.
          const youngest = begun.at(-1);
          const running = youngest?.end === undefined ? undefined : youngest;
          const slow = running !== undefined && nowMs() - running.atMs > 5_000;
          everSlow ||= begun.some((read) => read.end !== undefined && nowMs() - read.atMs > 5_000);
          if (lastEnd === 'failed' || slow || lastEnd === undefined) expect(stale).toBe(true);
          if (lastEnd === 'ok' && !everSlow) expect(stale).toBe(false);
          // Nobody waits longer than a second.
          for (const wait of waits) expect(wait.over || nowMs() - wait.sinceMs < 1_000).toBe(true);
          // Reads that nobody gave up are never two: of those open, all but the last are older than 30 s.
          const open = begun.filter((read) => read.end !== undefined);
          for (const read of open.slice(0, -1)) expect(nowMs() - read.atMs).toBeGreaterThanOrEqual(30_000);
          // One read per pace and one more for each own write.
          const elapsedMs = nowMs() - (begun[0]?.atMs ?? nowMs());
          expect(begun.length).toBeLessThanOrEqual(1 + Math.floor(elapsedMs / EVERY_MS) + writes);
        }

        // Once the hub is well again, an own write is in the next answer.
        const endAll = async () => {
          for (const read of begun) {
            read.end?.resolve(read.version);
            read.end = undefined;
          }
          await clock.advance(0);
        };
        await endAll();
        hubVersion += 1;
        figures.wish();
        let over = false;
        void figures.refresh()?.then(() => {
          over = true;
        });
        await clock.advance(0);
        for (let round = 0; round < 3 && !over; round += 1) await endAll();
        expect(over).toBe(true);
        expect(figures.reading()).toMatchObject({ value: hubVersion, stale: false });
      } finally {
        figures.close();
      }
    }),
    { numRuns: 150 },
  );
});
