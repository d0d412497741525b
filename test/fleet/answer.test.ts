// The table of answers, each as freqtrade or a proxy before it sends it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, type Heard, saysNotRunning } from '#fleet/answer.ts';

const JSON_TYPE = 'application/json';
const answer = (status: number, body: unknown, contentType: string | null = JSON_TYPE, complete = true): Heard => ({
  kind: 'answer',
  status,
  contentType,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  complete,
});
const refusal = (text: string, path = '/api/v1/forceenter') =>
  answer(502, { error: `Error querying ${path}: ${text}` });
const TRADE = { trade_id: 3, pair: 'BTC/USDT:USDT', is_short: false, open_timestamp: 1_767_614_400_000 };
const PAGE = '<html><body>Bad Gateway</body></html>';

describe('what an answer means', () => {
  test.each<[string, Heard, string]>([
    ['a trade', answer(200, { ...TRADE, enter_tag: 'x', orders: [] }), 'trade'],
    ['no trade is left', answer(200, { status: 'Error entering long trade for pair BTC/USDT:USDT.' }), 'look-once'],
    ['another status', answer(200, { status: 'Signal 1 accepted for long BTC/USDT:USDT.' }), 'unknown'],
    ['a trade cut off', answer(200, TRADE, JSON_TYPE, false), 'unknown'],
    ['a trade without an id', answer(200, { ...TRADE, trade_id: null }), 'unknown'],
    ['a page', answer(200, PAGE, 'text/html'), 'unknown'],
    ['nothing', answer(200, ''), 'unknown'],
    ['accepted', answer(202, TRADE), 'unknown'],
    ['no content', answer(204, ''), 'unknown'],
    ['not enabled', refusal('Force_entry not enabled.'), 'refused'],
    ['short on spot', refusal("Can't go short on Spot markets."), 'refused'],
    ['unknown pair', refusal('Symbol does not exist or market is not active.'), 'refused'],
    ['already open', refusal('position for BTC/USDT:USDT already open - id: 3'), 'refused'],
    ['too many', refusal('Maximum number of trades is reached.'), 'refused'],
    ['failed', refusal('Failed to enter position for BTC/USDT:USDT.'), 'refused'],
    ['refused behind a prefix', refusal('Maximum number of trades is reached.', '/bot1/api/v1/forceenter'), 'refused'],
    ['not running', refusal('trader is not running'), 'not-taken'],
    ['starting', refusal('Bot is not in the correct state'), 'not-taken'],
    ['a refusal cut off', answer(502, { error: 'Error querying /x: y' }, JSON_TYPE, false), 'unknown'],
    ['another error', answer(502, { error: 'upstream' }), 'unknown'],
    ["a proxy's 502", answer(502, PAGE, 'text/html'), 'unknown'],
    ["a proxy's 504", answer(504, PAGE, 'text/html'), 'unknown'],
    ['failed inside', answer(500, 'Internal Server Error', 'text/plain; charset=utf-8'), 'look-once'],
    ["a proxy's 500", answer(500, PAGE, 'text/html'), 'unknown'],
    ['a 500 cut off', answer(500, 'Internal Server Error', 'text/plain', false), 'unknown'],
    ['busy', answer(429, { detail: 'too many' }), 'not-taken'],
    ['no backend', answer(503, PAGE, 'text/html', false), 'not-taken'],
    ['wrong credentials', answer(401, { detail: 'Unauthorized' }), 'refused'],
    ['forbidden', answer(403, PAGE, 'text/html'), 'refused'],
    ['schema', answer(422, { detail: [] }), 'refused'],
    ['bad body', answer(400, { detail: 'There was an error parsing the body' }), 'refused'],
    ['not found', answer(404, { detail: 'Not Found' }), 'refused'],
    ['wrong method', answer(405, { detail: 'Method Not Allowed' }), 'refused'],
    ['moved', answer(301, '', 'text/html'), 'refused'],
    ['see other', answer(303, '', 'text/html'), 'unknown'],
    ['a gateway stopped waiting', answer(408, '', null), 'unknown'],
    ['unknown to all', answer(599, ''), 'unknown'],
    ['never connected', { kind: 'not-sent', error: 'ECONNREFUSED' }, 'not-taken'],
    ['reset', { kind: 'broken', error: 'ECONNRESET' }, 'unknown'],
    ['silence', { kind: 'silent', error: 'no answer within 30 s' }, 'unknown'],
  ])('%s', (_name, heard, kind) => {
    expect(classify(heard).kind).toBe(kind);
  });

  test('refusals keep freqtrade’s own words', () => {
    expect(classify(refusal('Maximum number of trades is reached.'))).toEqual({
      kind: 'refused',
      text: 'Maximum number of trades is reached.',
      alarming: false,
    });
  });

  test.each([401, 403, 404, 422])('%i needs a human', (status) => {
    expect(classify(answer(status, { detail: 'x' }))).toMatchObject({ kind: 'refused', alarming: true });
  });

  test('a trader that does not run is recognised in the kept error', () => {
    const verdict = classify(refusal('trader is not running'));
    expect('text' in verdict && saysNotRunning(verdict.text)).toBe(true);
    expect(saysNotRunning('429: busy')).toBe(false);
  });

  test('whatever arrives, only a definite "not taken" may be tried again', () => {
    const heard = fc.record({
      kind: fc.constant('answer' as const),
      status: fc.integer({ min: 100, max: 599 }),
      contentType: fc.option(fc.constantFrom(JSON_TYPE, 'text/html', 'text/plain')),
      body: fc.oneof(fc.string(), fc.json(), fc.constant(PAGE)),
      complete: fc.boolean(),
    });
    fc.assert(
      fc.property(heard, (any) => {
        const verdict = classify(any);
        if (verdict.kind === 'not-taken') expect([429, 503]).toContain(any.status);
        else if ('text' in verdict) expect(verdict.text).toMatch(/^[^\p{Cc}]{1,300}$/u);
      }),
    );
  });
});
