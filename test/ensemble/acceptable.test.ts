// What makes a signal acceptable, and how refusals are worded.
import { describe, expect, test } from 'vitest';
import { acceptable, isTooOld, requireRecent, type SignalSubmission, type Submitter } from '#ensemble/acceptable.ts';
import type { EnsembleSettings } from '#ensemble/settings.ts';
import { SETTINGS } from './samples.ts';

const WALL_MS = Date.UTC(2026, 0, 5, 12);
const GOOD: SignalSubmission = { pair: 'BTC/USDT:USDT', side: 'LONG', source: '75b', confidence: 0.89 };
const FEEDER: Submitter = { credential: 'feeder' };

const accept = (
  change: Partial<SignalSubmission> = {},
  submitter: Submitter = FEEDER,
  settings: EnsembleSettings = SETTINGS,
) => acceptable({ ...GOOD, ...change }, submitter, { settings, wallMs: WALL_MS });

const refusal = (field: string, found: RegExp, code = 'BAD_USER_INPUT') =>
  expect.objectContaining({ code, field, message: expect.stringMatching(found), allowed: expect.stringMatching(/./) });

test('a full submission is kept as it is', () => {
  const extras = { price: 1, ordertype: 'limit' };
  const given = { leverage: 3, enterTag: 'my tag', profitPct: -3.05, safetyPct: 0.39, sentAtMs: WALL_MS - 5, extras };
  expect(accept({ ...given, idempotencyKey: 'k' })).toEqual({
    ...given,
    pair: 'BTC/USDT:USDT',
    side: 'LONG',
    source: '75b',
    confidenceE4: 8900,
    confidenceDefaulted: false,
    idempotencyKey: 'k',
    credential: 'feeder',
    windowMs: 60_000,
  });
});

test('what is not given is null', () => {
  const nothing = {
    leverage: null,
    enterTag: null,
    profitPct: null,
    safetyPct: null,
    sentAtMs: null,
    extras: null,
    idempotencyKey: null,
  };
  expect(accept()).toMatchObject(nothing);
  expect(accept({ ...nothing, enterTag: '' })).toMatchObject(nothing);
});

test('the tag fills in what is missing and structured fields win over it', () => {
  const enterTag = 'long from 120a conf=0.5 (DQ: profit=3.05%, safety=0.39%)';
  const bare = { source: null, confidence: null, enterTag };
  expect(accept(bare)).toMatchObject({
    source: '120a',
    confidenceE4: 5000,
    profitPct: 3.05,
    safetyPct: 0.39,
    enterTag,
  });
  expect(accept({ enterTag, profitPct: 0, safetyPct: -1 })).toMatchObject({
    source: '75b',
    confidenceE4: 8900,
    profitPct: 0,
    safetyPct: -1,
  });
});

test('the window of its overrides', () => {
  const overrides = [{ side: 'LONG' as const, windowSeconds: 5 }];
  expect(accept({}, FEEDER, { ...SETTINGS, overrides }).windowMs).toBe(5000);
  expect(accept({ side: 'SHORT' }, FEEDER, { ...SETTINGS, overrides }).windowMs).toBe(60_000);
});

describe('source', () => {
  const none = { source: null };
  test('of the credential that speaks for exactly one, or has a default', () => {
    expect(accept(none, { credential: 'f', sources: ['75a'] }).source).toBe('75a');
    expect(accept(none, { credential: 'f', sources: ['75a', '75b'], defaultSource: '75b' }).source).toBe('75b');
  });
  test.each([
    ['any', FEEDER],
    ['two', { credential: 'f', sources: ['75a', '75b'] }],
  ])('is refused when missing and the credential speaks for %s', (_, submitter) => {
    expect(() => accept(none, submitter)).toThrow(refusal('source', /missing/));
  });
  test.each([
    ['any', FEEDER],
    ['one of them', { credential: 'f', sources: ['75a'] }],
  ])('is none when the tag names several and the credential speaks for %s', (_, submitter) => {
    const several = { source: null, enterTag: 'long ensemble 2/5 from=75a,75b' };
    expect(() => accept(several, submitter)).toThrow(refusal('enterTag', /2 sources/));
    const comma = { source: null, enterTag: 'long from 75a,75b conf=0.9' };
    expect(() => accept(comma, submitter)).toThrow(refusal('enterTag', /"75a,75b" after `from` is no source/));
    expect(accept({ ...comma, enterTag: 'long from 75a, conf=0.9' }, submitter).source).toBe('75a');
  });
  test.each(['', 'a b', 'a,b', '`', 'x'.repeat(33), 'é'])('%j is refused', (source) => {
    expect(() => accept({ source })).toThrow(refusal('source', /no source/));
  });
  test('in a tag that is none is refused, unless the field names one', () => {
    expect(() => accept({ source: null, enterTag: 'long from `x`' })).toThrow(refusal('enterTag', /no source/));
    expect(accept({ enterTag: 'long from `x`' }).source).toBe('75b');
  });
  test('of another feeder is forbidden, in the field and in the tag', () => {
    const other = { credential: 'f', sources: ['75a'] };
    const words = /^Source 75c is not allowed for this user\.$/;
    expect(() => accept({ source: '75c' }, other)).toThrow(refusal('source', words, 'FORBIDDEN'));
    expect(() => accept({ source: null, enterTag: 'from 75c' }, other)).toThrow(refusal('source', words, 'FORBIDDEN'));
  });
});

describe('confidence', () => {
  test.each([
    [0, 0],
    [1, 10_000],
    [0.7, 7000],
    [0.89, 8900],
    [0.00005, 1],
    [0.000049, 0],
  ])('%d is %d ten-thousandths', (confidence, e4) => {
    expect(accept({ confidence }).confidenceE4).toBe(e4);
  });
  test.each([-0.0001, 1.00001, 89, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', (confidence) => {
    expect(() => accept({ confidence })).toThrow(refusal('confidence', /not a confidence/));
  });
  test('missing is refused, naming the known cause', () => {
    const cut = { confidence: null, enterTag: 'long from 75b conf' };
    expect(() => accept(cut)).toThrow(refusal('confidence', /cuts a tag at its second `=`/));
  });
  test('missing is the configured one, marked', () => {
    const settings = { ...SETTINGS, missingConfidence: 0.75 };
    expect(accept({ confidence: null }, FEEDER, settings)).toMatchObject({
      confidenceE4: 7500,
      confidenceDefaulted: true,
    });
    expect(accept({}, FEEDER, settings)).toMatchObject({ confidenceE4: 8900, confidenceDefaulted: false });
  });
});

test.each([
  ['pair', { pair: 'btcusdt' }, /not a pair/],
  ['enterTag', { enterTag: 'short from 75b' }, /tag says SHORT, the signal says LONG/],
  ['enterTag', { enterTag: 'conf=89%' }, /not a confidence/],
  ['enterTag', { enterTag: 'x'.repeat(1_000_000) }, /1000000 characters/],
  ['leverage', { leverage: 0 }, /not a leverage/],
  ['leverage', { leverage: -3 }, /not a leverage/],
  ['leverage', { leverage: 125.1 }, /not a leverage/],
  ['leverage', { leverage: Number.NaN }, /not a leverage/],
  ['profitPct', { profitPct: Number.NaN }, /not finite/],
  ['safetyPct', { safetyPct: Number.POSITIVE_INFINITY }, /not finite/],
  ['sentAt', { sentAtMs: Number.NaN }, /no time/],
  ['sentAt', { sentAtMs: WALL_MS + 30_001 }, /30001 ms in the future/],
  ['idempotencyKey', { idempotencyKey: '' }, /0 characters/],
  ['idempotencyKey', { idempotencyKey: 'k'.repeat(256) }, /256 characters/],
  ['idempotencyKey', { idempotencyKey: 'a\nb' }, /control characters/],
])('%s is refused for %o', (field, change, found) => {
  expect(() => accept(change)).toThrow(refusal(field, found));
});

test('a signal sent more than a window ago is refused only after it was looked for', () => {
  const old = accept({ sentAtMs: WALL_MS - 60_001 });
  expect(isTooOld(old, WALL_MS)).toBe(true);
  expect(() => requireRecent(old, WALL_MS)).toThrow(refusal('sentAt', /60001 ms old/));
  expect(isTooOld(accept({ sentAtMs: WALL_MS - 60_000 }), WALL_MS)).toBe(false);
  expect(isTooOld(accept(), WALL_MS)).toBe(false);
});

test('the borders of sentAt, leverage and key are accepted', () => {
  for (const sentAtMs of [WALL_MS + 30_000, WALL_MS - 60_000]) expect(accept({ sentAtMs }).sentAtMs).toBe(sentAtMs);
  expect(accept({ sentAtMs: WALL_MS + 0.7 }).sentAtMs).toBe(WALL_MS);
  for (const leverage of [0.01, 125]) expect(accept({ leverage }).leverage).toBe(leverage);
  expect(accept({ idempotencyKey: 'k'.repeat(255) }).idempotencyKey).toHaveLength(255);
});
