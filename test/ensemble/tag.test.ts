// The tag grammar, read and printed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/fault.ts';
import { divideHalfAway, MAX_OUTBOUND_TAG, printTag, readTag } from '#ensemble/tag.ts';

const read = (tag: string) => readTag(tag, 'enterTag');
const FULL = {
  side: 'LONG',
  sources: ['75b'],
  malformedSource: undefined,
  confidence: 0.89,
  profitPct: 3.05,
  safetyPct: 0.39,
};

describe('what feeders send', () => {
  test.each([
    ['long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)', {}],
    ['LONG FROM 75b CONF=0.89 (dq: PROFIT=3.05%, Safety=0.39%)', {}],
    ['  long   from   75b   conf = 0.89   ( DQ:profit = 3.05 % ,safety= 0.39 )', {}],
    ['long from 75b conf=.89 (DQ: safety=0.39%, profit=+3.05%)', {}],
    ['long from 75b conf=8.9e-1 (DQ: profit=3.05%, safety=0.39%', {}],
    ['short from 75b conf=0.89 (DQ: profit=-3.05%, safety=0.39%)', { side: 'SHORT', profitPct: -3.05 }],
    ['long from 75b conf=0.89', { profitPct: undefined, safetyPct: undefined }],
    ['long from 75b (DQ: profit=3.05%, safety=0.39%)', { confidence: undefined }],
    ['long from 75b conf', { confidence: undefined, profitPct: undefined, safetyPct: undefined }],
    ['from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)', { side: undefined }],
    ['long from 75b, conf=0.89, (DQ: profit=3.05%, safety=0.39%)', {}],
    ['long from 75b conf=0.89 conf=1.7 (DQ: profit=3.05%, safety=0.39%)', {}],
    ['long conf=0.89 (DQ: profit=3.05%, safety=0.39%)', { sources: [] }],
    ['long from=75b conf=0.89 (DQ: profit=nan%, safety=0.39%)', { profitPct: undefined }],
    ['long from 75b conf=0.89 (DQ: profit=1e999%, safety=0.39%)', { profitPct: undefined }],
    ['long from 75b conf=1 (DQ: profit=3.05%, safety=0.39%)', { confidence: 1 }],
    ['long from 75b conf=-0 (DQ: profit=3.05%, safety=0.39%)', { confidence: 0 }],
  ])('%s', (tag, difference) => {
    expect(read(tag)).toEqual({ ...FULL, ...difference });
  });

  test('an old tag without confidence', () => {
    expect(read('from 120a')).toMatchObject({ side: undefined, sources: ['120a'], confidence: undefined });
  });

  test.each(['', 'breakout', 'momentum from below', 'longterm from 75b', 'myconf=7', 'profit=3 safety=4', 'go short'])(
    'text that is no tag of ours says nothing: %s',
    (tag) => {
      expect(read(tag)).toEqual({ sources: [] });
    },
  );
});

describe('what is refused', () => {
  test.each([
    'conf=1.01',
    'conf=-0.1',
    'conf=89%',
    'conf=0.89%',
    'conf=0,89',
    'conf=',
    'conf=nan',
    'conf=high',
    'conf=0x1',
    'conf=0.8.9',
  ])('%s names the field and what is allowed', (conf) => {
    expect(() => read(`long from 75b ${conf} (DQ: profit=3.05%)`)).toThrow(
      expect.objectContaining({
        code: 'BAD_USER_INPUT',
        field: 'enterTag',
        allowed: expect.stringContaining('0 to 1'),
      }),
    );
  });

  test('control characters, half characters and line separators', () => {
    for (const hostile of ['\0', '\n', '\t', '\x7f', '\x85', '\u2028', '\ud800']) {
      expect(() => read(`long from 75b${hostile} conf=0.9`)).toThrow(Fault);
    }
  });

  test('1,000 characters are read, 1,001 are not', () => {
    const tag = 'long from 75b conf=0.9 '.padEnd(1000, 'x');
    expect(read(tag).confidence).toBe(0.9);
    expect(() => read(`${tag}x`)).toThrow('1001 characters');
  });

  test.each(['75a,75b', '75a'])('%s of `from=` are all named', (names) => {
    expect(read(`long ensemble from=${names} conf=0.9`).sources).toEqual(names.split(','));
  });

  test.each(['75a,75b', '75a,+3', '`x`', '75a,`x`', 'a'.repeat(33), '75.b', 'é', '<b>', ',,'])(
    '%s is no source',
    (name) => {
      expect(read(`long from ${name} conf=0.9`)).toMatchObject({ sources: [], malformedSource: expect.any(String) });
    },
  );
});

test('any text is read or refused with a fault', () => {
  const piece = fc.constantFrom(
    'long',
    'short',
    'from',
    'conf',
    '=',
    '(',
    'DQ:',
    ')',
    ' ',
    '0.9',
    'e9',
    '%',
    ',',
    '+',
    '-',
    '75b',
    '.',
    '`',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(text, (tag) => {
      try {
        const { confidence, sources } = read(tag);
        expect(confidence === undefined || (confidence >= 0 && confidence <= 1)).toBe(true);
        for (const source of sources) expect(source).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
    { numRuns: 500 },
  );
});

const sourceName = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);
const content = fc
  .record({
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    sources: fc.uniqueArray(sourceName, { minLength: 1, maxLength: 60 }),
    expectedFeeders: fc.integer({ min: 1, max: 1000 }),
    id: fc.option(fc.stringMatching(/^[a-z0-9]{4}$/), { nil: undefined }),
  })
  .chain((base) =>
    fc
      .integer({ min: 0, max: base.sources.length * 10_000 })
      .map((sumE4) => ({ ...base, sumE4, votes: base.sources.length })),
  );

describe('what we print', () => {
  test('the example', () => {
    const two = { side: 'LONG' as const, votes: 2, expectedFeeders: 5, sumE4: 17_200, sources: ['75a', '75b'] };
    expect(printTag({ ...two, id: undefined })).toBe('long ensemble 2/5 conf=0.86 from=75a,75b');
    expect(printTag({ ...two, id: 'k3f9' })).toBe('long ensemble 2/5 conf=0.86 from=75a,75b id=k3f9');
  });

  test('the mean is rounded half away from zero, exactly', () => {
    const conf = (sumE4: number, votes: number) =>
      printTag({ side: 'SHORT', votes, expectedFeeders: 5, sumE4, sources: ['a'], id: undefined }).match(
        /conf=(\S+)/,
      )?.[1];
    expect([conf(8650, 1), conf(8649, 1), conf(50, 1), conf(49, 1), conf(9950, 1), conf(30_149, 3)]).toEqual([
      '0.87',
      '0.86',
      '0.01',
      '0.00',
      '1.00',
      '1.00',
    ]);
  });

  test('is printable ASCII of at most 255 characters, and we read it', () => {
    fc.assert(
      fc.property(content, (said) => {
        const tag = printTag(said);
        expect(tag).toMatch(/^[ -_a-~]{1,255}$/);
        const shown = read(tag);
        expect(shown).toMatchObject({ side: said.side, malformedSource: undefined });
        expect(shown.confidence).toBe(divideHalfAway(said.sumE4, said.votes * 100) / 100);
        expect(shown.sources).toEqual(said.sources.slice(0, shown.sources.length));
        const left = said.sources.length - shown.sources.length;
        expect(tag.endsWith(`${left === 0 ? '' : `,+${left}`}${said.id === undefined ? '' : ` id=${said.id}`}`)).toBe(
          true,
        );
        const next = said.sources[shown.sources.length];
        if (next === undefined) return;
        const rest = left === 1 ? '' : `,+${left - 1}`;
        const oneMore = tag.replace(/,\+[0-9]+/, `,${next}${rest}`);
        expect(oneMore.length).toBeGreaterThan(MAX_OUTBOUND_TAG);
      }),
    );
  });

  test('ten thousand sources', () => {
    const sources = Array.from({ length: 10_000 }, (_, n) => `source-${n}`);
    const tag = printTag({
      side: 'LONG',
      votes: 10_000,
      expectedFeeders: 5,
      sumE4: 9000 * 10_000,
      sources,
      id: undefined,
    });
    expect(tag.length).toBeLessThanOrEqual(MAX_OUTBOUND_TAG);
    expect(tag).toMatch(/,\+99[0-9]{2}$/);
  });
});
