// JSON as Python reads it: the same values as JSON.parse, and for broken texts the words and places that Python 3.11's reader gave.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPythonJson } from '#intake/python-json.ts';

const PROPERTY = 'Expecting property name enclosed in double quotes';
const VALUE = 'Expecting value';
const COMMA = "Expecting ',' delimiter";
const COLON = "Expecting ':' delimiter";
const UNTERMINATED = 'Unterminated string starting at';
const EXTRA = 'Extra data';
const UNICODE = 'Invalid \\uXXXX escape';

const BROKEN: readonly (readonly [text: string, position: number, error: string])[] = [
  ['  ', 2, VALUE],
  ['{broken', 1, PROPERTY],
  ['{"a":1,}', 7, PROPERTY],
  ['[1,]', 3, VALUE],
  ['{"a"}', 4, COLON],
  ['{"a":}', 5, VALUE],
  ['{"a":1 "b":2}', 7, COMMA],
  ['[1 2]', 3, COMMA],
  ['"abc', 0, UNTERMINATED],
  ['"a\\x"', 2, 'Invalid \\escape'],
  ['"a\\u12"', 3, UNICODE],
  ['"\\u1234', 2, UNICODE],
  ['"a\nb"', 2, 'Invalid control character at'],
  ['{} x', 3, EXTRA],
  ['{', 1, PROPERTY],
  ['[', 1, VALUE],
  ['{"a":1', 6, COMMA],
  ['[1', 2, COMMA],
  ['nul', 0, VALUE],
  ['-', 0, VALUE],
  ['01', 1, EXTRA],
  ['1.', 1, EXTRA],
  ['1e', 1, EXTRA],
  ["{'a':1}", 1, PROPERTY],
  ['{"a":1,', 7, PROPERTY],
  ['[1,', 3, VALUE],
  ['{"pair" 1}', 8, COLON],
  ['"a\\', 0, UNTERMINATED],
  ['{"a":"x', 5, UNTERMINATED],
  ['{,}', 1, PROPERTY],
  ['[,]', 1, VALUE],
  ['{"a":tru}', 5, VALUE],
  ['{"a":+1}', 5, VALUE],
  ['{"a":.5}', 5, VALUE],
  ['\u00fc{"a"', 0, VALUE],
  ['{"\u{1F600}":x}', 5, VALUE],
  ['"\\ud83d\\u"', 8, UNICODE],
  ['{"a":NaN', 8, COMMA],
  ['-Inf', 0, VALUE],
  ['{1:2}', 1, PROPERTY],
  ['"a\\u12g4"', 3, UNICODE],
  ['\t{"a":\n1,\r\n ]', 12, PROPERTY],
  ['pair=X', 0, VALUE],
  ['{"a":1}}', 7, EXTRA],
  ['\u00a0{}', 0, VALUE],
  ['\u000b{}', 0, VALUE],
  ['"\u0001"', 1, 'Invalid control character at'],
  ['[}', 1, VALUE],
  ['{]', 1, PROPERTY],
  ['{"a":1;}', 6, COMMA],
  ['"\\u0_12"', 2, UNICODE],
  ['"\\u 123"', 2, UNICODE],
  ['"\\u+123"', 2, UNICODE],
  ['/*x*/{}', 0, VALUE],
  ['{"a" : 1 , "b" }', 15, COLON],
  ['{"pair"', 7, COLON],
];

describe('broken texts', () => {
  test.each(BROKEN)('%j at %i: %s', (text, position, error) => {
    expect(readPythonJson(text)).toEqual({ kind: 'broken', position, error });
  });
});

describe('values', () => {
  test.each([
    ['NaN', Number.NaN],
    ['[Infinity, -Infinity]', [Infinity, -Infinity]],
    ['"\u007f\\u00e9\\ud83d\\ude00\\/"', '\u007f\u00e9\u{1F600}/'],
    [' \r\n\t[1, -0.5e+2 ,"x"] ', [1, -50, 'x']],
    ['-0', -0],
  ])('%j', (text, value) => {
    expect(readPythonJson(text)).toEqual({ kind: 'value', value });
  });

  test('a key may have any name, and the last of equal keys counts', () => {
    const reading = readPythonJson('{"__proto__": {"pair": "x"}, "a": 1, "a": 2}');
    expect(reading.kind === 'value' && JSON.stringify(reading.value)).toBe('{"__proto__":{"pair":"x"},"a":2}');
  });

  test('deep nesting and endless whole numbers are given up on, as there', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(readPythonJson(nested(900)).kind).toBe('value');
    expect(readPythonJson(nested(901)).kind).toBe('unreadable');
    expect(readPythonJson('['.repeat(1_000_000)).kind).toBe('unreadable');
    expect(readPythonJson(`[${nested(900).slice(1, -1)},${nested(899)}]`).kind).toBe('value');
    expect(readPythonJson(`-${'1'.repeat(4_300)}`).kind).toBe('value');
    expect(readPythonJson('1'.repeat(4_301)).kind).toBe('unreadable');
  });

  test('whatever JSON.parse takes means the same here', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readPythonJson(text)).toEqual({ kind: 'value', value: JSON.parse(text) });
      }),
    );
  });

  test('whatever JSON.parse refuses is refused here, but for the words of infinity', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'u',
      '0',
      '1',
      'e',
      '-',
      '.',
      ' ',
      '\n',
      'null',
      'a',
      '\u0002',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const reading = readPythonJson(text);
        if (reading.kind === 'value') expect(JSON.stringify(reading.value)).toBe(JSON.stringify(JSON.parse(text)));
        else expect(() => JSON.parse(text)).toThrow(SyntaxError);
      }),
      { numRuns: 2_000 },
    );
  });
});
