// Votes, quorum, mean, and what is lacking.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shortfallOf, tallyOf } from '#ensemble/tally.ts';
import type { Vote } from '#ensemble/window.ts';

const vote = (confidenceE4: number, parts: Partial<Vote> = {}): Vote => ({
  signalId: 's',
  source: '75a',
  confidenceE4,
  confidenceDefaulted: false,
  leverage: null,
  ...parts,
});
const RULES = { windowMs: 60_000, minAgreements: 1, minConfidenceE4: 7000 };

describe('tally', () => {
  test('sources in byte order, lowest leverage named, defaulted when any vote is', () => {
    const tally = tallyOf([
      vote(8000, { source: 'b', leverage: 5 }),
      vote(9000, { source: 'B', confidenceDefaulted: true }),
      vote(8500, { source: '10', leverage: 2.5 }),
      vote(8500, { source: '_' }),
    ]);
    expect(tally).toMatchObject({ votes: 4, sumE4: 34_000, meanE4: 8500, leverage: 2.5, confidenceDefaulted: true });
    expect(tally.sources).toEqual(['10', 'B', '_', 'b']);
    expect(tallyOf([vote(8000)])).toMatchObject({ leverage: null, confidenceDefaulted: false });
  });

  test('the mean is the rounded quotient of whole numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 50 }), (e4s) => {
        const sum = e4s.reduce((a, b) => a + BigInt(b), 0n);
        const n = BigInt(e4s.length);
        expect(tallyOf(e4s.map((e4) => vote(e4))).meanE4).toBe(Number((2n * sum + n) / (2n * n)));
      }),
    );
  });
});

describe('what a tally lacks', () => {
  test('three votes of 0.70 pass 0.70 and a ten-thousandth less in one of them does not', () => {
    expect(shortfallOf(tallyOf([vote(7000), vote(7000), vote(7000)]), RULES)).toBeUndefined();
    expect(shortfallOf(tallyOf([vote(7000), vote(7000), vote(6999)]), RULES)).toEqual({
      reason: 'LOW_CONFIDENCE',
      detail: 'mean confidence 0.69996667 is below 0.7',
    });
  });

  test('quorum before confidence', () => {
    const rules = { ...RULES, minAgreements: 2 };
    expect(shortfallOf(tallyOf([vote(1)]), rules)).toEqual({ reason: 'TOO_FEW_VOTES', detail: '1 of 2 votes' });
    expect(shortfallOf(tallyOf([vote(1), vote(1)]), rules)).toMatchObject({ reason: 'LOW_CONFIDENCE' });
  });
});
